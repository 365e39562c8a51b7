"""What the notices of a suspended period say (行政许可法 45; law.md §3.8)."""

from collections.abc import Iterator
from datetime import date

from activities.context import CaseView
from activities.paper_fields import UNITS, Fields, basis_of, due_part, reason_line
from activities.paperwork import paper
from domain.clocks import deadline_of
from domain.contracts import PaperOrder, Pause, RunningClock
from law.calendars import default_calendars
from law.citations import written
from law.clock_types import Ground, Unit
from law.clocks import find_clock
from law.deadline_types import ONE_DAY
from law.deadlines import Deadline, RowKind, TraceRow
from law.zone import civil_date

KINDS = ("registration", "licence", "declaration", "coordination")


@paper("suspension", *KINDS)
async def suspension(view: CaseView, order: PaperOrder) -> Fields:
    """As the clock stood before the first day that does not count, whenever the paper is set."""
    clock, pause = _found(view, order)
    law = find_clock(clock.clock_id)
    before = [p for p in clock.pauses if p.number <= pause.number]
    end = deadline_of(clock.model_copy(update={"pauses": before}))
    progress = end.progress(pause.start - ONE_DAY)
    unit = UNITS[Unit.WD if end.unit is Unit.WD else Unit.CD]
    return "suspension", {
        "period": law.name.replace(":", "："),
        "period_basis": basis_of(law),
        "ground": Ground(pause.ground).label,
        "basis": written(pause.article),
        "circumstances": pause.reason,
        "since": pause.start.isoformat(),
        "expected": pause.expected.isoformat() if pause.expected else None,
        "expected_length": f"{_days(end, pause)}{unit}",
        "used": f"{progress.elapsed}{unit}",
        "left": f"{progress.remaining}{unit}",
        "reasons": [reason_line(row) for row in _until(end, pause.start)][:40],
    }


@paper("resumption", *KINDS)
async def resumption(view: CaseView, order: PaperOrder) -> Fields:
    """The new end, or the grounds that still keep the clock from having one."""
    clock, pause = _found(view, order)
    law = find_clock(clock.clock_id)
    end = deadline_of(clock)
    holding = [p for p in clock.pauses if p.end is None]
    return "resumption", {
        "period": law.name.replace(":", "："),
        "period_basis": basis_of(law),
        "ground": Ground(pause.ground).label,
        "basis": written(pause.article),
        "since": pause.start.isoformat(),
        "until": (pause.end or civil_date(order.at)).isoformat(),
        "notice": pause.paper or None,
        "new_due": None if end.paused else due_part(end),
        "others": list(dict.fromkeys(Ground(p.ground).label for p in holding)),
    }


def _found(view: CaseView, order: PaperOrder) -> tuple[RunningClock, Pause]:
    clock = view.clocks[order.data["clock"]]
    return clock, next(p for p in clock.pauses if p.number == order.data["pause"])


def _until(end: Deadline, start: date) -> Iterator[TraceRow]:
    """The runs of days before the first that does not count, and the day from which the clock runs."""
    for row in end.trace:
        if row.kind is RowKind.START:
            yield row
        elif row.first < start:
            yield row._replace(last=min(row.last, start - ONE_DAY))


def _days(end: Deadline, pause: Pause) -> int:
    """From the first day that does not count to the expected last one, in the clock's unit."""
    assert pause.expected is not None, "the case refuses a suspension of unknown length"
    if end.unit is not Unit.WD:
        return (pause.expected - pause.start).days + 1
    return default_calendars().workdays_between(pause.start - ONE_DAY, pause.expected)
