"""Publishing a calendar over REST and on the pages: typed refusals, two persons, lists, the return."""

import csv
import io
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest_asyncio
from icalendar import Calendar, Event

from law import calendars as law
from tests.api.case_stage import Live, live
from tests.api.conftest import csrf_of
from tests.law.notice import notice, rows

__all__ = ["live"]
PATH = "/api/v1/admin/calendars"


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def nothing_published(live: Live) -> AsyncIterator[None]:
    """Every test begins with the release's calendars; the tables are emptied as no installation ever does."""
    await live.on.upkeep()
    async with live.on.core.engine.begin() as connection:
        for table in ("calendar_moves", "calendar_publications", "calendar_editions"):
            await connection.exec_driver_sql(f"DELETE FROM {table}")
    law.forget_published()
    yield


def corrected(**changes: Any) -> dict[str, Any]:
    """2026 with Saturday 26 September worked, the day after 中秋节: terms of some working days end sooner."""
    edition = law.edition_of("2026.1").to_json()
    days = {row["date"]: row for row in edition["days"]}
    days["2026-09-26"] = {"date": "2026-09-26", "kind": "workday", "holiday": "中秋节"}
    return {
        "year": 2026,
        "papers": edition["papers"],
        "days": [row for _, row in sorted(days.items())],
    } | changes


async def post(live: Live, who: str, path: str, body: Any = None) -> httpx.Response:
    return await live.cast.call(who, "POST", f"{PATH}{path}", json=body or {})


async def upload(live: Live, file: dict[str, Any], year: int = 2027) -> int:
    answer = await post(live, "admin", "", {"year": year, "file": json.dumps(file)})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["Location"] == f"{PATH}/{made['id']}"
    await live.cast.until("admin", f"{PATH}/{made['id']}", lambda p: p["state"] == "previewed")
    return int(made["id"])


async def test_a_faulty_file_is_told_fault_by_fault(live: Live) -> None:
    days = [r for r in rows() if r["date"] != "2027-06-09"]
    answer = await post(live, "admin", "", {"year": 2027, "file": json.dumps(notice(days=days))})
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["code"] == "invalid_input"
    assert [fault["code"] for fault in problem["faults"]] == ["statutory_day_missing"]
    assert "端午节 6 月 9 日" in problem["errors"][0]["detail"]
    assert (await live.get("admin", PATH))["publications"] == []


async def test_who_may_do_what(live: Live) -> None:
    file = {"year": 2027, "file": json.dumps(notice())}
    for who in ("applicant", "reviewer", "registry_head"):
        assert (await post(live, who, "", file)).status_code == 403
    number = await upload(live, notice())
    assert (await live.cast.call("auditor", "GET", f"{PATH}/{number}")).status_code == 200
    assert (await live.cast.call("reviewer", "GET", f"{PATH}/{number}")).status_code == 404
    assert (await post(live, "auditor", f"/{number}/approvals")).status_code == 404
    own = await post(live, "admin", f"/{number}/approvals")
    assert (own.status_code, own.json()["code"]) == (403, "separation_of_duties")
    occupied = await post(live, "admin", "", file)
    assert (occupied.status_code, occupied.json()["code"]) == (409, "conflict")
    sent_back = await post(live, "bureau_head", f"/{number}/refusals", {"reason": "日期有误"})
    assert sent_back.json()["state"] == "refused"
    late = await post(live, "bureau_head", f"/{number}/approvals")
    assert late.status_code == 409
    assert (await post(live, "admin", f"/{number}/returns", {"reason": "x"})).status_code == 409
    assert (await post(live, "bureau_head", "/999/approvals")).status_code == 404


async def test_the_same_key_uploads_once(live: Live) -> None:
    body = {"year": 2027, "file": json.dumps(notice())}
    first = await live.cast.call("admin", "POST", PATH, json=body, key="calendar-upload-1")
    again = await live.cast.call("admin", "POST", PATH, json=body, key="calendar-upload-1")
    assert first.json()["id"] == again.json()["id"]
    assert len((await live.get("admin", PATH))["publications"]) == 1


async def test_what_moves_is_listed_page_by_page_and_as_a_table(live: Live) -> None:
    cases = [await live.open() for _ in range(3)]
    for case in cases:
        await live.task("acceptor", case)
    number = await upload(live, corrected(), 2026)
    shown = await live.get("admin", f"{PATH}/{number}")
    moving = shown["progress"]["foreseen"]
    whole = (await live.get("admin", f"{PATH}/{number}/moves"))["items"]
    assert len(whole) == moving >= len(cases)
    assert all(m["new_end"] < m["old_end"] for m in whole)
    seen: list[Any] = []
    path = f"{PATH}/{number}/moves?limit=1"
    while path:
        answer = await live.cast.call("admin", "GET", path)
        seen += answer.json()["items"]
        path = answer.headers["Link"].split(">")[0][1:] if "Link" in answer.headers else ""
    assert seen == whole
    table = await live.cast.call("admin", "GET", f"{PATH}/{number}/moves.csv")
    read = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert read == [{k: str(v) for k, v in row.items()} for row in whole]
    wrong = await live.cast.call("admin", "GET", f"{PATH}/{number}/moves?cursor=nowhere")
    assert wrong.status_code == 422


async def test_the_pages_do_the_same_without_a_script(live: Live) -> None:
    admin, head = await live.pages("admin"), await live.pages("registry_head")
    listed = await admin.get("/admin/calendars")
    assert "现行版本" in listed.text
    token = csrf_of(listed)

    async def sent(file: dict[str, Any]) -> httpx.Response:
        return await admin.post(
            "/admin/calendars",
            data={"csrf_token": token, "year": "2027", "reason": ""},
            files={"file": ("2027.json", json.dumps(file).encode(), "application/json")},
        )

    refused = await sent(notice(papers=[]))
    assert refused.status_code == 422
    assert "没有来源" in refused.text
    made = await sent(notice())
    assert made.status_code == 303
    place = made.headers["location"]
    await live.cast.until("admin", f"/api/v1{place}", lambda p: p["state"] == "previewed")
    own = await admin.get(place)
    assert "须由另一位管理员" in own.text
    assert "Refresh" not in own.headers
    seen = await head.get(place)
    approved = await head.post(f"{place}/approve", data={"csrf_token": csrf_of(seen)})
    assert approved.status_code == 303
    under_way = await head.get(place)
    assert under_way.headers["Refresh"]
    still = await head.get(f"{place}?refresh=off")
    assert "Refresh" not in still.headers
    assert "刷新进度" in still.text
    english = await (await live.pages("admin", "en")).get("/admin/calendars")
    assert "Holiday calendars" in english.text


async def test_a_subscribed_calendar_follows_what_is_published(live: Live) -> None:
    case = await live.open()
    await live.task("acceptor", case)
    made = await live.cast.call("applicant", "POST", "/api/v1/calendar-feed", json={})
    path = urlsplit(made.json()["url"]).path

    async def seen() -> Event:
        found = Calendar.from_ical((await live.on.http.get(path)).content)
        ident = live.ident(case)
        return next(e for e in found.walk("VEVENT") if str(e["UID"]).startswith(f"{ident}.R01-1@"))

    before = await seen()
    number = await upload(live, corrected(), 2026)
    # A preview moves nothing.
    assert (await seen())["SEQUENCE"] == before["SEQUENCE"] == 0
    assert (await post(live, "registry_head", f"/{number}/approvals")).status_code == 200

    def end(of: dict[str, Any]) -> str:
        return str(next(c["legal_end"] for c in of["clocks"] if c["clock_id"] == "R01"))

    # The first pass moves it; the last one waits until every process knows the calendar.
    was = before.decoded("DTSTART").isoformat()
    path_of_case = f"/api/v1/cases/{live.number(case)}"
    shown = await live.cast.until("applicant", path_of_case, lambda of: end(of) != was)
    after = await seen()
    assert after.decoded("DTSTART").isoformat() == end(shown) < was
    assert (after["UID"], after["SEQUENCE"]) == (before["UID"], 1)
    assert after.decoded("DTSTAMP") >= before.decoded("DTSTAMP")
