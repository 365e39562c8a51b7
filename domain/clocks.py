"""A running clock's deadline with its reasons, computed again from the editions it pins.

A trace is never stored or put into a payload: editions are immutable, so the same pins give the same
days, for the API, the pages and the papers alike.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.contracts import RunningClock
from law.calendars import Calendars
from law.clock_types import Clock, Effect
from law.clocks import find_clock
from law.deadlines import Deadline, Suspension, deadline
from law.ladder import PROMISED
from law.ledger import Ledger, Stop, ledger

DECIDING: Final = frozenset(
    {
        Effect.DEEMED_ACCEPTED,
        Effect.DEEMED_RENEWED,
        Effect.MUST_RELEASE,
        Effect.LAPSE,
        Effect.RIGHT_LAPSES,
        Effect.MAY_PROCEED,
        Effect.WINDOW_CLOSES,
        Effect.WINDOW_OPENS,
        Effect.RELEASE_NAME,
        Effect.CLAIMS_CLOSED,
        Effect.DEEMED_RESUMED,
        Effect.BAR_ENDS,
        Effect.RESULT_FINAL,
        Effect.LICENCE_VOID,
    }
)
"""Only these expiries decide anything without a person (law.md §3.10); all others tell and escalate."""


class Cause(StrEnum):
    """Why a running clock's dates were computed again; its event is `clock_<cause>`."""

    EXTENDED = "extended"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    RECOMPUTED = "recomputed"
    """A calendar was published, or taken back."""


LEVELS: Final = ("amber", "overdue_l1", "overdue_l2", "overdue_l3")
"""The rungs that light up a clock, its tasks and its case, the lightest first."""

OPENING: Final = frozenset({Effect.MAY_PROCEED, Effect.WINDOW_OPENS, Effect.BAR_ENDS})
"""What was not allowed before the end is allowed from it on."""

EXPIRES: Final = frozenset({"overdue_l1", "expiry"})
"""Rungs at which a clock ends."""

WRITTEN_WITHIN: Final = timedelta(seconds=5)
"""An act is received when its request came, if it is written so soon after; else when it is written."""

IN_TIME: Final = 2 * WRITTEN_WITHIN
"""So long after its end a clock that decides is left alone: what was received in time may still be on its way."""


def heeds_acts(law: Clock, rung: str) -> bool:
    """Whether the rung ends the clock for good, so that acts received before it must be read first."""
    if rung not in EXPIRES:
        return False
    return law.effect in DECIDING or (law.suspendable and (rung == "expiry" or law.id in PROMISED))


def worst(kinds: Iterable[str]) -> str:
    """The gravest light among these rungs or levels; empty where none shines."""
    return max((k for k in kinds if k in LEVELS), key=LEVELS.index, default="")


def deadline_of(clock: RunningClock, calendars: Calendars | None = None) -> Deadline:
    """By the calendars that the clock pins, or by others.

    Raises UnknownClock or UnknownEdition where the record names what this release lacks, DeadlineError
    where its pauses or its extension are not lawful.
    """
    return deadline(
        find_clock(clock.clock_id),
        clock.trigger,
        calendars or Calendars.from_pins(tuple(clock.calendar_pins)),
        length=clock.length,
        suspensions=suspensions_of(clock),
        extended=clock.extension is not None,
        extension=clock.extension.length if clock.extension else None,
    )


def suspensions_of(clock: RunningClock) -> tuple[Suspension, ...]:
    """Its pauses as the arithmetic takes them."""
    return tuple(Suspension(p.start, p.end, p.ground, p.article, p.paper) for p in clock.pauses)


def ledger_of(clock: RunningClock, at: datetime) -> Ledger | None:
    """The clock's ledger as of the instant, or as of its end if it ended before."""
    law = find_clock(clock.clock_id)
    stops = [
        Stop(p.start, p.end, p.ground, p.article, p.paper, p.role, p.expected) for p in clock.pauses
    ]
    return ledger(
        deadline_of(clock),
        Calendars.from_pins(tuple(clock.calendar_pins)),
        min(at, clock.closed_at) if clock.closed_at else at,
        stops=stops,
        approver=(law.extension.approver_role or "") if law.extension else "",
    )
