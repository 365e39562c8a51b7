"""One clock as an event: hour clocks, provisional and rolled ends, alarms, marks, both languages. Nothing runs."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from icalendar import Calendar, Event

from api import i18n
from api.icalendar_file import calendar_bytes
from api.views.calendar_feed import Entry, _entry, etag_of
from api.views.viewer import Audience
from domain.contracts import RungState, RunningClock
from law.zone import CST
from storage.calendar_feeds import DueClock, Moved

CASE = UUID("00000000-0000-4000-8000-000000000001")
STARTED = datetime(2026, 9, 23, 10, tzinfo=CST)
ADDRESS = "https://ban.example.gov.cn"


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    i18n.use(i18n.DEFAULT)
    yield
    i18n.use(i18n.DEFAULT)


def due(
    clock: str = "R01",
    end: datetime = datetime(2026, 9, 30, tzinfo=CST),
    *,
    raw: date | None = None,
    provisional: bool = False,
    rungs: tuple[RungState, ...] = (),
) -> DueClock:
    legal = (end - timedelta(microseconds=1)).astimezone(CST).date()
    running = RunningClock(
        key=f"{clock}#1",
        clock_id=clock,
        trigger=STARTED,
        started_at=STARTED,
        law_edition="2026.1",
        legal_end=legal,
        ends_at=end,
        rungs=list(rungs),
    )
    return DueClock(
        case_id=CASE,
        key=running.key,
        clock_id=clock,
        raw_end=raw or legal,
        legal_end=legal,
        ends_at=end,
        provisional=provisional,
        body=running.model_dump(mode="json"),
        receipt_no="421303-2026-0000001-3",
        procedure="establishment_registration",
        catalogue_version="1",
        owner="x",
        office="421303",
    )


def entry(of: DueClock, audience: Audience = "staff", moved: Moved | None = None) -> Entry:
    return _entry(of, audience, moved, ADDRESS)


def event_of(*entries: Entry) -> Event:
    found = Calendar.from_ical(calendar_bytes("办件到期日", entries)).walk("VEVENT")[0]
    assert isinstance(found, Event)
    return found


def test_a_term_in_hours_ends_at_its_instant() -> None:
    end = datetime(2026, 10, 3, 14, 30, tzinfo=CST)
    event = event_of(entry(due("Q09", end)))
    assert event["DTSTART"].params["TZID"] == "Asia/Shanghai"
    assert event.decoded("DTSTART").astimezone(UTC) == end.astimezone(UTC)
    assert "DTEND" not in event


def test_a_provisional_day_says_so() -> None:
    event = event_of(entry(due(provisional=True)))
    assert event["SUMMARY"].startswith("【暂定】到期：")
    assert event["STATUS"] == "TENTATIVE"
    assert "暂定" in event["DESCRIPTION"]


def test_a_day_that_was_moved_on_names_the_day_it_was_moved_from() -> None:
    event = event_of(entry(due(raw=date(2026, 9, 27))))
    assert (
        "计算期满日 2026年9月27日（周日） 是休息日，顺延到 2026年9月29日（周二）。"
        in (event["DESCRIPTION"])
    )


def test_recomputing_grows_the_sequence_and_the_stamp() -> None:
    later = STARTED + timedelta(days=2)
    before, after = event_of(entry(due())), event_of(entry(due(), moved=Moved(3, later)))
    assert before["UID"] == after["UID"] == f"{CASE}.R01-1@ban.example.gov.cn"
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 3)
    assert before.decoded("DTSTAMP") == STARTED
    assert after.decoded("DTSTAMP") == after.decoded("LAST-MODIFIED") == later


def test_alarms_are_for_those_who_are_warned_and_only_what_is_still_to_come() -> None:
    at = datetime(2026, 9, 25, 8, 30, tzinfo=CST)
    rungs = (
        RungState(kind="reminder", at=at, role="officer"),
        RungState(kind="amber", at=at + timedelta(days=4), role="window_head", fired_at=at),
        RungState(kind="reminder", at=at + timedelta(days=1), role="applicant"),
        RungState(kind="overdue_l1", at=at + timedelta(days=6), role="section_head"),
    )
    of = due(rungs=rungs)
    staff, applicant = event_of(entry(of)), event_of(entry(of, "applicant"))
    assert [a.decoded("TRIGGER") for a in staff.walk("VALARM")] == [at]
    assert [a.decoded("TRIGGER") for a in applicant.walk("VALARM")] == [at + timedelta(days=1)]


def test_in_english() -> None:
    i18n.use("en")
    event = event_of(entry(due("F02")))
    assert event["SUMMARY"].startswith("[to be verified] Due: ")
    assert "421303-2026-0000001-3" in event["SUMMARY"]
    assert "Counted from 23 September 2026" in event["DESCRIPTION"]


def test_the_tag_follows_everything_that_is_shown() -> None:
    one = entry(due())
    tags = {
        etag_of("办件到期日", [one]),
        etag_of("Due dates", [one]),
        etag_of("办件到期日", []),
        etag_of("办件到期日", [entry(due(provisional=True))]),
        etag_of("办件到期日", [entry(due(), moved=Moved(1, STARTED))]),
    }
    assert len(tags) == 5
    assert etag_of("办件到期日", [one]) == etag_of("办件到期日", [entry(due())])


def test_the_same_entries_are_the_same_file() -> None:
    entries = [entry(due()), entry(due("Q09", datetime(2026, 10, 3, 14, 30, tzinfo=CST)))]
    assert calendar_bytes("办件到期日", entries) == calendar_bytes("办件到期日", entries)
