"""Calendars against an independent package, editions, and years without a notice."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from lunar_python import Lunar

from law.calendar_data import parse_edition
from law.calendars import (
    CalendarEdition,
    Calendars,
    EditionInvalid,
    UnknownEdition,
    default_calendars,
    edition_from_json,
    shipped_editions,
)
from law.clocks import find_clock
from law.deadlines import deadline
from law.provisional import STATUTE, statutory_holidays

DAYS_2007_2026 = [date(2007, 1, 1) + timedelta(days=n) for n in range(7305)]


def notice_2027() -> CalendarEdition:
    """An invented notice for tests: it makes Sunday 2027-02-28 a working day."""
    return edition_from_json(
        {
            "year": 2027,
            "version": 1,
            "papers": [
                {
                    "title": "测试通知",
                    "document_number": "测试〔2026〕1号",
                    "issued_on": "2026-11-20",
                    "url": "https://example.org/notice",
                    "note": None,
                }
            ],
            "days": [
                {"date": "2027-01-01", "kind": "off_day", "holiday": "元旦"},
                {"date": "2027-02-28", "kind": "workday", "holiday": "春节"},
            ],
        }
    )


def test_every_day_agrees_with_chinesecalendar() -> None:
    calendars = default_calendars()
    assert DAYS_2007_2026[-1] == date(2026, 12, 31)
    differing = [
        day
        for day in DAYS_2007_2026
        if calendars.is_workday(day) != chinese_calendar.is_workday(day)
    ]
    assert differing == []


def test_every_named_day_has_its_paper() -> None:
    for edition in shipped_editions():
        assert edition.source
        for paper in edition.papers:
            assert paper.title.startswith("国务院")
            assert paper.url.startswith("https://www.gov.cn/")
        assert all(default_calendars().day(day.date).source for day in edition.days)
    assert [edition.year for edition in shipped_editions()] == list(range(2007, 2027))


def test_a_day_tells_its_reason() -> None:
    calendars = default_calendars()
    make_up = calendars.day(date(2026, 10, 10))
    assert (make_up.works, make_up.reason_zh, make_up.source) == (
        True,
        "国庆节调休上班",
        "国办发明电〔2025〕7号",
    )
    assert calendars.day(date(2026, 10, 1)).reason_zh == "国庆节放假"
    assert calendars.day(date(2026, 9, 19))[1:] == (False, "周末", "")
    assert calendars.day(date(2026, 9, 21))[1:] == (True, "工作日", "")


def test_a_neighbouring_notice_names_days_of_another_year() -> None:
    calendars = default_calendars()
    assert calendars.is_workday(date(2006, 12, 30))
    assert not calendars.is_guess(date(2006, 12, 30))
    assert calendars.is_guess(date(2006, 12, 29))


def test_a_year_without_notice_is_provisional() -> None:
    calendars = default_calendars()
    assert calendars.is_provisional(2027)
    assert not calendars.is_provisional(2026)
    holidays = statutory_holidays(2027)
    assert sorted(holidays) == [
        date(2027, 1, 1),
        date(2027, 2, 5),
        date(2027, 2, 6),
        date(2027, 2, 7),
        date(2027, 2, 8),
        date(2027, 4, 5),
        date(2027, 5, 1),
        date(2027, 5, 2),
        date(2027, 6, 9),
        date(2027, 9, 15),
        date(2027, 10, 1),
        date(2027, 10, 2),
        date(2027, 10, 3),
    ]
    eve = calendars.day(date(2027, 2, 5))
    assert not eve.works
    assert eve.source == STATUTE
    assert calendars.is_workday(date(2027, 2, 9))


@pytest.mark.parametrize("year", range(2007, 2061))
def test_statutory_days_are_thirteen(year: int) -> None:
    holidays = statutory_holidays(year)
    # 中秋 may fall on a day of 国庆 and then takes no day of its own.
    doubled = sum("、" in name for name in holidays.values())
    assert len(holidays) + doubled == 13
    for month, day, name in ((1, 1, "春节"), (5, 5, "端午节"), (8, 15, "中秋节")):
        festival = Lunar.fromYmd(year, month, day).getSolar().toYmd()
        assert name in holidays[date.fromisoformat(festival)]
    term = Lunar.fromYmd(year, 3, 1).getJieQiTable()["清明"].toYmd()
    assert holidays[date.fromisoformat(term)] == "清明节"


def test_pins_give_the_same_calendars() -> None:
    calendars = default_calendars()
    assert calendars.pins[-1] == "2026.1"
    assert Calendars.from_pins(calendars.pins) is calendars
    some = Calendars.from_pins(("2025.1", "2026.1"))
    assert some == Calendars.from_pins(("2025.1", "2026.1"))
    assert hash(some) == hash(Calendars.from_pins(("2025.1", "2026.1")))
    assert some != calendars
    assert some.is_provisional(2024)
    with pytest.raises(UnknownEdition):
        Calendars.from_pins(("2026.9",))


def test_publishing_a_calendar_recomputes_a_provisional_end() -> None:
    before = default_calendars()
    after = before.with_edition(notice_2027())
    assert before.pins[-1] == "2026.1"
    assert after.pins[-1] == "2027.1"
    clock, reserved = find_clock("N01"), date(2026, 12, 31)
    old, new = deadline(clock, reserved, before), deadline(clock, reserved, after)
    assert (old.legal_end, old.provisional) == (date(2027, 3, 1), True)
    assert (new.legal_end, new.provisional) == (date(2027, 2, 28), False)
    assert Calendars.from_pins(new.pins, [notice_2027()]).is_workday(date(2027, 2, 28))


def test_a_correction_replaces_the_year_only_in_the_new_set() -> None:
    calendars = default_calendars()
    edition = calendars.editions[-1]
    data = edition.to_json() | {"version": 2}
    data["days"] = [d for d in data["days"] if d["date"] != "2026-10-10"]
    corrected = calendars.with_edition(edition_from_json(data))
    assert corrected.pins[-1] == "2026.2"
    assert not corrected.is_workday(date(2026, 10, 10))
    assert calendars.is_workday(date(2026, 10, 10))


def test_editions_survive_json() -> None:
    for edition in shipped_editions():
        assert edition_from_json(edition.to_json()) == edition


BROKEN = [
    ("year", "2027"),
    ("year", True),
    ("year", 1),
    ("version", 0),
    ("papers", []),
    ("days", []),
    ("days", [{"date": "2027-01-01", "kind": "half", "holiday": "元旦"}]),
    ("days", [{"date": "2027-02-30", "kind": "off_day", "holiday": "元旦"}]),
    ("days", [{"date": "2029-01-01", "kind": "off_day", "holiday": "元旦"}]),
    ("days", [{"date": "2027-01-01", "kind": "off_day", "holiday": ""}]),
    ("days", [{"date": "2027-01-01", "kind": "off_day", "holiday": "元旦", "note": 1}]),
    ("days", [{"date": "2027-01-01", "kind": "off_day", "holiday": "元旦"}] * 2),
    ("papers", [{"title": "x"}]),
    ("surprise", 1),
]


@pytest.mark.parametrize(("key", "value"), BROKEN)
def test_broken_editions_are_refused(key: str, value: object) -> None:
    data = notice_2027().to_json()
    data[key] = value
    with pytest.raises(EditionInvalid):
        parse_edition(data, "test")


def test_a_paper_needs_a_web_address() -> None:
    data = notice_2027().to_json()
    data["papers"][0]["url"] = "javascript:alert(1)"
    with pytest.raises(EditionInvalid):
        parse_edition(data, "test")


def test_a_pin_names_one_text_for_ever() -> None:
    calendars = default_calendars()
    data = calendars.editions[-1].to_json()
    data["days"] = data["days"][:-1]
    forged = edition_from_json(data)
    with pytest.raises(EditionInvalid):
        calendars.with_edition(forged)
    with pytest.raises(EditionInvalid):
        Calendars.from_pins(("2026.1",), [forged])
    second = edition_from_json(data | {"version": 2})
    with pytest.raises(EditionInvalid):
        Calendars.from_pins(("2026.1", "2026.2"), [second])
    assert Calendars.from_pins(("2026.2",), [second]).pins == ("2026.2",)
