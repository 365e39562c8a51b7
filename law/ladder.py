"""The escalation ladder: who is told what, at which instant, before and after a legal end.

The steps are this bureau's policy, not statute; 优化营商环境条例 36 only asks that an overrun be
explained publicly.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from law.calendars import Calendars
from law.clock_types import Direction, Unit
from law.deadline_types import Deadline
from law.zone import CST, day_end

REMINDER_HOUR = time(8, 30)
AMBER_HOUR = time(12, 0)
# Hour clocks are too short for days: one hour's warning (emergency seizure, 行政强制法 19).
HOUR_CLOCK_WARNING = timedelta(hours=1)


PROMISED: Final = frozenset({"T01"})
"""What somebody promised and the agency pursues: reminded by T03 and on the day before, overdue L1 and L2 to the heads,
then a person decides (law.md §2.6; the row's own words). Nothing ends by itself."""
REMINDED_BEFORE: Final = 3
"""Working days of T03."""


class RungKind(StrEnum):
    """The steps, in their order."""

    REMINDER = "reminder"
    LAST_REMINDER = "last_reminder"
    """The day before, to whoever promised something."""
    AMBER = "amber"
    OVERDUE_L1 = "overdue_l1"
    OVERDUE_L2 = "overdue_l2"
    OVERDUE_L3 = "overdue_l3"
    EXPIRY = "expiry"
    PAUSE_OVER = "pause_over"
    """The length told to the party is over and the clock still stands still."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One step: due at the instant, told to the role."""

    kind: RungKind
    at: datetime
    role: str


def ladder(deadline: Deadline, calendars: Calendars) -> tuple[Rung, ...]:
    """The rungs, sorted by instant; warnings before the clock's start are left out.

    Clocks that bind the agency have the whole ladder; others remind the party and expire. A paused
    deadline has none: its end is not known.
    """
    if deadline.paused:
        return ()
    clock, end = deadline.clock, deadline.legal_end
    if deadline.unit is Unit.H:
        reminder = deadline.ends_at - HOUR_CLOCK_WARNING
    else:
        day = calendars.add_workdays(end, -2)
        reminder = datetime.combine(day, REMINDER_HOUR, tzinfo=CST)
    if clock.id in PROMISED:
        rungs = _of_promise(deadline, calendars)
    elif not clock.binds_agency:
        rungs = [
            Rung(RungKind.REMINDER, reminder, "applicant"),
            Rung(RungKind.EXPIRY, deadline.takes_effect_at, "applicant"),
        ]
    else:
        rungs = [
            Rung(RungKind.REMINDER, reminder, "officer"),
            Rung(RungKind.OVERDUE_L1, deadline.ends_at, "section_head"),
            Rung(RungKind.OVERDUE_L2, day_end(calendars.add_workdays(end, 1)), "registry_head"),
            Rung(RungKind.OVERDUE_L3, day_end(calendars.add_workdays(end, 3)), "bureau_head"),
        ]
        if deadline.unit is not Unit.H:
            amber = datetime.combine(end, AMBER_HOUR, tzinfo=CST)
            rungs.append(Rung(RungKind.AMBER, amber, "window_head"))
    warnings = {RungKind.REMINDER, RungKind.LAST_REMINDER, RungKind.AMBER}
    # A clock counted back from its trigger ends before it: every warning may still be to come.
    forward = clock.direction is not Direction.BEFORE
    kept = (
        rung
        for rung in rungs
        if not (forward and rung.kind in warnings and rung.at <= deadline.starts_at)
    )
    return tuple(sorted(kept, key=lambda rung: rung.at))


def _of_promise(deadline: Deadline, calendars: Calendars) -> list[Rung]:
    end = deadline.legal_end

    def morning(days: int) -> datetime:
        return datetime.combine(calendars.add_workdays(end, -days), REMINDER_HOUR, tzinfo=CST)

    return [
        Rung(RungKind.REMINDER, morning(REMINDED_BEFORE), "applicant"),
        Rung(RungKind.LAST_REMINDER, morning(1), "applicant"),
        Rung(RungKind.OVERDUE_L1, deadline.ends_at, "window_head"),
        Rung(RungKind.OVERDUE_L2, day_end(calendars.add_workdays(end, 1)), "registry_head"),
    ]


def pause_ladder(
    expected: Iterable[date], calendars: Calendars, *, lapsing: Iterable[date] = ()
) -> tuple[Rung, ...]:
    """The rungs of a clock that stands still: one for each day by which a ground was expected to end.

    The officer is reminded on the next working morning, and then no more: to resume, or to tell the
    party another length, is for a person. What is `lapsing` ends by itself, with its day.
    """
    mornings = {calendars.add_workdays(day, 1) for day in expected}
    instants = {datetime.combine(day, REMINDER_HOUR, tzinfo=CST) for day in mornings}
    instants |= {day_end(day) for day in lapsing}
    return tuple(Rung(RungKind.PAUSE_OVER, at, "officer") for at in sorted(instants))
