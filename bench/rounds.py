"""Alternating bursts on two live sides; ratios are taken within a round, then their median.

A figure of one burst is worth little on a machine that others use as well. What the neighbours do hits
both halves of a round alike, so the ratio holds; CPU time holds better than cases per second.
"""

import asyncio
import random
import statistics
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bench.cpu import Account
from bench.sides import Bench, Side

CLIENTS = 8


@dataclass(frozen=True)
class Size:
    """Cases of a burst by side and number of clients; about ten seconds at eight, three at one."""

    floor_many: int = 160
    ours_many: int = 80
    floor_one: int = 24
    ours_one: int = 16

    def of(self, side: str, clients: int) -> int:
        many = clients > 1
        if side == "floor":
            return self.floor_many if many else self.floor_one
        return self.ours_many if many else self.ours_one


@dataclass(frozen=True)
class Burst:
    """One measurement of one side. Milliseconds; `foreign` in cores."""

    side: str
    clients: int
    cases: int
    cases_per_second: float
    cpu_ms: dict[str, float]
    latency_p50: float
    latency_p95: float
    foreign: float

    @property
    def cpu_ms_total(self) -> float:
        return sum(self.cpu_ms.values())

    def __str__(self) -> str:
        parts = " ".join(f"{name} {spent:.0f}" for name, spent in self.cpu_ms.items())
        return (
            f"{self.side:5} c={self.clients} {self.cases_per_second:6.2f} cases/s"
            f"  {self.cpu_ms_total:4.0f} CPU-ms ({parts})"
            f"  act p50 {self.latency_p50:.1f} p95 {self.latency_p95:.1f} ms"
            f"  others {self.foreign:.2f} cores"
        )


async def burst(side: Side, clients: int, cases: int, played: list[uuid.UUID]) -> Burst:
    """Play so many cases with so many clients at once."""
    latencies: list[float] = []
    left = iter(range(cases))
    account = Account(side.pids)

    async def one(turns: Iterator[int]) -> None:
        for _ in turns:
            played.append(await side.case(latencies))

    async with asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(one(left))
    spent = account.so_far()
    ordered = sorted(1000 * seconds for seconds in latencies)
    return Burst(
        side=side.name,
        clients=clients,
        cases=cases,
        cases_per_second=cases / spent.elapsed,
        cpu_ms={name: 1000 * used / cases for name, used in spent.by_process.items()},
        latency_p50=statistics.median(ordered),
        latency_p95=ordered[int(0.95 * len(ordered))],
        foreign=spent.foreign,
    )


@dataclass
class Series:
    """All bursts, with the cases they left behind."""

    bursts: list[Burst] = field(default_factory=list)
    played: dict[str, list[uuid.UUID]] = field(default_factory=lambda: {"ours": [], "floor": []})

    def of(self, side: str, clients: int) -> list[Burst]:
        return [b for b in self.bursts if b.side == side and b.clients == clients]

    def median(self, side: str, clients: int, figure: Callable[[Burst], float]) -> float:
        return statistics.median(figure(b) for b in self.of(side, clients))

    def ratio(self, clients: int, figure: Callable[[Burst], float]) -> float:
        """Median over the rounds of ours ÷ floor."""
        pairs = zip(self.of("ours", clients), self.of("floor", clients), strict=True)
        return statistics.median(figure(ours) / figure(bare) for ours, bare in pairs)


async def measure(
    bench: Bench, rounds: int, rng: random.Random, say: Callable[[str], None], size: Size
) -> Series:
    """Warm both sides up, then alternate; which side begins a round is drawn by lot."""
    series = Series()
    sides: list[Side] = [bench.ours, bench.floor]
    for side in sides:
        await burst(side, CLIENTS, 40, series.played[side.name])
    for number in range(1, rounds + 1):
        say(f"round {number} of {rounds}")
        rng.shuffle(sides)
        for clients in (CLIENTS, 1):
            for side in sides:
                cases = size.of(side.name, clients)
                done = await burst(side, clients, cases, series.played[side.name])
                series.bursts.append(done)
                say(f"  {done}")
    return series
