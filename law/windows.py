"""Windows: the days on which something may be done, from one clock or between two."""

from datetime import date, datetime
from typing import NamedTuple

from law.clock_types import Direction
from law.deadline_types import ONE_DAY, Deadline
from law.zone import day_end, day_start


class WindowEmpty(ValueError):
    """The window would close before it opens: the two clocks do not belong together."""

    code = "window-empty"


class Window(NamedTuple):
    """First and last day, both inside."""

    first: date
    last: date

    @property
    def opens_at(self) -> datetime:
        return day_start(self.first)

    @property
    def closes_at(self) -> datetime:
        """Exclusive."""
        return day_end(self.last)

    def holds(self, instant: datetime) -> bool:
        """Whether an act received at the instant falls inside."""
        return self.opens_at <= instant < self.closes_at


def window_of(deadline: Deadline) -> Window:
    """The days a forward clock runs: the day after the trigger's to the legal end (D01, D02)."""
    return _window(deadline.start_date + ONE_DAY, deadline.legal_end)


def window_between(opens: Deadline, closes: Deadline) -> Window:
    """From the day one clock opens to the day the other closes (F05a and F05b, M03a and M03b).

    A clock counted back opens on the day it reaches; one counted forward must first run out.
    """
    backward = opens.clock.direction is Direction.BEFORE
    first = opens.legal_end if backward else opens.legal_end + ONE_DAY
    return _window(first, closes.legal_end)


def _window(first: date, last: date) -> Window:
    if last < first:
        raise WindowEmpty(f"申请期间为空: {first} 至 {last}")
    return Window(first, last)
