"""A running clock's deadline with its reasons, computed again from the editions it pins.

A trace is never stored or put into a payload: editions are immutable, so the same pins give the same
days, for the API, the pages and the papers alike.
"""

from datetime import timedelta
from typing import Final

from domain.contracts import RunningClock
from law.calendars import Calendars
from law.clock_types import Effect
from law.clocks import find_clock
from law.deadlines import Deadline, Suspension, deadline

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

OPENING: Final = frozenset({Effect.MAY_PROCEED, Effect.WINDOW_OPENS, Effect.BAR_ENDS})
"""What was not allowed before the end is allowed from it on."""

EXPIRES: Final = frozenset({"overdue_l1", "expiry"})
"""Rungs at which a clock ends."""

WRITTEN_WITHIN: Final = timedelta(seconds=5)
"""An act is received when its request came, if it is written so soon after; else when it is written."""

IN_TIME: Final = 2 * WRITTEN_WITHIN
"""So long after its end a clock that decides is left alone: what was received in time may still be on its way."""


def deadline_of(clock: RunningClock) -> Deadline:
    """Raises UnknownClock or UnknownEdition where the record names what this release lacks."""
    return deadline(
        find_clock(clock.clock_id),
        clock.trigger,
        Calendars.from_pins(tuple(clock.calendar_pins)),
        length=clock.length,
        suspensions=tuple(
            Suspension(p.start, p.end, p.ground, p.article, p.paper) for p in clock.pauses
        ),
        extended=clock.extension is not None,
    )
