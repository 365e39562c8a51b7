"""Deadline arithmetic: a pure function of clock, law edition, calendar editions and trigger.

Rules: the day of the event is not counted (民法典 201); months and years end on the same day
number, else on the month's last day (民法典 202); an end on a day off moves to the next working
day where the clock's end rule says so (民法典 203). Suspended days, from the first to the last, are
not counted (行政许可法 45). An extension runs from the unrolled end, then rolls.
"""

import calendar
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from law.calendars import Calendars
from law.clock_types import COUNTING_UNITS, Clock, Direction, EndRule, Ground, Unit
from law.clocks import LAW_EDITION
from law.deadline_types import (
    ONE_DAY,
    Deadline,
    DeadlineError,
    ExtensionLengthRequired,
    ExtensionNotAllowed,
    GroundNotAllowed,
    LengthInvalid,
    LengthNotAllowed,
    LengthRequired,
    Progress,
    RowKind,
    Suspension,
    SuspensionInvalid,
    TraceDay,
    TraceRow,
    TriggerInvalid,
)
from law.trace import TraceBuilder
from law.worktime import OFFICE_HOURS, Remaining, remaining, working_time
from law.zone import NaiveInstant, day_end, day_start, local

__all__ = [
    "OFFICE_HOURS",
    "Deadline",
    "DeadlineError",
    "ExtensionLengthRequired",
    "ExtensionNotAllowed",
    "GroundNotAllowed",
    "LengthInvalid",
    "LengthNotAllowed",
    "LengthRequired",
    "Progress",
    "Remaining",
    "RowKind",
    "Suspension",
    "SuspensionInvalid",
    "TraceDay",
    "TraceRow",
    "TriggerInvalid",
    "add_months",
    "deadline",
    "remaining",
    "working_time",
]

MAX_LENGTH = 10_000
_EARLIEST, _LATEST = date(1990, 1, 1), date(2200, 12, 31)
_NO_SHIFT = frozenset({EndRule.NO_ROLL, EndRule.HARD, EndRule.ANNIVERSARY})


def deadline(
    clock: Clock,
    trigger: datetime | date,
    calendars: Calendars,
    *,
    length: int | None = None,
    unit: Unit | None = None,
    suspensions: Iterable[Suspension] = (),
    extended: bool | int = False,
    extension: int | None = None,
) -> Deadline:
    """When the clock ends, with the reason of every day.

    Args:
        clock: the row of law.
        trigger: the event's instant, or its civil day where no hour is known.
        calendars: the pinned editions.
        length: for clocks whose length is set case by case.
        unit: its unit, where it is not the clock's usual count unit.
        suspensions: periods not counted; overlaps are merged, an open one pauses the clock.
        extended: how many extensions were granted (True is one).
        extension: the granted length where the row leaves it to the approver.

    Raises:
        DeadlineError: a typed refusal; nothing is guessed.
    """
    counting = _unit(clock, unit)
    starts_at = _instant(clock, counting, trigger)
    more = int(extended)
    # Whoever counts days counts them for every instant of the first one alike.
    since = starts_at if counting is Unit.H else day_start(starts_at.date())
    found = _deadline(
        clock, since, calendars, length, counting, tuple(suspensions), more, extension
    )
    return found if since == starts_at else replace(found, starts_at=starts_at)


# typed: True and 1.0 must reach the checks and not the answer cached for 1.
@lru_cache(maxsize=4096, typed=True)
def _deadline(
    clock: Clock,
    starts_at: datetime,
    calendars: Calendars,
    length: int | None,
    unit: Unit,
    suspensions: tuple[Suspension, ...],
    extended: int,
    extension: int | None,
) -> Deadline:
    units = _length(clock, length)
    segments = _extensions(clock, unit, extended, extension)
    stopped, open_from = _stopped_days(clock, suspensions)
    d0 = starts_at.date()
    build = TraceBuilder(calendars, stopped, fold_forward=clock.direction is not Direction.BEFORE)
    ends_at: datetime | None = None
    try:
        if clock.unit is Unit.DATE:
            raw = _fixed_date(clock, d0)
            build.fixed(raw, clock.citation)
        elif unit is Unit.H:
            ends_at = starts_at + timedelta(hours=units)
            raw = ends_at.date()
            build.hours(d0, raw, units)
        elif clock.direction is Direction.BEFORE:
            build.start(d0, backward=True)
            raw = _backward(d0, units, unit, build)
        else:
            build.start(d0, backward=False)
            stays = clock.end_rule in _NO_SHIFT
            raw = _forward(d0, units, unit, build, stays, extended=False)
            for more, more_unit in segments:
                raw = _forward(raw, more, more_unit, build, stays, extended=True)
    except OverflowError:
        raise LengthInvalid("期限超出可计算的范围") from None
    legal = build.roll(raw) if clock.end_rule.rolls else raw
    return Deadline(
        clock=clock,
        law_edition=LAW_EDITION,
        pins=_pins(calendars, d0, legal),
        starts_at=starts_at,
        length=None if clock.unit is Unit.DATE else units,
        unit=unit,
        extended=extended,
        extension=extension,
        suspensions=suspensions,
        raw_end=raw,
        legal_end=legal,
        ends_at=ends_at or day_end(legal),
        provisional=build.provisional,
        paused=open_from is not None and open_from <= raw,
        in_force=clock.in_force_on(d0),
        trace=build.rows(),
    )


def _unit(clock: Clock, unit: Unit | None) -> Unit:
    if unit is None or unit is clock.count_unit:
        return clock.count_unit
    if clock.unit is not Unit.VARIABLE:
        raise LengthNotAllowed(f"{clock.id} 的单位由{clock.citation}规定,个案不能改变")
    if unit not in COUNTING_UNITS or (unit is Unit.H and clock.end_rule is not EndRule.NO_ROLL):
        raise LengthInvalid(f"{clock.id} 不能用“{unit.label}”作单位")
    return unit


def _instant(clock: Clock, unit: Unit, trigger: datetime | date) -> datetime:
    if isinstance(trigger, datetime):
        try:
            instant = local(trigger)
        except NaiveInstant as error:
            raise TriggerInvalid(str(error)) from None
        except OverflowError:
            raise TriggerInvalid("起算时刻超出范围") from None
    elif unit is Unit.H:
        raise TriggerInvalid(f"{clock.id} 按小时计算,须给出起算时刻")
    else:
        instant = day_start(trigger)
    if not _EARLIEST <= instant.date() <= _LATEST:
        raise TriggerInvalid(f"起算日须在 {_EARLIEST} 至 {_LATEST} 之间")
    return instant


def _length(clock: Clock, length: int | None) -> int:
    if clock.unit is Unit.VARIABLE:
        if length is None:
            raise LengthRequired(f"{clock.id} 的长度由个案确定({clock.set_by}),须给出")
        if type(length) is not int or not 0 <= length <= MAX_LENGTH:
            raise LengthInvalid(f"期限长度须在 0 至 {MAX_LENGTH} 之间")
        return length
    if length is not None:
        raise LengthNotAllowed(f"{clock.id} 的长度由{clock.citation}规定,个案不能改变")
    return clock.length or 0


def _extensions(
    clock: Clock, unit: Unit, extended: int, granted: int | None
) -> list[tuple[int, Unit]]:
    if extended == 0:
        if granted is not None:
            raise ExtensionNotAllowed("给出了延长的长度,但没有延长")
        return []
    rule = clock.extension
    if rule is None:
        raise ExtensionNotAllowed(f"{clock.id} 没有延长的规定({clock.citation})")
    if not 0 < extended <= rule.times:
        raise ExtensionNotAllowed(f"{clock.id} 只能延长 {rule.times} 次({clock.citation})")
    # The first extension has the row's length; what the row leaves open the approver sets.
    lengths = [rule.length, *[None] * (extended - 1)]
    if None not in lengths and granted is not None:
        raise ExtensionNotAllowed(f"{clock.id} 的延长期限由{clock.citation}规定,不能另定")
    if None in lengths and granted is None:
        raise ExtensionLengthRequired(f"{clock.id} 的延长期限由批准人确定,须给出")
    if granted is not None and (type(granted) is not int or not 1 <= granted <= MAX_LENGTH):
        raise LengthInvalid(f"延长期限须在 1 至 {MAX_LENGTH} 之间")
    own = unit if clock.unit is Unit.VARIABLE else rule.unit
    return [(length or granted or 0, own) for length in lengths]


def _stopped_days(
    clock: Clock, suspensions: tuple[Suspension, ...]
) -> tuple[dict[date, Suspension], date | None]:
    """The stopped days with the suspension that names them first, and where an open one starts."""
    stopped: dict[date, Suspension] = {}
    open_from: date | None = None
    for item in sorted(suspensions, key=lambda s: (s.start, s.end or date.max)):
        try:
            ground = Ground(item.ground)
        except ValueError:
            raise GroundNotAllowed(
                f"没有这种不计入期限的事由: {item.ground}({clock.citation})"
            ) from None
        if ground not in clock.suspension:
            raise GroundNotAllowed(f"{clock.id} 不能因{ground.label}停止计算({clock.citation})")
        if item.end is not None and item.end < item.start:
            raise SuspensionInvalid(f"中止期间颠倒: {item.start} 至 {item.end}")
        if item.end is not None and (item.end - item.start).days > MAX_LENGTH:
            raise SuspensionInvalid(f"中止期间过长: {item.start} 至 {item.end}")
        if item.end is None and (open_from is None or item.start < open_from):
            open_from = item.start
        # An open suspension stops at least its first day: the earliest end still possible.
        day, last = item.start, item.end or item.start
        while day <= last:
            stopped.setdefault(day, item)
            day += ONE_DAY
    return stopped, open_from


def _forward(
    day: date, units: int, unit: Unit, build: TraceBuilder, stays: bool, *, extended: bool
) -> date:
    if unit is Unit.WD:
        return build.workdays(day, units, extended=extended)
    if unit is Unit.CD:
        return build.calendar_days(day, units, unit, stays=stays, extended=extended)
    target = add_months(day, units * (12 if unit is Unit.Y else 1))
    return build.calendar_days(day, (target - day).days, unit, stays=stays, extended=extended)


def _backward(day: date, units: int, unit: Unit, build: TraceBuilder) -> date:
    if unit is Unit.WD:
        return build.workdays_back(day, units)
    if unit is Unit.CD:
        return build.calendar_days_back(day, day - units * ONE_DAY, unit)
    target = add_months(day, -units * (12 if unit is Unit.Y else 1))
    return build.calendar_days_back(day, target, unit)


def add_months(day: date, months: int) -> date:
    """The same day number months later or earlier, else that month's last day (民法典 202)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    if not 1 <= year <= 9999:
        raise OverflowError("year out of range")
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _fixed_date(clock: Clock, d0: date) -> date:
    """The statute's date; a yearly one lies in the trigger's year."""
    fixed = clock.fixed_date or ""
    return date.fromisoformat(fixed if len(fixed) == 10 else f"{d0.year}-{fixed}")


def _pins(calendars: Calendars, one: date, other: date) -> tuple[str, ...]:
    low, high = min(one, other).year, max(one, other).year
    # A neighbouring year's notice may name days of December or January.
    return tuple(pin for pin in calendars.pins if low - 1 <= int(pin[:4]) <= high + 1)
