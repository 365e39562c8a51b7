"""The ledger of a clock (期限台账): what is used, what did not count, what is left, and by whose act.

Elapsed, suspended and remaining are the whole term at every instant, in the clock's own unit and in
calendar days. While the clock stands still the ledger is that of a clock which goes on tomorrow.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from law.calendars import Calendars
from law.clock_types import Direction, Unit
from law.deadline_types import ONE_DAY, Deadline, Progress
from law.deadlines import deadline as compute
from law.zone import civil_date

ONE_HOUR = timedelta(hours=1)


class EntryKind(StrEnum):
    """Why the end moved."""

    SUSPENSION = "suspension"
    EXTENSION = "extension"


class Stop(NamedTuple):
    """A suspension as it was declared: the law's part is in the deadline, this is who and how long."""

    start: date
    end: date | None
    ground: str
    article: str
    paper: str
    role: str
    expected: date | None


class Entry(NamedTuple):
    """One line. `last` is None while the ground holds; `units` and `days` are those it kept from counting,
    of an extension those it added. Overlapping suspensions each have their own line and count once."""

    kind: EntryKind
    first: date
    last: date | None
    ground: str
    article: str
    role: str
    paper: str
    expected: date | None
    units: int
    days: int

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind.value,
            "since": self.first.isoformat(),
            "to": self.last.isoformat() if self.last else None,
            "ground": self.ground,
            "article": self.article,
            "role": self.role,
            "paper": self.paper,
            "expected_end": self.expected.isoformat() if self.expected else None,
            "units": self.units,
            "days": self.days,
        }


@dataclass(frozen=True, slots=True)
class Ledger:
    """The clock as of the day `as_of`, which counts as elapsed. `legal_end` is None while it stands still.

    Raises ValueError where the parts are not the whole: such a ledger would be a lie.
    """

    as_of: date
    unit: Unit
    units: Progress
    days: Progress
    entries: tuple[Entry, ...]
    paused_since: date | None
    legal_end: date | None

    def __post_init__(self) -> None:
        for total, *parts in (self.units, self.days):
            if sum(parts) != total or min(parts) < 0:
                raise ValueError(f"期限台账不平: {parts} 之和应为 {total}")

    def to_json(self) -> dict[str, Any]:
        return {
            "as_of": self.as_of.isoformat(),
            "unit": self.unit.value,
            "units": self.units._asdict(),
            "days": self.days._asdict(),
            "paused_since": self.paused_since.isoformat() if self.paused_since else None,
            "legal_end": self.legal_end.isoformat() if self.legal_end else None,
            "entries": [entry.to_json() for entry in self.entries],
        }


def ledger(
    deadline: Deadline,
    calendars: Calendars,
    at: datetime,
    *,
    stops: Iterable[Stop] = (),
    approver: str = "",
) -> Ledger | None:
    """The ledger of the deadline as of the instant.

    Args:
        deadline: with the suspensions that `stops` describe.
        calendars: those the deadline was computed with.
        stops: who declared each suspension, on what article, until when by what was told the party.
        approver: role of who granted the extension.

    Returns None for what is not a term that runs: fixed dates, and windows counted back.
    """
    clock = deadline.clock
    if clock.unit is Unit.DATE or clock.direction is Direction.BEFORE:
        return None
    today = civil_date(at)
    known = tuple(s for s in deadline.suspensions if s.start <= today)
    term = _again(deadline, calendars, [replace(s, end=s.end or today) for s in known])
    stopped = {day for s in term.suspensions for day in _span(s.start, s.end or s.start)}
    within = [d for d in _span(term.start_date + ONE_DAY, term.legal_end) if d in stopped]

    def units(first: date, last: date) -> int:
        """Of the days, those that would have counted towards the raw end."""
        days = _span(max(first, term.start_date + ONE_DAY), min(last, term.raw_end))
        return sum(1 for d in days if term.unit is not Unit.WD or calendars.is_workday(d))

    entries = [
        Entry(
            EntryKind.SUSPENSION,
            s.start,
            s.end,
            s.ground,
            s.article,
            s.role,
            s.paper,
            s.expected,
            units(s.start, s.end or today),
            len(set(_span(s.start, s.end or today)) & set(within)),
        )
        for s in stops
        if s.start <= today
    ]
    if term.extended:
        entries.append(_extension(term, calendars, approver))
    paused = [s.start for s in deadline.suspensions if s.end is None and s.start <= today]
    return Ledger(
        as_of=today,
        unit=term.unit,
        units=_hours(term, at) if term.unit is Unit.H else _units(term, today, calendars),
        days=_days(term, today, len(within), stopped),
        entries=tuple(sorted(entries, key=lambda e: (e.first, e.kind.value))),
        paused_since=min(paused) if deadline.paused else None,
        legal_end=None if deadline.paused else deadline.legal_end,
    )


def _again(deadline: Deadline, calendars: Calendars, suspensions: list[Any]) -> Deadline:
    clock = deadline.clock
    varies = clock.unit is Unit.VARIABLE
    return compute(
        clock,
        deadline.starts_at,
        calendars,
        length=deadline.length if varies else None,
        unit=deadline.unit if varies else None,
        suspensions=suspensions,
        extended=deadline.extended,
        extension=deadline.extension,
    )


def _units(term: Deadline, today: date, calendars: Calendars) -> Progress:
    """The total is measured on the calendar, its parts are those of the trace."""
    if term.unit is Unit.WD:
        total = calendars.workdays_between(term.start_date, term.raw_end)
    else:
        total = (term.raw_end - term.start_date).days
    return term.progress(today)._replace(total=total)


def _hours(term: Deadline, at: datetime) -> Progress:
    total = term.length or 0
    elapsed = min(max((at - term.starts_at) // ONE_HOUR, 0), total)
    return Progress(total, elapsed, 0, total - elapsed)


def _days(term: Deadline, today: date, suspended: int, stopped: set[date]) -> Progress:
    counted = [d for d in _span(term.start_date + ONE_DAY, term.legal_end) if d not in stopped]
    elapsed = sum(1 for d in counted if d <= today)
    total = (term.legal_end - term.start_date).days
    return Progress(total, elapsed, suspended, len(counted) - elapsed)


def _extension(term: Deadline, calendars: Calendars, approver: str) -> Entry:
    clock = term.clock
    without = compute(
        clock,
        term.starts_at,
        calendars,
        length=term.length if clock.unit is Unit.VARIABLE else None,
        suspensions=term.suspensions,
    )
    rule = clock.extension
    length = (rule.length if rule else None) or term.extension or 0
    return Entry(
        EntryKind.EXTENSION,
        without.raw_end + ONE_DAY,
        term.raw_end,
        "",
        clock.citation,
        approver,
        "",
        None,
        length,
        (term.legal_end - without.legal_end).days,
    )


def _span(first: date, last: date) -> list[date]:
    return [first + n * ONE_DAY for n in range((last - first).days + 1)]
