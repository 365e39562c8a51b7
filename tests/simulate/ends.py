"""Clocks and triggers whose end is known from the second reading of the law alone (`tests.oracle`)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from domain.clocks import DECIDING
from law.clocks import CLOCKS, Direction, Effect, Unit
from tests.oracle.answers import BEIJING, Length, answer
from tests.oracle.papers import ROWS

DAY = timedelta(days=1)
# Of what kind a length is that a case sets, and how long it is here.
GIVEN: dict[Unit, Length] = {
    Unit.CD: (9, "cd"),
    Unit.WD: (6, "wd"),
    Unit.H: (30, "h"),
    Unit.MO: (2, "mo"),
}


@dataclass(frozen=True)
class End:
    """A clock from a trigger, and the instant at which its end takes effect."""

    clock: str
    trigger: datetime
    length: int | None
    at: datetime

    @property
    def effect(self) -> Effect:
        return CLOCKS[self.clock].effect

    def __str__(self) -> str:
        return f"{self.clock} ({self.effect.value}) from {self.trigger.isoformat()}"


def by_effect(rng: Random) -> list[str]:
    """Every clock of the second reading, one of each kind of effect in turn; the kinds that decide first."""
    kinds: dict[Effect, list[str]] = {}
    for clock_id in ROWS:
        kinds.setdefault(CLOCKS[clock_id].effect, []).append(clock_id)
    order = sorted(kinds, key=lambda effect: (effect not in DECIDING, effect.value))
    for rows in kinds.values():
        rng.shuffle(rows)
    turns = max(len(rows) for rows in kinds.values())
    return [kinds[e][turn] for turn in range(turns) for e in order if turn < len(kinds[e])]


def end_of(clock_id: str, trigger: datetime) -> End:
    """By the oracle. A window counted back opens with the day it reaches."""
    clock = CLOCKS[clock_id]
    length = GIVEN[clock.count_unit] if clock.unit is Unit.VARIABLE else None
    told = answer(clock_id, trigger, length=length)
    at = told.ends_at
    if clock.effect is Effect.WINDOW_OPENS and clock.direction is Direction.BEFORE:
        at = datetime.combine(told.legal_end, time.min, BEIJING)
    return End(clock_id, trigger, length[0] if length else None, at)


def ending(clock_id: str, rng: Random, after: datetime, before: datetime) -> End | None:
    """A trigger, by lot, from which the clock's end lies between; None where the row has none in force."""
    clock = CLOCKS[clock_id]
    reach = {Unit.WD: 1.6, Unit.CD: 1.0, Unit.H: 1 / 24, Unit.MO: 30.4, Unit.Y: 365.25}
    length = GIVEN[clock.count_unit][0] if clock.unit is Unit.VARIABLE else clock.length or 0
    days = length * reach.get(clock.count_unit, 0.0)
    sign = 1 if clock.direction is Direction.BEFORE else -1
    for _ in range(200):
        target = after + rng.random() * (before - after)
        guess = target + sign * timedelta(days=days) + timedelta(days=rng.randint(-4, 4))
        trigger = guess.astimezone(BEIJING).replace(
            hour=rng.randrange(24), minute=rng.randrange(60), second=0, microsecond=0
        )
        if clock.count_unit is Unit.H:
            trigger = (target - timedelta(hours=length)).astimezone(BEIJING).replace(microsecond=0)
        if clock.in_force_on(trigger.date()) is False:
            continue
        found = end_of(clock_id, trigger)
        if after < found.at <= before:
            return found
    return None


def ending_at(clock_id: str, night: date) -> End | None:
    """A trigger from which the clock's last day is this one; None where it ends on no such day."""
    at = datetime.combine(night + DAY, time.min, BEIJING)
    for back in range(-1, 400):
        trigger = datetime.combine(night - back * DAY, time(10), BEIJING)
        found = end_of(clock_id, trigger)
        if found.at == at:
            return found
        if found.at < at - 20 * DAY:
            return None
    return None
