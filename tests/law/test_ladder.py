"""The escalation ladder, what is left in words, working time by office hours."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law.calendars import default_calendars
from law.clocks import CLOCKS, Clock, Direction, Unit, find_clock
from law.deadlines import Deadline, Suspension, deadline, remaining, working_time
from law.ladder import RungKind, ladder
from law.zone import CST, NaiveInstant

CALENDARS = default_calendars()


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=CST)


def end(clock: str, trigger: str, **more: Any) -> Deadline:
    return deadline(find_clock(clock), at(trigger), CALENDARS, **more)


def test_the_whole_ladder_of_r01() -> None:
    rungs = [(r.kind, r.at, r.role) for r in ladder(end("R01", "09-23 10:00"), CALENDARS)]
    assert rungs == [
        (RungKind.REMINDER, at("09-24 08:30"), "officer"),
        (RungKind.AMBER, at("09-29 12:00"), "window_head"),
        (RungKind.OVERDUE_L1, at("09-30 00:00"), "section_head"),
        (RungKind.OVERDUE_L2, at("10-01 00:00"), "registry_head"),
        (RungKind.OVERDUE_L3, at("10-10 00:00"), "bureau_head"),
    ]


def test_the_extended_ladder_of_r01() -> None:
    rungs = {r.kind: r.at for r in ladder(end("R01", "09-23 10:00", extended=True), CALENDARS)}
    assert rungs[RungKind.REMINDER] == at("09-30 08:30")
    assert rungs[RungKind.AMBER] == at("10-09 12:00")
    assert rungs[RungKind.OVERDUE_L2] == at("10-11 00:00")  # Saturday 10-10 is a working day
    assert rungs[RungKind.OVERDUE_L3] == at("10-14 00:00")


def test_no_warning_lies_before_the_start() -> None:
    kinds = [r.kind for r in ladder(end("R02", "09-23 15:00"), CALENDARS)]
    assert kinds == [RungKind.OVERDUE_L1, RungKind.OVERDUE_L2, RungKind.OVERDUE_L3]
    kinds = [r.kind for r in ladder(end("R02", "09-23 09:00"), CALENDARS)]
    assert kinds[0] is RungKind.AMBER


def test_a_party_is_reminded_and_the_clock_expires() -> None:
    rungs = ladder(end("N01", "07-31 09:00"), CALENDARS)
    assert [(r.kind, r.at, r.role) for r in rungs] == [
        (RungKind.REMINDER, at("09-28 08:30"), "applicant"),
        (RungKind.EXPIRY, at("10-01 00:00"), "applicant"),
    ]


def test_a_clock_counted_back_keeps_its_warnings() -> None:
    kinds = [r.kind for r in ladder(end("G07", "11-20 09:00"), CALENDARS)]
    assert kinds[:2] == [RungKind.REMINDER, RungKind.AMBER]


def test_a_paused_clock_has_no_rungs() -> None:
    still = Suspension(date(2026, 9, 24), None, "testing")
    assert ladder(end("F02", "09-21 09:00", suspensions=[still]), CALENDARS) == ()


@given(
    st.sampled_from(list(CLOCKS.values())), st.dates(date(2007, 1, 1), date(2028, 1, 1)), st.times()
)
def test_rungs_are_sorted_and_never_before_the_start(clock: Clock, day: date, hour: time) -> None:
    trigger = datetime.combine(day, hour, tzinfo=CST)
    length = 5 if clock.unit is Unit.VARIABLE else None
    value = deadline(clock, trigger, CALENDARS, length=length)
    rungs = ladder(value, CALENDARS)
    assert [r.at for r in rungs] == sorted(r.at for r in rungs)
    assert len({r.kind for r in rungs}) == len(rungs)
    due = [r for r in rungs if r.kind in (RungKind.OVERDUE_L1, RungKind.EXPIRY)]
    assert [r.at for r in due] == [value.takes_effect_at]
    if clock.direction is Direction.AFTER:
        assert all(r.at >= trigger for r in rungs)


@pytest.mark.parametrize(
    ("now", "code", "days", "text"),
    [
        ("09-23 10:00", "left", 3, "还剩 3 个工作日"),
        ("09-25 10:00", "left", 2, "还剩 2 个工作日"),
        ("09-29 08:00", "today", 0, "今天到期"),
        ("09-29 23:59", "today", 0, "今天到期"),
        ("09-30 00:00", "overdue", 1, "已超时 1 个工作日"),
        ("10-05 12:00", "overdue", 1, "已超时 1 个工作日"),
        ("10-08 09:00", "overdue", 2, "已超时 2 个工作日"),
    ],
)
def test_what_is_left_of_r01(now: str, code: str, days: int, text: str) -> None:
    left = remaining(end("R01", "09-23 10:00"), at(now), CALENDARS)
    assert (left.state.code, left.working_days, left.text_zh) == (code, days, text)
    assert left.overdue == (code == "overdue")


def test_what_is_left_over_days_off() -> None:
    holds = end("A02", "09-20 09:00")  # ends on a holiday and does not roll
    left = remaining(holds, at("10-03 09:00"), CALENDARS)
    assert (left.working_days, left.calendar_days) == (0, 2)
    assert left.text_zh == "还剩 2 日(均为休息日)"
    late = remaining(holds, at("10-06 09:00"), CALENDARS)
    assert late.text_zh == "已超时(尚未满 1 个工作日)"


def test_what_is_left_in_hours() -> None:
    sealed = end("Q09", "10-03 16:00")
    assert remaining(sealed, at("10-04 12:40"), CALENDARS).text_zh == "还剩 3 小时 20 分"
    over = remaining(sealed, at("10-04 16:00"), CALENDARS)
    assert (over.text_zh, over.overdue) == ("已超时 0 小时 0 分", True)


def test_what_is_left_of_a_paused_clock() -> None:
    still = Suspension(date(2026, 9, 24), None, "testing")
    left = remaining(end("F02", "09-21 09:00", suspensions=[still]), at("10-20 09:00"), CALENDARS)
    assert (left.state.code, left.working_days) == ("paused", 8)
    assert left.text_zh == "已停止计算,剩余 8 个工作日"


def test_working_time_has_edges() -> None:
    assert working_time(at("09-23 12:00"), at("09-23 14:30"), CALENDARS) == timedelta()
    assert working_time(at("09-25 08:00"), at("09-27 18:00"), CALENDARS) == timedelta()
    assert working_time(at("09-23 08:00"), at("09-23 23:00"), CALENDARS) == timedelta(hours=7)
    assert working_time(at("09-24 10:00"), at("09-23 10:00"), CALENDARS) == timedelta()
    with pytest.raises(NaiveInstant):
        working_time(at("09-23 10:00").replace(tzinfo=None), at("09-24 10:00"), CALENDARS)
