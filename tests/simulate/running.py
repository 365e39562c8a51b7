"""Running cases in skipped time: expiries and races, on one stage; then the engine killed over a deadline."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from random import Random
from typing import Final

from banjian.commands.play import scratch_database, server
from banjian.player.stage import stage
from banjian.stack.signals import ends_when_terminated
from law import catalogue
from tests.kernel.any_clock import ROW, AnyClock
from tests.kernel.desk import Desk
from tests.simulate import expiries, outage, races

STARTS: Final = datetime.fromisoformat("2026-03-02T09:00:00+08:00")
HORIZON: Final = timedelta(days=150)


@asynccontextmanager
async def desk_on(database_url: str) -> AsyncIterator[Desk]:
    """A stage on which any clock of the table can run."""
    catalogue.add(ROW)
    async with stage(database_url, starts=STARTS, procedures=[AnyClock]) as made:
        yield Desk(made)


async def run(seed: int, cases: int, raced: int, away: bool, say: Callable[[str], None]) -> int:
    """Everything; prints what was not as the law wants it, and returns how much that was."""
    ends_when_terminated()
    faults: list[str] = []
    if cases or raced:
        with server() as url:
            async with scratch_database(url) as database, desk_on(database) as desk:
                if raced:
                    faults += await races.play(desk, Random(f"{seed}:races"), raced, say)
                if cases:
                    rng = Random(f"{seed}:expiries")
                    faults += await expiries.play(desk, rng, cases, HORIZON, say)
    if away:
        faults += await outage.play(say)
    for fault in faults:
        say(f"  {fault}")
    say(f"seed {seed}: {cases} cases, {raced} races, {len(faults)} faults")
    return len(faults)
