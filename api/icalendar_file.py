"""A calendar as iCalendar (RFC 5545, names and refresh by RFC 7986): what people's calendar programs subscribe to."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from icalendar import (
    Alarm,
    Calendar,
    Event,
    Timezone,
    TimezoneStandard,
    vDatetime,
    vDuration,
    vText,
)

from api.views.calendar_feed import Entry
from law.zone import local

MEDIA_TYPE: Final = "text/calendar"
PRODUCT: Final = "-//Banjian//Banjian//ZH"
# Dates move when somebody suspends or a notice appears: within the half day is soon enough, and cheap by ETag.
REFRESH: Final = timedelta(hours=4)
ZONE: Final = "Asia/Shanghai"


def calendar_bytes(name: str, entries: Sequence[Entry]) -> bytes:
    """The file: lines of at most 75 octets, ended by CRLF. The same entries give the same bytes.

    Args:
        name: as calendar programs show it.
    """
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("name", name)
    made.add("x-wr-calname", name)
    made.add("x-wr-timezone", ZONE)
    made.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", vDuration(REFRESH))
    made.add_component(_zone())
    for entry in entries:
        made.add_component(_event(entry))
    written: bytes = made.to_ical()
    return written


def _zone() -> Timezone:
    """Beijing time: one offset without daylight saving, as the product counts."""
    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", ZONE)
    standard.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001  # local time by definition
    standard.add("tzoffsetfrom", timedelta(hours=8))
    standard.add("tzoffsetto", timedelta(hours=8))
    standard.add("tzname", "CST")
    zone.add_component(standard)
    return zone


def _event(entry: Entry) -> Event:
    event = Event()
    changed = entry.modified.astimezone(UTC).replace(microsecond=0)
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    if entry.day is not None:
        event.add("dtstart", entry.day)
        event.add("dtend", entry.day + timedelta(days=1))
    elif entry.instant is not None:
        wall = local(entry.instant).replace(tzinfo=None)
        event.add("dtstart", vDatetime(wall), parameters={"TZID": ZONE})
    event.add("summary", entry.title)
    event.add("description", f"{entry.text}\n{entry.url}")
    event.add("url", entry.url)
    event.add("status", "TENTATIVE" if entry.tentative else "CONFIRMED")
    # A due date keeps nobody from meeting somebody, and is nobody else's business.
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    for at in entry.warnings:
        event.add_component(_alarm(entry, at))
    return event


def _alarm(entry: Entry, at: datetime) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", vText(entry.title))
    alarm.add("trigger", at.astimezone(UTC), parameters={"VALUE": "DATE-TIME"})
    return alarm
