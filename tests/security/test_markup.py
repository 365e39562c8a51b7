"""Text that is markup, script or a template somewhere: through every field, to every page that shows it."""

import io
import re
from typing import Any

import httpx
import pytest
import pytest_asyncio
from pypdf import PdfReader

from api.security.routes import declared_routes
from tests.security.ground import Ground, company, form, id_number, pdf
from tests.security.pages import Page, crawl, dangers
from tests.security.refusals import claimed

# Each says where it went in by its number; `xss` is an element that only a mistake can make.
PAYLOADS = (
    "<xss{n} onmouseover=alert({n})>",
    '"><xss{n}><script>alert({n})</script>',
    "'><img src=x onerror=alert({n})>",
    "</title></textarea></select><xss{n}>",
    "--><svg/onload=alert({n})><xss{n}>",
    "&lt;xss{n}&gt;&#60;xss{n}&#62;",
    "{{{{7919*7907}}}}{{% include 'x' %}}${{7919*7907}}#{{7919*7907}}",
    "javascript:alert({n})//<xss{n}>",
    "%3Cxss{n}%3E%00",
    '#read("/etc/hostname")#eval("{n}") $x$ @ref <label{n}>',
    "= heading{n}\\ *bold* _it_ `raw`",
)
# What a text that was read as a template, or as the typesetter's code, would have become; nothing else here is this number.
PRODUCT = str(7919 * 7907)
_count = iter(range(1, 10_000))


def payload(kind: int | None = None) -> str:
    n = next(_count)
    return PAYLOADS[(n if kind is None else kind) % len(PAYLOADS)].format(n=n)


def marked(text: str, limit: int = 200) -> str:
    return f"{text}{payload()}"[:limit]


def hostile_form() -> dict[str, Any]:
    made = form(name=f"{company()}{payload(0)}"[:100], domicile=marked("湖北省随州市曾都区"))
    made["business_scope"] = [marked(f"项目{n}") for n in range(len(PAYLOADS))]
    for person in made["persons"]:
        person["name"] = marked(str(person["name"]))
    return made


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def story(live: Ground) -> dict[str, str]:
    """A draft, a case told everything once and withdrawn, one refused, one that got its licence."""
    draft = await live.draft(form_of=hostile_form())
    names = ["证件{{7919+7907}} ${x} #{y} &lt;xss&gt; 'a' = +.pdf", "javascript;alert(1).pdf"]
    for name in names:
        made = await live.upload(draft, "articles", name, pdf(name))
        assert made.status_code == 201, made.text

    noticed = await live.submitted(**hostile_form())
    gaps = [
        {"gap": "other", "part": "articles", "advice": marked("请改正")},
        {"gap": "other.2", "part": "form", "advice": marked("请改正")},
    ]
    await live.complete(
        "acceptor", noticed, task="approval.acceptance", decision="one_time_notice",
        gaps=gaps, reasons=marked("理由"),
    )  # fmt: skip
    await live.stage_is(noticed, "correction")
    await live.do("withdraw", "applicant", noticed, reason=marked("撤回"))

    refused = await live.submitted(**hostile_form())
    await live.complete(
        "acceptor", refused, task="approval.acceptance", decision="not_accept",
        reasons=marked("不予受理"),
    )  # fmt: skip

    licensed = await live.submitted(**hostile_form())
    await live.complete("acceptor", licensed, task="approval.acceptance", decision="accept")
    task = await live.task("reviewer", licensed)
    await live.cast.ask(
        "section_head", "POST", f"/api/v1/tasks/{task['task_id']}/reassign",
        json={"to": "allround", "reason": marked("转办")},
    )  # fmt: skip
    await live.cast.ask(
        "acceptor", "POST", f"/api/v1/cases/{live.number(licensed)}/extensions",
        json={"clock": "R01#1", "reason": marked("延期")},
    )  # fmt: skip
    await live.complete(
        "allround", licensed, task="approval.review", finding="conforms", no_interest=True,
        opinion=marked("意见"),
    )  # fmt: skip
    await live.stage_is(licensed, "identity_pending")
    await live.quiet()
    rows = await live.on.twins.get("/admin/errands", params={"case_ref": live.ident(licensed)})
    names = [row["person_name"] for row in rows.json()]
    assert len(names) == 2
    await live.do("confirm_identity", "identity", licensed, who=names)
    await live.deliver()
    await live.stage_is(licensed, "signature_pending")
    await live.quiet()
    await live.do("sign", "signature", licensed, who=names)
    await live.deliver()
    await live.stage_is(licensed, "deciding")
    await live.complete(
        "approver", licensed, task="approval.decision", decision="grant", no_interest=True,
        reasons=marked("核准"),
    )  # fmt: skip
    await live.stage_is(licensed, "archived")

    open_task = await live.submitted(**hostile_form())
    await claimed(live, "acceptor", open_task)
    await live.quiet()
    return {"draft": draft, "noticed": noticed, "licensed": licensed, "open": open_task}


def check(pages: dict[str, Page]) -> None:
    wrong = {url: found for url, page in pages.items() if (found := dangers(page))}
    assert wrong == {}
    broken = {url: page.status for url, page in pages.items() if page.status >= 500}
    assert broken == {}
    for url, page in pages.items():
        assert PRODUCT not in page.text, url
        assert f"证件{7919 + 7907}" not in page.text, url


@pytest.mark.parametrize("language", ["zh-CN", pytest.param("en", marks=pytest.mark.slow)])
async def test_the_applicants_pages_show_it_as_text(
    live: Ground, story: dict[str, str], language: str
) -> None:
    draft = story["draft"]
    browser = await live.pages("applicant", language)
    try:
        start = [
            "/applications",
            "/cases",
            f"/applications/{draft}",
            f"/applications/{draft}/check",
            f"/applications/{draft}/delete",
            *(
                f"/applications/{draft}/sections/{s}"
                for s in ("company", "address", "capital", "scope", "people")
            ),
            f"/applications/{draft}/sections/people/persons/1",
            f"/applications/{draft}/materials/articles",
            *(f"/cases/{live.number(c)}" for c in (story["noticed"], story["licensed"])),
            f"/applications/{live.ident(story['noticed'])}/receipt",
        ]
        found = await crawl(browser, start, limit=70)
    finally:
        await browser.aclose()
    check(found)
    shown = "".join(page.text for page in found.values())
    assert "&lt;xss" in shown, "it is there, as text"
    assert sum(page.status == 200 for page in found.values()) >= 25


@pytest.mark.parametrize("who", ["acceptor", "bureau_head", "admin"])
async def test_the_bureaus_pages_show_it_as_text(
    live: Ground, story: dict[str, str], who: str
) -> None:
    task = (await live.task("acceptor", story["open"]))["task_id"]
    browser = await live.pages(who)
    number = live.number(story["licensed"])
    try:
        start = [
            "/desk",
            "/desk?tab=pool",
            "/desk?tab=group",
            "/desk/search?q=%3Cxss",
            f"/desk/tasks/{task}",
            f"/cases/{number}",
            f"/cases/{live.number(story['noticed'])}",
            f"/admin/cases/{number}",
        ]
        found = await crawl(browser, start, limit=40)
    finally:
        await browser.aclose()
    check(found)
    assert "&lt;xss" in "".join(page.text for page in found.values())


async def test_the_publics_pages_show_it_as_text(live: Ground, story: dict[str, str]) -> None:
    rows = await live.rows(
        "SELECT slug, number FROM documents WHERE case_id = CAST(:c AS uuid)",
        c=live.ident(story["licensed"]),
    )
    assert len(rows) >= 5
    async with httpx.AsyncClient(
        base_url=live.on.api_url, headers={"accept": "text/html"}, timeout=30
    ) as browser:
        found = await crawl(browser, ["/", "/items", *(f"/verify/{r.slug}" for r in rows)])
    check(found)
    assert any("&lt;xss" in page.text for url, page in found.items() if url.startswith("/verify"))


async def test_a_posted_page_comes_back_with_text(live: Ground, story: dict[str, str]) -> None:
    """What was typed wrong is shown again, as typed: that is the classic way in."""
    from tests.api.conftest import csrf_of

    draft = story["draft"]
    browser = await live.pages("applicant")
    try:
        for address, data in (
            (f"/applications/{draft}/sections/company", {"name": payload(1), "entity_type": payload(2)}),
            (f"/applications/{draft}/sections/capital", {"capital": payload(1), "paid_until": payload(3)}),
            (f"/applications/{draft}/sections/people/persons/new",
             {"name": payload(1), "id_number": payload(2), "phone": payload(3), "posts": payload(4)}),
            ("/progress", {"number": payload(1), "code": payload(2)}),
            (f"/cases/{live.number(story['open'])}/withdraw", {"reason": payload(1) * 80}),
        ):  # fmt: skip
            page = await browser.get(address if "withdraw" not in address else "/cases")
            answer = await browser.post(address, data={"csrf_token": csrf_of(page)} | data)
            assert answer.status_code < 500, address
            shown = Page(address, answer.status_code, "text/html", answer.text)
            assert dangers(shown) == [], address
    finally:
        await browser.aclose()


async def test_no_address_or_parameter_is_reflected_as_markup(
    live: Ground, story: dict[str, str]
) -> None:
    """Every page of the product with a payload in every part of its address."""
    browser = await live.pages("bureau_head")
    nasty = "%22%3E%3Cxss1%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E"
    wrong: dict[str, object] = {}
    try:
        for route in declared_routes(live.on.app):
            if "GET" not in route.methods or route.path.startswith("/static"):
                continue
            path = re.sub(r"{[^}]+}", nasty, route.path)
            for query in ("", f"?q={nasty}&tab={nasty}&done={nasty}&no={nasty}&next={nasty}"):
                if "event-streams" in path:
                    continue
                answer = await browser.get(path + query)
                page = Page(path, answer.status_code, "text/html", answer.text)
                kind = answer.headers.get("content-type", "")
                found = dangers(page) if kind.startswith("text/html") else []
                if answer.status_code >= 500 or found:
                    wrong[path + query] = (answer.status_code, found)
                location = answer.headers.get("location", "")
                assert not location.startswith(("//", "http", "javascript")), (path, location)
                assert "\r" not in location
                assert "<xss" not in location
    finally:
        await browser.aclose()
    assert wrong == {}


async def test_papers_print_it_as_text(live: Ground, story: dict[str, str]) -> None:
    """The typesetter has functions that read files; no text of a person may reach them as code."""
    printed: dict[str, str] = {}
    for case in (story["licensed"], story["noticed"]):
        listed = await live.get("applicant", f"/api/v1/cases/{live.number(case)}/documents")
        for document in listed["items"]:
            answer = await live.cast.call("applicant", "GET", document["content_url"])
            reader = PdfReader(io.BytesIO(answer.content))
            printed[document["title"]] = "".join(p.extract_text() for p in reader.pages)
            assert "/JavaScript" not in str(reader.trailer["/Root"])
    whole = re.sub(r"\s", "", "".join(printed.values()))
    assert "<xss" in whole
    assert "onmouseover=alert(" in whole
    assert '#read("/etc/hostname")' in whole.replace("“", '"').replace("”", '"')
    for title, text in printed.items():
        assert PRODUCT not in re.sub(r"\D", "", text), title


def test_the_payloads_are_what_they_say() -> None:
    assert "<xss5 " in PAYLOADS[0].format(n=5)
    assert PAYLOADS[6].format() == ("{{7919*7907}}{% include 'x' %}${7919*7907}#{7919*7907}")
    assert id_number(9).startswith("421303")
