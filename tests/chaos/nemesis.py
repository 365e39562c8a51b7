"""Random `kill -9`: which part, when, for how long follows from one seed. Down times may overlap."""

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass

from banjian.stack.supervisor import LocalStack
from tests.chaos.installation import PARTS

LONGEST_DOWN = 2.0
RESTART_PATIENCE = 120.0


@dataclass(frozen=True)
class Kill:
    """One line of the fault plan; seconds. `wait` is from the kill before it."""

    part: str
    wait: float
    down: float


def plan(seed: int, kills: int, mean_wait: float) -> list[Kill]:
    """The same seed, the same plan."""
    dice = random.Random(f"kills:{seed}")
    return [
        Kill(
            part=dice.choice(PARTS),
            wait=dice.uniform(0.3, 2 * mean_wait - 0.3),
            down=dice.uniform(0, LONGEST_DOWN),
        )
        for _ in range(kills)
    ]


class Nemesis:
    """Carries a plan out on a stack.

    Attributes:
        done: kills by part.
        skipped: kills whose part was dead already when its turn came; another part was taken.
    """

    def __init__(self, stack: LocalStack) -> None:
        self._stack = stack
        self._down: set[str] = set()
        self.done: Counter[str] = Counter()
        self.moved = 0
        self.log: list[tuple[float, str, float]] = []

    async def run(self, kills: list[Kill]) -> None:
        """All kills of the plan; returns when everything is up again."""
        begin = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for kill in kills:
                await asyncio.sleep(kill.wait)
                part = self._alive(kill.part)
                self._down.add(part)
                self.done[part] += 1
                self.log.append((round(time.monotonic() - begin, 2), part, round(kill.down, 2)))
                group.create_task(self._strike(part, kill.down))

    def _alive(self, wanted: str) -> str:
        """The wanted part, or the next one that is not down already."""
        start = PARTS.index(wanted)
        turn = [PARTS[(start + n) % len(PARTS)] for n in range(len(PARTS))]
        part = next((p for p in turn if p not in self._down), wanted)
        self.moved += part != wanted
        return part

    async def _strike(self, part: str, down: float) -> None:
        try:
            await asyncio.to_thread(self._stack.kill, part, restart=False)
            await asyncio.sleep(down)
            # Waits until it answers; it may be killed again only after that.
            await asyncio.to_thread(self._stack.restart, part, RESTART_PATIENCE)
        finally:
            self._down.discard(part)
