"""The plan's 1.5 days: office hours from acceptance to licence, the applicant's part apart (S27)."""

from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law.calendars import default_calendars
from law.opening_time import (
    NotIssuedAfterAcceptance,
    OpeningTime,
    Wait,
    office_day,
    opening_time,
    summarise,
    whole_minutes,
)
from law.zone import CST, NaiveInstant

CALENDARS = default_calendars()
HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=CST)


def took(accepted: str, issued: str, *waits: tuple[str, str | None]) -> OpeningTime:
    spans = [(at(begin), None if end is None else at(end)) for begin, end in waits]
    return opening_time(at(accepted), at(issued), spans, CALENDARS)


def test_s27() -> None:
    first, second = took("09-23 15:00", "09-24 11:00"), took("09-24 15:00", "09-29 10:00")
    assert (first.worked, second.worked) == (5.5 * HOUR, 11.5 * HOUR)
    assert (round(first.days, 2), round(second.days, 2)) == (0.79, 1.64)
    assert first.meets_target
    assert not second.meets_target
    assert first.text == "受理至发照 5 小时 30 分（0.79 天），其中等待申请人 0 分"
    assert first.text_en.startswith("5.50 office hours from acceptance to licence (0.79 days)")


@pytest.mark.parametrize(
    ("seconds", "minutes"),
    [(0, 0), (29, 0), (31, 1), (14399.6, 240), (14400, 240), (14401, 240), (14429, 240)],
)
def test_a_second_at_an_end_is_not_a_minute(seconds: float, minutes: int) -> None:
    assert whole_minutes(timedelta(seconds=seconds)) == minutes
    four_hours = took("09-24 09:00", "09-29 10:00", ("09-24 16:00:00.4", "09-28 10:30:00.1"))
    assert whole_minutes(four_hours.waiting) == 240
    assert "其中等待申请人 4 小时 0 分" in four_hours.text


@pytest.mark.parametrize(
    ("accepted", "issued", "hours"),
    [
        ("09-23 17:59", "09-23 18:00", 1 / 60),
        ("09-23 18:00", "09-24 08:30", 0),
        ("09-23 18:01", "09-24 08:31", 1 / 60),
        ("09-23 11:59", "09-23 14:31", 2 / 60),
        ("09-23 12:00", "09-23 14:30", 0),
        ("09-23 08:29", "09-23 08:30", 0),
        # Mid-Autumn 09-25 to 09-27 off; National Day 10-01 to 10-07 off, 10-10 (Sat) worked.
        ("09-24 17:00", "09-28 09:30", 2),
        ("09-25 09:00", "09-27 17:00", 0),
        ("09-30 17:00", "10-08 09:30", 2),
        ("10-09 17:00", "10-10 09:30", 2),
        ("10-10 17:00", "10-12 09:30", 2),
        ("09-19 09:00", "09-21 09:30", 8),  # Sat off, Sun 09-20 worked
        ("01-04 08:30", "01-04 18:00", 7),  # Sunday, worked
        ("09-23 10:00", "09-23 10:00", 0),
    ],
)
def test_only_office_hours_count(accepted: str, issued: str, hours: float) -> None:
    assert took(accepted, issued).worked == hours * HOUR


def test_the_target_is_met_to_the_minute() -> None:
    exact, over = took("09-21 08:30", "09-22 12:00"), took("09-21 08:30", "09-22 14:31")
    assert exact.worked == 10.5 * HOUR
    assert exact.days == 1.5
    assert exact.meets_target
    assert exact.left == timedelta()
    assert not over.meets_target
    assert took("09-21 08:30", "09-22 14:30").meets_target  # the lunch hours are not office hours
    assert took("09-21 08:30", "09-22 11:00").left == HOUR


def test_the_applicants_part_is_shown_apart() -> None:
    measured = took("09-23 09:00", "09-24 17:00", ("09-23 10:00", "09-23 15:00"))
    assert measured.worked == 12.5 * HOUR
    assert measured.waiting == 2.5 * HOUR
    assert measured.handling == 10 * HOUR
    assert not measured.meets_target
    assert measured.handling_days < 1.5 < measured.days
    assert measured.text.endswith("其中等待申请人 2 小时 30 分")


@pytest.mark.parametrize(
    ("waits", "hours"),
    [
        ([("09-23 10:00", "09-23 11:00"), ("09-23 10:30", "09-23 11:30")], 1.5),
        ([("09-23 10:00", "09-23 11:00"), ("09-23 11:00", "09-23 11:30")], 1.5),
        ([("09-22 09:00", "09-23 10:00")], 1),
        ([("09-23 16:30", "09-29 10:00")], 0.5),
        ([("09-23 16:00", None)], 1),
        ([("09-25 09:00", "09-25 10:00")], 0),
        ([("09-23 12:00", "09-23 14:30")], 0),
        ([("09-23 11:00", "09-23 10:00")], 0),
        ([], 0),
    ],
)
def test_waiting_counts_once_and_only_within(
    waits: list[tuple[str, str | None]], hours: float
) -> None:
    assert took("09-23 09:00", "09-23 17:00", *waits).waiting == hours * HOUR


def test_a_running_opening_is_measured_up_to_now() -> None:
    running = opening_time(at("09-23 15:00"), None, [], CALENDARS, now=at("09-24 11:00"))
    assert running.worked == 5.5 * HOUR
    assert not running.finished
    assert running.text.startswith("受理至今 5 小时 30 分")
    assert running.left == 5 * HOUR
    with pytest.raises(ValueError, match="截至"):
        opening_time(at("09-23 15:00"), None, [], CALENDARS)


def test_time_does_not_run_backwards_and_has_a_zone() -> None:
    with pytest.raises(NotIssuedAfterAcceptance):
        took("09-24 15:00", "09-23 15:00")
    with pytest.raises(NaiveInstant):
        opening_time(at("09-23 09:00").replace(tzinfo=None), at("09-24 09:00"), [], CALENDARS)


def test_another_offices_hours() -> None:
    hours = ((time(9), time(17)),)
    assert office_day(hours) == 8 * HOUR
    assert office_day() == 7 * HOUR
    measured = opening_time(at("09-23 16:00"), at("09-24 13:00"), [], CALENDARS, hours=hours)
    assert measured.worked == 5 * HOUR
    assert measured.days == 5 / 8


def test_the_plans_figures() -> None:
    hours = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10.5, 14]
    done = [OpeningTime(n * HOUR, timedelta(), 7 * HOUR, finished=True) for n in hours]
    running = OpeningTime(70 * HOUR, timedelta(), 7 * HOUR, finished=False)
    summary = summarise([*done, running])
    assert summary is not None
    assert (summary.count, summary.median, summary.p90) == (11, 6 / 7, 1.5)
    assert (summary.within, summary.share, summary.waiting) == (10, 10 / 11, 0)
    even = summarise(done[:4])
    assert even is not None
    assert even.median == pytest.approx(2.5 / 7)
    assert even.p90 == 4 / 7
    assert summarise([running]) is None
    waited = [OpeningTime(7 * HOUR, n * HOUR, 7 * HOUR, finished=True) for n in (1, 2, 7)]
    apart = summarise(waited)
    assert apart is not None
    assert (apart.median, apart.waiting) == (1, 2 / 7), "the wait is never taken off"


instants = st.integers(0, 60 * 24 * 60).map(lambda n: at("09-01 00:00") + timedelta(minutes=n))


@given(
    instants, instants, st.lists(st.tuples(instants, st.one_of(st.none(), instants)), max_size=5)
)
def test_the_parts_make_the_whole(one: datetime, other: datetime, waits: list[Wait]) -> None:
    begin, end = min(one, other), max(one, other)
    measured = opening_time(begin, end, waits, CALENDARS)
    assert timedelta() <= measured.waiting <= measured.worked <= end - begin
    assert measured.handling + measured.waiting == measured.worked
    apart = opening_time(begin, end, [], CALENDARS)
    assert apart.worked == measured.worked
    whole = opening_time(begin, end, [(begin, end)], CALENDARS)
    assert whole.waiting == whole.worked


@given(instants, instants, instants)
def test_two_halves_are_the_whole(a: datetime, b: datetime, c: datetime) -> None:
    first, middle, last = sorted((a, b, c))
    halves = [
        opening_time(x, y, [], CALENDARS).worked for x, y in ((first, middle), (middle, last))
    ]
    assert sum(halves, timedelta()) == opening_time(first, last, [], CALENDARS).worked
