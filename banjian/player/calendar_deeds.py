"""A calendar is published in a story, or taken back: uploaded by one person, approved by another, over the API."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from banjian.player.deeds import Deed, Play, deed
from law.calendars import default_calendars

PATH = "/api/v1/admin/calendars"
NOTICE = {"document_number": None, "issued_on": None, "note": None}


def _days(named: Mapping[str, Any], kind: str) -> Iterator[dict[str, str]]:
    for holiday, spans in named.items():
        for span in spans:
            first, _, last = str(span).partition("/")
            day, end = date.fromisoformat(first), date.fromisoformat(last or first)
            while day <= end:
                yield {"date": day.isoformat(), "kind": kind, "holiday": holiday}
                day += timedelta(days=1)


def file_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """The year's file. `days_off` and `days_worked` map a holiday to days or from/to; `correct: true` begins with the edition in
    force and replaces the days that are given."""
    year = int(data["year"])
    days: dict[str, dict[str, str]] = {}
    if data.get("correct"):
        current = next(e for e in default_calendars().editions if e.year == year)
        days = {row["date"]: row for row in current.to_json()["days"]}
    for name, kind in (("days_off", "off_day"), ("days_worked", "workday")):
        days |= {row["date"]: row for row in _days(data.get(name, {}), kind)}
    paper = NOTICE | dict(data["paper"])
    return {"year": year, "papers": [paper], "days": [row for _, row in sorted(days.items())]}


@deed("upload_calendar")
async def upload_calendar(play: Play, deed: Deed) -> Any:
    """An administrator uploads a year's calendar and waits for the preview. `year`, `paper`, `days_off`, `days_worked`,
    `correct`,
    `reason`; or `days` as the file has them."""
    data = dict(deed.data)
    file = file_of(data) if "days" not in data else {k: data[k] for k in ("year", "papers", "days")}
    body = {
        "year": int(data["year"]),
        "file": json.dumps(file, ensure_ascii=False),
        "reason": str(data.get("reason", "")),
    }
    return await _previewed(play, deed, await play.cast.ask(deed.by, "POST", PATH, json=body))


@deed("return_calendar")
async def return_calendar(play: Play, deed: Deed) -> Any:
    """An administrator orders the return to the calendar before the newest publication."""
    newest = await _newest(play, deed)
    made = await play.cast.ask(
        deed.by, "POST", f"{PATH}/{newest}/returns", json={"reason": str(deed.data["reason"])}
    )
    return await _previewed(play, deed, made)


@deed("approve_calendar")
async def approve_calendar(play: Play, deed: Deed) -> Any:
    """A second person approves the newest publication; waits until every case that it moves was told."""
    newest = await _newest(play, deed)
    await play.cast.ask(deed.by, "POST", f"{PATH}/{newest}/approvals")

    def told(found: Any) -> bool:
        return bool(found["progress"]["percent"] >= 99)

    return await play.cast.until(deed.by, f"{PATH}/{newest}", told)


async def _previewed(play: Play, deed: Deed, made: Mapping[str, Any]) -> Any:
    def seen(found: Any) -> bool:
        return bool(found["state"] != "uploaded")

    return await play.cast.until(deed.by, f"{PATH}/{made['id']}", seen)


async def _newest(play: Play, deed: Deed) -> int:
    found = await play.cast.ask(deed.by, "GET", f"{PATH}?limit=1")
    return int(found["publications"][0]["id"])
