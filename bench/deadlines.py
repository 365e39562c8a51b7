"""How long `deadline()` takes, uncached, over every row of the law."""

import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from law import deadlines
from law.calendars import default_calendars
from law.clocks import CLOCKS
from law.deadline_types import DeadlineError
from law.zone import CST

FIRST = datetime(2010, 1, 1, tzinfo=CST)
DAYS = 6500


@dataclass(frozen=True)
class Timing:
    """Milliseconds over `calls` calls; `slowest` names the row behind the worst of them."""

    calls: int
    median: float
    p99: float
    worst: float
    slowest: str


def measure(rng: random.Random, each: int = 25) -> Timing:
    """Every row from random triggers between 2010 and 2027. Rows that need a granted length get one."""
    calendars = default_calendars()
    forget: Callable[[], None] = deadlines._deadline.cache_clear
    taken: list[tuple[float, str]] = []
    for clock in CLOCKS.values():
        length = None if clock.length is not None or clock.fixed_date else 30
        for _ in range(each):
            trigger = FIRST + timedelta(days=rng.randrange(DAYS), seconds=rng.randrange(86_400))
            forget()
            began = time.perf_counter()
            try:
                deadlines.deadline(clock, trigger, calendars, length=length)
            except DeadlineError:
                continue
            taken.append((1000 * (time.perf_counter() - began), clock.id))
    taken.sort()
    values = [ms for ms, _ in taken]
    return Timing(
        calls=len(values),
        median=statistics.median(values),
        p99=values[int(0.99 * len(values))],
        worst=values[-1],
        slowest=taken[-1][1],
    )
