"""A deadline as a value with its reasons, and the typed refusals of its arguments."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from law.clock_types import Clock, Direction, Effect, Unit
from law.zone import civil_date, day_start

ONE_DAY = timedelta(days=1)


class DeadlineError(ValueError):
    """Base of the refusals; `code` is stable, the message is Chinese text for people."""

    code = "deadline-invalid"


class TriggerInvalid(DeadlineError):
    """The trigger has no offset, no time of day where hours run, or lies out of range."""

    code = "trigger-invalid"


class LengthRequired(DeadlineError):
    """The clock's length is set case by case and none was given."""

    code = "length-required"


class LengthNotAllowed(DeadlineError):
    """The law fixes the length; a case may not change it."""

    code = "length-not-allowed"


class LengthInvalid(DeadlineError):
    """A length below zero or beyond ten thousand units."""

    code = "length-invalid"


class SuspensionInvalid(DeadlineError):
    """A suspension that ends before it starts."""

    code = "suspension-invalid"


class SuspensionOutside(DeadlineError):
    """A suspension before the count begins or after it has ended: it stops nothing."""

    code = "suspension-outside"


class GroundNotAllowed(DeadlineError):
    """The clock may not stand still on this ground."""

    code = "ground-not-allowed"


class ExtensionNotAllowed(DeadlineError):
    """The clock has no extension, or has it fewer times."""

    code = "extension-not-allowed"


class ExtensionLengthRequired(DeadlineError):
    """The approver sets the extension's length and none was given."""

    code = "extension-length-required"


@dataclass(frozen=True, slots=True)
class Suspension:
    """Days that are not counted: `start` to `end`, both excluded from the count.

    `end` is None while the clock still stands still. `ground` is a law.clocks.Ground value;
    `article` is its legal basis and `paper` the notice told to the party.
    """

    start: date
    end: date | None
    ground: str
    article: str = ""
    paper: str = ""


class RowKind(StrEnum):
    """What a day of the trace is to the clock."""

    START = "start"
    COUNTED = "counted"
    OFF = "off"
    SUSPENDED = "suspended"
    ROLLED = "rolled"
    FIXED = "fixed"


class TraceRow(NamedTuple):
    """A run of days of one kind. `first` is never after `last`; rows stand in counting order."""

    first: date
    last: date
    kind: RowKind
    count_from: int | None
    count_to: int | None
    reason_zh: str
    source: str

    @property
    def counted(self) -> bool:
        return self.kind is RowKind.COUNTED

    @property
    def length(self) -> int:
        """Number of civil days in the run."""
        return (self.last - self.first).days + 1

    def to_json(self) -> dict[str, Any]:
        return {
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "kind": self.kind.value,
            "counted": self.counted,
            "count_from": self.count_from,
            "count_to": self.count_to,
            "reason": self.reason_zh,
            "source": self.source,
        }


class TraceDay(NamedTuple):
    """One day of the unfolded trace; `number` is the day's place in the count."""

    date: date
    kind: RowKind
    number: int | None
    reason_zh: str
    source: str


class Progress(NamedTuple):
    """Where a clock stands, in its counting unit: elapsed + suspended + remaining = total."""

    total: int
    elapsed: int
    suspended: int
    remaining: int


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a clock ends and why.

    `raw_end` is the counted end, `legal_end` the end after roll-over; in time means received
    before `ends_at` (exclusive; the exact instant for hour clocks). `provisional` ends rest on a
    year without a published calendar. A `paused` deadline has an open suspension: its end is the
    earliest possible one and must not be acted on.
    """

    clock: Clock
    law_edition: str
    pins: tuple[str, ...]
    starts_at: datetime
    length: int | None
    unit: Unit
    extended: int
    extension: int | None
    suspensions: tuple[Suspension, ...]
    raw_end: date
    legal_end: date
    ends_at: datetime
    provisional: bool
    paused: bool
    in_force: bool | None
    trace: tuple[TraceRow, ...]

    @property
    def start_date(self) -> date:
        """d0, the day of the triggering event, which is not counted (民法典 201)."""
        return civil_date(self.starts_at)

    @property
    def takes_effect_at(self) -> datetime:
        """When expiry does what the row says: the end, but a window counted back from an event opens
        with the day it reaches, not after it (届满前 90 个工作日起)."""
        if self.clock.effect is Effect.WINDOW_OPENS and self.clock.direction is Direction.BEFORE:
            return day_start(self.legal_end)
        return self.ends_at

    def in_time(self, received_at: datetime) -> bool:
        """Whether an act received at the instant keeps the deadline."""
        return received_at < self.ends_at

    def days(self) -> Iterator[TraceDay]:
        """The trace with one row per day, in counting order."""
        backward = self.clock.direction is Direction.BEFORE
        for row in self.trace:
            per_day = row.count_from is not None and self.unit is not Unit.H
            for offset in range(row.length):
                day = row.last - offset * ONE_DAY if backward else row.first + offset * ONE_DAY
                number = None
                if per_day and row.count_from is not None:
                    number = row.count_from + offset
                yield TraceDay(day, row.kind, number, row.reason_zh, row.source)

    def progress(self, at: date) -> Progress:
        """Counted days up to and including `at`, suspended days and the days still to come."""
        if self.paused:
            # Nothing runs from the first day of an open suspension on.
            at = min(at, *(s.start - ONE_DAY for s in self.suspensions if s.end is None))
        elapsed = remaining = suspended = 0
        for row in self.trace:
            if row.kind is RowKind.SUSPENDED:
                suspended += row.length
            elif row.counted and self.unit is not Unit.H:
                passed = min(max((at - row.first).days + 1, 0), row.length)
                elapsed += passed
                remaining += row.length - passed
        return Progress(elapsed + suspended + remaining, elapsed, suspended, remaining)

    def to_json(self, *, trace: bool = True) -> dict[str, Any]:
        """Plain data for payloads, the API and letters."""
        clock = self.clock
        data: dict[str, Any] = {
            "clock": clock.id,
            "name": clock.name,
            "citation": clock.citation,
            "verified": clock.verified.value,
            "verified_label": clock.verified.label,
            "law_edition": self.law_edition,
            "calendars": list(self.pins),
            "starts_at": self.starts_at.isoformat(),
            "length": self.length,
            "unit": self.unit.value,
            "direction": clock.direction.value,
            "end_rule": clock.end_rule.value,
            "extended": self.extended,
            "extension": self.extension,
            "suspensions": [
                {
                    "from": s.start.isoformat(),
                    "to": s.end.isoformat() if s.end else None,
                    "ground": str(s.ground),
                    "article": s.article,
                    "paper": s.paper,
                }
                for s in self.suspensions
            ],
            "raw_end": self.raw_end.isoformat(),
            "legal_end": self.legal_end.isoformat(),
            "ends_at": self.ends_at.isoformat(),
            "provisional": self.provisional,
            "paused": self.paused,
            "in_force": self.in_force,
        }
        if trace:
            data["trace"] = [row.to_json() for row in self.trace]
        return data
