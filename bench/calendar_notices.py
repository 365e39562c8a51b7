"""Invented editions of a year's calendar, by which cases of the bench move."""

from datetime import date, datetime, timedelta
from typing import Any

from law.calendars import CalendarEdition, default_calendars
from law.provisional import statutory_holidays
from law.zone import local

ONE_DAY = timedelta(days=1)


def notices(now: datetime, ends: date) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two invented editions. The first moves cases in their notice period only: the day on which it `ends` is off, and a
    Saturday is worked for it. The second moves all: the day is worked again, and so are two Saturdays."""
    calendars = default_calendars()
    today = local(now).date()
    saturdays = [
        day
        for day in (today + n * ONE_DAY for n in range(1, (ends - today).days))
        if day.weekday() == 5 and not calendars.is_workday(day) and day.year == ends.year
    ]
    if len(saturdays) < 2 or ends in statutory_holidays(ends.year):
        raise SystemExit(f"no two Saturdays before {ends}: run it on another day")
    edition = next((e for e in calendars.editions if e.year == ends.year), None)
    part = _changed(edition, ends.year, {ends: "off_day", saturdays[0]: "workday"})
    whole = _changed(edition, ends.year, {day: "workday" for day in saturdays[:2]})
    return part, whole


def _changed(edition: CalendarEdition | None, year: int, days: dict[date, str]) -> dict[str, Any]:
    known = {row["date"]: row for row in edition.to_json()["days"]} if edition else {}
    if edition is None:
        for day, name in statutory_holidays(year).items():
            known[day.isoformat()] = {
                "date": day.isoformat(),
                "kind": "off_day",
                "holiday": name,
            }
    # What a notice says of the neighbouring year is that year's own matter here.
    known = {d: row for d, row in known.items() if d.startswith(str(year))}
    for day, kind in days.items():
        known[day.isoformat()] = {"date": day.isoformat(), "kind": kind, "holiday": "测量"}
    paper = {
        "title": f"测量用的{year}年安排",
        "document_number": None,
        "issued_on": None,
        "url": "https://example.org/bench",
        "note": None,
    }
    return {"year": year, "papers": [paper], "days": [row for _, row in sorted(known.items())]}
