"""The supervisor's board: what it counts and lists, who may see it, the same as CSV and over REST."""

import csv
import io
from datetime import date

import pytest

from api.views.lights import csv_of
from tests.api.case_stage import Live, live
from tests.api.test_due_dates import bare_dates
from tests.api.test_tasks_pages import soup

__all__ = ["live"]
BOARD = "/desk/board"


async def test_a_case_turns_yellow_then_red_and_the_board_says_whose_it_is(live: Live) -> None:
    case = await live.open()
    number = live.number(case)
    assert (await live.get("supervisor", "/api/v1/lights"))["green"] >= 1
    listed = await live.get("supervisor", "/api/v1/at-risk-cases?limit=100")
    assert number not in [item["number"] for item in listed["items"]]

    # The last working day but one ends on the 28th.
    await live.advance("2026-09-28T10:00:00+08:00")
    found = await live.get("supervisor", "/api/v1/at-risk-cases?light=amber&limit=100")
    line = next(item for item in found["items"] if item["number"] == number)
    assert (line["light"]["kind"], line["card"], line["legal_end"]) == ("amber", None, "2026-09-29")
    assert line["holder"] == "受理员（待领取）"
    counted = await live.get("supervisor", "/api/v1/lights")
    assert counted["red"] == 0
    assert {row["value"] for row in counted["holders"]} == {"post:acceptor"}
    one = {row["value"]: row["amber"] for row in counted["procedures"]}
    assert one["establishment_registration"] == counted["amber"] >= 1

    await live.advance("2026-09-29T13:00:00+08:00")
    client = await live.pages("supervisor")
    page = soup(await client.get(f"{BOARD}?light=amber&holder=post:acceptor"))
    row = next(tr for tr in page.select("#list tbody tr") if number in tr.text)
    assert "今天到期" in row.text
    assert "黄牌" in row.text
    assert row.find("a", href=f"/cases/{number}/clocks/R01-1") is not None
    bare, every = bare_dates(page, date(2026, 9, 29))
    assert (bare, every > 0) == ([], True)

    task = await live.task("acceptor", case)
    await live.claim("acceptor", task["task_id"])
    await live.advance("2026-09-30T09:00:00+08:00")
    red = await live.get("supervisor", "/api/v1/at-risk-cases?light=red&limit=100")
    line = next(item for item in red["items"] if item["number"] == number)
    assert (line["light"]["kind"], line["card"]) == ("red", "red")
    assert (await live.get("supervisor", "/api/v1/lights"))["red"] >= 1
    english = soup(await (await live.pages("supervisor", "en")).get(BOARD))
    assert "Red card" in english.select_one("#list").text  # type: ignore[union-attr]
    # A night has passed: the session of yesterday has ended.
    client = await live.pages("supervisor")
    explained = soup(await client.get(line["due_page_url"]))
    assert "红牌" in explained.text
    outside = soup(await (await live.pages("applicant")).get(line["due_page_url"]))
    assert "红牌" not in outside.text

    answer = await client.get(f"{BOARD}.csv?light=red")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    told = next(r for r in rows if r["办件编号"] == number)
    assert (told["法定到期"], told["牌"]) == ("2026-09-29", "红牌")


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("applicant", 404),
        ("acceptor", 404),
        ("supervisor", 200),
        ("admin", 200),
        ("section_head", 200),
    ],
)
async def test_only_overseers_see_the_board(live: Live, who: str, status: int) -> None:
    client = await live.pages(who)
    for path in (BOARD, f"{BOARD}.csv"):
        assert (await client.get(path)).status_code == status
    for path in ("/api/v1/lights", "/api/v1/at-risk-cases"):
        answer = await live.cast.call(who, "GET", path)
        assert answer.status_code == (200 if status == 200 else 403)


@pytest.mark.parametrize("cursor", ["x", "WyIyMDI2LTA5LTAxVDAwOjAwOjAwKzAwOjAwIiwgImEiXQ"])
async def test_a_cursor_of_another_list_is_refused(live: Live, cursor: str) -> None:
    answer = await live.cast.call("supervisor", "GET", f"/api/v1/at-risk-cases?cursor={cursor}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "cursor"


def test_a_cell_is_never_a_formula() -> None:
    class Line:
        light = type("L", (), {"text": "已超时"})
        card_name = "红牌"

        def to_json(self) -> dict[str, str]:
            keys = ("number", "procedure_title", "stage_label", "holder", "clock_name", "legal_end")
            return {"title": "=1+1", "overdue_reason": "@SUM(A1)"} | dict.fromkeys(keys, "x")

    rows = list(csv.reader(io.StringIO(csv_of([Line()]).decode("utf-8-sig"))))  # type: ignore[list-item]
    assert rows[1][1] == "'=1+1"
    assert rows[1][-1] == "'@SUM(A1)"
