"""One click from every due date on screen to its reasons: the pages are walked, and a bare date fails."""

import re
from datetime import date

import httpx
import pytest
from bs4 import BeautifulSoup, Tag

from api.dates import short_text
from api.i18n import Language, current, use
from tests.api.case_stage import Live, live
from tests.api.test_tasks_pages import sent_form, soup

__all__ = ["live"]
EXPLAINED = re.compile(r"^/cases/[^/]+/clocks(/[^/]+)?$")
LANGUAGES: tuple[Language, ...] = ("zh-CN", "en")
ROWS = ["li", "td", "th", "dd"]
BLOCKS = ["p", "section", "article", "div"]


def forms_of(day: date) -> re.Pattern[str]:
    """The day as a page may print it, in either language."""
    before, said = current(), [day.isoformat(), f"{day.day} {day:%B}"]
    for language in LANGUAGES:
        use(language)
        said.append(short_text(day))
    use(before)
    return re.compile("|".join(rf"(?<!\d){re.escape(text)}(?!\d)" for text in said))


def explains(block: Tag) -> bool:
    """Whether the block leads to the trace, or holds it."""
    return bool(block.find("a", href=EXPLAINED) or block.select_one("details.why table.trace"))


def bare_dates(page: BeautifulSoup, day: date) -> tuple[list[str], int]:
    """Texts that print the day without a way to its reasons, and how many print it at all."""
    wanted, bare, every = forms_of(day), [], 0
    for text in page.select_one("main").find_all(string=wanted):  # type: ignore[union-attr]
        every += 1
        if text.find_parent("a", href="#why") and page.select_one("#why table.trace"):
            continue
        if text.find_parent("a", href=EXPLAINED) or text.find_parent("details", class_="why"):
            continue
        # The squares of a clock stand beside its date, which is the link.
        block = text.find_parent(class_="ribbon") or text
        if block is text:
            near = text.find_parent(ROWS) or text.find_parent(BLOCKS)
        else:
            near = block.find_parent("section")
        if near is None or not explains(near):
            bare.append(" ".join(str(text).split()))
    return bare, every


@pytest.mark.parametrize(
    ("html", "bare"),
    [
        ("<main><p>到9月29日 周二 24:00</p></main>", 1),
        ("<main><p>到<a href='/cases/1/clocks/R01-1'>9月29日 周二 24:00</a></p></main>", 0),
        ("<main><p>by <a href='/cases/1'>29 September 2026</a></p></main>", 1),
        (
            "<main><ol><li><p>到9月29日</p></li><li><a href='/cases/1/clocks'>x</a></li></ol></main>",
            1,
        ),
        ("<main><p>2026-09-29 <a href='/cases/1/clocks'>x</a></p></main>", 0),
        ("<main><p>19月29日</p></main>", 0),
    ],
)
def test_a_bare_date_is_found(html: str, bare: int) -> None:
    assert len(bare_dates(BeautifulSoup(html, "html.parser"), date(2026, 9, 29))[0]) == bare


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_due_date_leads_to_its_reasons(live: Live, language: str) -> None:
    case = await live.open()
    task = await live.task("acceptor", case)
    number, ident = live.number(case), live.ident(case)
    end = date.fromisoformat((await live.shown(case))["clocks"][0]["legal_end"])
    walked = {
        "applicant": ["/cases", f"/cases/{number}", f"/applications/{ident}/receipt"],
        "acceptor": [
            "/desk?tab=pool",
            f"/desk?tab=pool&selected={task['task_id']}",
            f"/desk/tasks/{task['task_id']}",
            f"/desk/search?q={number}",
            f"/cases/{number}",
        ],
        "admin": [f"/admin/cases?q={number}", f"/admin/cases/{number}"],
    }
    for who, pages in walked.items():
        client = await live.pages(who, language)
        for path in pages:
            bare, every = bare_dates(soup(await client.get(path)), end)
            assert bare == [], (who, path)
            assert every, f"{path} was to print the due date"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_progress_page_tells_why_without_signing_in(live: Live, language: str) -> None:
    case = await live.open()
    owner = await live.pages("applicant", language)
    receipt = soup(await owner.get(f"/applications/{live.ident(case)}/receipt"))
    code = receipt.select(".receipt-no")[1].text
    visitor = httpx.AsyncClient(
        base_url=live.on.api_url, headers={"accept": "text/html"}, cookies={"lang": language}
    )
    form = sent_form(await visitor.get("/progress"), "/progress")
    answer = await visitor.post(
        "/progress", data=form | {"number": live.number(case), "code": code}
    )
    page = soup(answer)
    end = date.fromisoformat((await live.shown(case))["clocks"][0]["legal_end"])
    bare, every = bare_dates(page, end)
    assert every
    assert page.select_one("details.why table.trace") is not None
    assert bare == []


async def test_the_page_of_a_date_shows_its_trace_to_those_concerned_only(live: Live) -> None:
    case = await live.open()
    number = live.number(case)
    clock = (await live.shown(case))["clocks"][0]
    assert clock["page_url"] == f"/cases/{number}/clocks/R01-1"
    for who in ("applicant", "acceptor"):
        page = soup(await (await live.pages(who)).get(clock["page_url"]))
        assert "为什么是2026年9月29日" in page.h1.text  # type: ignore[union-attr]
        rows = [" ".join(row.text.split()) for row in page.select("table.trace tbody tr")]
        assert len(rows) == 7
        assert "国办发明电〔2025〕7号" in rows[2]
        assert "期限开始计算" in page.select_one("ol.timeline").text  # type: ignore[union-attr]
    stranger = await live.pages("applicant2")
    for path in (clock["page_url"], f"/cases/{number}/clocks"):
        assert (await stranger.get(path)).status_code == 404
    owner = await live.pages("applicant")
    assert (await owner.get(f"/cases/{number}/clocks/R01-9")).status_code == 404
    answered = await live.get("applicant", f"/api/v1/cases/{number}/clocks/R01-1")
    assert answered["deadline"]["trace"][0]["kind"] == "start"


async def test_a_closed_clock_keeps_its_address(live: Live) -> None:
    case = await live.open()
    await live.withdrawn(case)
    page = soup(
        await (await live.pages("applicant")).get(f"/cases/{live.number(case)}/clocks/R01-1")
    )
    assert page.select_one("table.trace") is not None
    assert "办件已办结" in page.select_one(".clock").text  # type: ignore[union-attr]
