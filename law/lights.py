"""Red and yellow lights (红黄灯): from when a running term is short, and which steps of the ladder are cards.

Yellow from the last fifth of the term or the last working day, red when it is over (the practice of 电子监察;
this bureau's policy, not statute). `law.ladder` says who is told.
"""

from datetime import datetime, timedelta
from typing import Final, Literal

from law.calendars import Calendars
from law.clock_types import Clock, Unit
from law.deadline_types import ONE_DAY
from law.ladder import RungKind
from law.zone import civil_date, day_end, day_start

Card = Literal["yellow", "red"]
CARDS: Final[dict[str, Card]] = {
    RungKind.AMBER.value: "yellow",
    RungKind.OVERDUE_L1.value: "red",
    RungKind.OVERDUE_L2.value: "red",
    RungKind.OVERDUE_L3.value: "red",
}
"""Which fired steps of the ladder are a yellow or a red card of the step that the clock bounds."""
FIFTH: Final = 5
SHORT_HOURS: Final = timedelta(hours=24, minutes=1)
"""A clock counted in hours is short in its last day (the minute under way included)."""


def short_until(clock: Clock, now: datetime, calendars: Calendars) -> datetime:
    """The latest exclusive end that is short at the instant: an end at or before it is yellow, or red.

    A term whose length is set in the single case is short on its last working day only.
    """
    today = civil_date(now)
    length = clock.length or 0
    if clock.unit is Unit.H:
        return now + SHORT_HOURS
    if clock.unit not in (Unit.WD, Unit.CD):
        return day_end(today)
    fifth = length // FIFTH
    # n working days are left as long as the (n+1)-th from today has not begun to be the last.
    working = max(1, fifth) if clock.unit is Unit.WD else 1
    by_work = day_start(calendars.add_workdays(today, working + 1))
    if clock.unit is Unit.WD:
        return by_work
    return max(by_work, day_end(today + fifth * ONE_DAY))
