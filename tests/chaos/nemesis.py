"""Random `kill -9`: which part, when, for how long follows from one seed. Down times may overlap."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from banjian.stack.supervisor import LocalStack
from tests.chaos.installation import PARTS

LONGEST_DOWN = 2.0
LONGEST_WAIT = 2.0
LAST_SHARE = 0.95
RESTART_PATIENCE = 120.0


@dataclass(frozen=True)
class Kill:
    """One line of the fault plan.

    Attributes:
        at: not before this share of the people's work is done: slow and quick machines are hit alike.
        wait: seconds after that.
        down: seconds until the part is started again.
    """

    part: str
    at: float
    wait: float
    down: float


def plan(seed: int, kills: int) -> list[Kill]:
    """The same seed, the same plan."""
    dice = random.Random(f"kills:{seed}")
    shares = sorted(dice.uniform(0, LAST_SHARE) for _ in range(kills))
    return [
        Kill(
            part=dice.choice(PARTS),
            at=share,
            wait=dice.uniform(0, LONGEST_WAIT),
            down=dice.uniform(0, LONGEST_DOWN),
        )
        for share in shares
    ]


class Nemesis:
    """Carries a plan out on a stack.

    Attributes:
        done: kills by part.
        moved: kills whose part was down already when its turn came; another part was taken.
        log: instant in seconds, part and down time of every kill.
    """

    def __init__(self, stack: LocalStack) -> None:
        self._stack = stack
        self._down: set[str] = set()
        self.done: Counter[str] = Counter()
        self.moved = 0
        self.log: list[tuple[float, str, float]] = []

    async def run(self, kills: list[Kill], share: Callable[[], float]) -> None:
        """All kills of the plan; returns when everything is up again.

        Args:
            share: of the people's work that is done by now, 0 to 1.
        """
        begin = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for kill in kills:
                while True:
                    if share() >= kill.at:
                        break
                    await asyncio.sleep(0.1)
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
