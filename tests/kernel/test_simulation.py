"""A small part of `make simulate`: cases with every kind of expiry that decides, and races at the end of a clock."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from random import Random, SystemRandom

import pytest
import pytest_asyncio

from domain.clocks import DECIDING
from law.clocks import CLOCKS
from tests.kernel.desk import Desk
from tests.oracle.papers import ROWS
from tests.simulate import expiries, races
from tests.simulate.ends import by_effect
from tests.simulate.running import HORIZON, STARTS, desk_on

SEED = SystemRandom().randrange(1_000_000)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(module_database: str) -> AsyncIterator[Desk]:
    async with desk_on(module_database) as made:
        yield made


async def test_each_race_has_one_lawful_outcome(desk: Desk) -> None:
    print(
        f"python -m tests.simulate --cases 0 --running 0 --no-outage --sixty 0 --seed {SEED} --races 30"
    )
    assert await races.play(desk, Random(f"{SEED}:races"), 30, print) == []


async def test_no_end_is_early_late_or_twice(desk: Desk) -> None:
    print(f"seed {SEED}, 20 cases")
    found = await expiries.play(desk, Random(f"{SEED}:small"), 20, timedelta(days=40), print)
    assert found == []


def test_every_kind_of_expiry_is_among_500_and_first_in_silence() -> None:
    told = expiries.lives(Random("kinds"), 500, STARTS, HORIZON)
    kinds = {clock.effect for clock in CLOCKS.values()}
    assert {life.end.effect for life in told if life.silent} == kinds
    assert {life.does for life in told} == {"nothing", "object", "decide"}
    assert set(by_effect(Random(1))) == set(ROWS)
    assert {CLOCKS[one].effect for one in by_effect(Random(1))[: len(DECIDING)]} == DECIDING


@pytest.mark.parametrize(
    ("stage", "events", "says"),
    [
        ("acted", {"objected": 1, "clock_expired": 1}, "but"),
        ("after", {"clock_expired": 2}, "but"),
        ("decided", {"task_completed": 1}, "came at the end"),
        ("after", {"clock_expired": 1}, "over ['object']"),
        ("waiting", {}, "is waiting"),
    ],
)
def test_an_unlawful_outcome_is_seen(stage: str, events: dict[str, int], says: str) -> None:
    """A referee that sees nothing would make every race fair."""
    race = next(r for r in races.races(Random(1), 200, STARTS.date()) if r.end.clock == "G01")
    early, late = (race.end.at + timedelta(seconds=s) for s in (-0.5, 0.5))
    tries = [races.Try("object", early, False), races.Try("decide", late, False)]
    fault = races._fault(replace(race, tries=tries), stage, Counter(events), ["applied"])
    assert says in fault


def test_a_wrong_end_is_seen() -> None:
    life = next(x for x in expiries.lives(Random(1), 60, STARTS, HORIZON) if x.silent)
    assert "ended 0 times" in expiries._faults(life, [], "after", 1)
