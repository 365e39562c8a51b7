"""Random cases over every row of the clocks, each one repeatable from (seed, index)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from random import Random

from tests.oracle.answers import BEIJING, Length, Pause
from tests.oracle.papers import NAMED_DAYS, ONE_DAY, ROWS, Row

FIRST, LAST = date(2007, 1, 1), date(2030, 12, 31)
IDS = list(ROWS)
NAMED = sorted(day for day in NAMED_DAYS if FIRST <= day <= LAST)
LEAP_DAYS = [date(year, 2, 29) for year in range(2008, 2031, 4)]
# Spring festivals and National Days of years without a notice, where law/ must guess as we do.
UNKNOWN = [date(y, m, d) for y in range(2027, 2031) for m, d in ((1, 1), (2, 5), (5, 1), (10, 1))]
NEAR_MIDNIGHT = [
    time(0), time(0, 0, 1), time(0, 0, 0, 1), time(23, 59, 59), time(23, 59, 59, 999999),
    time(23, 0), time(1, 0),
]  # fmt: skip
ZONES = [UTC, *(timezone(timedelta(hours=h)) for h in (-10, -5, 9, 14))]


@dataclass(frozen=True)
class Case:
    """One question. ``str()`` of it holds all that is needed to ask again."""

    clock: str
    trigger: date  # or a datetime, which is one
    length: Length | None
    pauses: tuple[Pause, ...]
    extended: int
    granted: int | None

    def __str__(self) -> str:
        told = [self.clock, f"from {self.trigger.isoformat()}"]
        if self.length is not None:
            told.append(f"length {self.length[0]} {self.length[1]}")
        told += [f"paused {first}..{last}" for first, last in self.pauses]
        if self.extended:
            told.append(f"extended {self.extended}x")
        if self.granted is not None:
            told.append(f"granted {self.granted}")
        return " ".join(told)


def _day(rng: Random) -> date:
    kind = rng.random()
    if kind < 0.35:
        return FIRST + rng.randrange((LAST - FIRST).days + 1) * ONE_DAY
    if kind < 0.50:
        year, month = rng.randint(2007, 2030), rng.randint(1, 12)
        after = date(year + month // 12, month % 12 + 1, 1)
        day = after - rng.randint(0, 3) * ONE_DAY
    elif kind < 0.58:
        day = rng.choice(LEAP_DAYS) + rng.randint(-1, 1) * ONE_DAY
    elif kind < 0.80:
        day = rng.choice(NAMED) + rng.randint(-12, 8) * ONE_DAY
    elif kind < 0.90:
        day = rng.choice(UNKNOWN) + rng.randint(-20, 10) * ONE_DAY
    else:
        day = date(rng.randint(2007, 2030), 12, 20) + rng.randint(-25, 25) * ONE_DAY
    return min(max(day, FIRST), LAST)


def _civil(trigger: date) -> date:
    return trigger.astimezone(BEIJING).date() if isinstance(trigger, datetime) else trigger


def _trigger(rng: Random) -> date:
    """A civil day, or an instant whose civil day at UTC+8 was chosen, in that or another zone."""
    if rng.random() < 0.15:
        return _day(rng)
    clock_time = (
        rng.choice(NEAR_MIDNIGHT)
        if rng.random() < 0.4
        else time(rng.randrange(24), rng.randrange(60), rng.randrange(60))
    )
    instant = datetime.combine(_day(rng), clock_time, BEIJING)
    return instant.astimezone(rng.choice(ZONES)) if rng.random() < 0.3 else instant


def _length(row: Row, rng: Random) -> Length | None:
    if row.unit != "variable":
        return None
    units = {"V01": ["mo", "mo", "y", "cd"], "Q06": ["cd", "cd", "cd", "wd", "mo"]}.get(
        row.id, ["h", "h", "cd", "wd"] if row.end_rule == "no_roll" else ["wd", "wd", "cd", "h"]
    )
    unit = rng.choice(units)
    return rng.randint(0, {"h": 100, "wd": 60, "cd": 120, "mo": 48, "y": 6}[unit]), unit


def _pauses(trigger: date, rng: Random) -> tuple[Pause, ...]:
    """One to four pauses; they may overlap, touch, nest, or lie before or after the period."""
    start = _civil(trigger)
    pauses: list[Pause] = []
    for _ in range(rng.choice([1, 1, 1, 2, 2, 3, 4])):
        if pauses and rng.random() < 0.25:
            first = pauses[-1][1] + rng.randint(-3, 2) * ONE_DAY
        else:
            first = start + rng.randint(-5, 70) * ONE_DAY
        days = rng.choice([1, 1, 2, 3, 7, rng.randint(4, 45), rng.randint(4, 120)])
        pauses.append((first, first + (days - 1) * ONE_DAY))
    rng.shuffle(pauses)
    return tuple(pauses)


def random_case(seed: int, index: int) -> Case:
    """Case ``index`` of the series ``seed``; the rows take turns, so none is left out."""
    rng = Random(f"{seed}:{index}")
    row = ROWS[IDS[index % len(IDS)]]
    trigger = _trigger(rng)
    pauses = _pauses(trigger, rng) if row.suspendable and rng.random() < 0.6 else ()
    extended = rng.randint(1, len(row.added)) if row.added and rng.random() < 0.4 else 0
    # Now and then ask for what the row may not allow: both must refuse alike.
    if rng.random() < 0.01:
        pauses = pauses or _pauses(trigger, rng)
    if rng.random() < 0.01:
        extended += 1
    open_ended = None in row.added[:extended]
    grants = rng.random() < (0.95 if open_ended else 0.005)
    granted = rng.randint(1, 40) if grants else None
    return Case(row.id, trigger, _length(row, rng), pauses, extended, granted)
