"""A running clock's deadline with its reasons, computed again from the editions it pins.

A trace is never stored or put into a payload: editions are immutable, so the same pins give the same
days, for the API, the pages and the papers alike.
"""

from domain.contracts import RunningClock
from law.calendars import Calendars
from law.clocks import find_clock
from law.deadlines import Deadline, Suspension, deadline


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
