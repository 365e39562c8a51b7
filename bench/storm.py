"""`python -m bench.storm [RESULT.json]`: clocks that end in the same second, beside the engine's bare timers.

Needs two quiet cores: about four minutes for 1,000, a quarter of an hour for 5,000. Exit 0 only if none was early,
lost or twice and every bound holds.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import uvloop
from sqlalchemy import text
from temporalio.client import Client

from api.acts import Acts, Draft
from banjian.compose_api import services_of
from banjian.stack.errors import StackError
from bench import floor, storm_case
from bench.bounds import Bound
from bench.people import People
from bench.sides import Bench, raised
from domain.contracts import Actor
from law import catalogue
from law.offices import DEFAULT_OFFICE

SIZES = (1000, 5000)
TERM = timedelta(hours=24)
STARTS_AT_A_TIME = 12
# Slower than the slowest machine this ran on: all must be armed and quiet before the second comes.
OURS_PER_SECOND, RAW_PER_SECOND = 12, 40
QUIET_SECONDS = 25
GIVE_UP_SECONDS = 600
CLERK_CASES = 20
MOST_LATENESS, AIM_LATENESS = 1.5, 1.0


@dataclass(frozen=True)
class Side:
    """How late the clocks of one side were. Seconds after the second at which all of them ended."""

    count: int
    early: int
    lost: int
    twice: int
    p50: float
    p99: float
    worst: float

    def __str__(self) -> str:
        return (
            f"{self.count} clocks: p50 {self.p50:.2f} s, p99 {self.p99:.2f} s, last {self.worst:.2f} s, "
            f"{self.count / max(self.worst, 0.01):.0f}/s; {self.early} early, {self.lost} lost, "
            f"{self.twice} twice"
        )


@dataclass(frozen=True)
class StormTiming:
    """One size. `shown` is p99 until people can read it; the clerk's p95 in milliseconds, quiet and meanwhile."""

    raw: Side
    ours: Side
    shown: float
    clerk_quiet: float
    clerk_meanwhile: float
    clerk_acts: int

    @property
    def ratio(self) -> float:
        return self.ours.p99 / self.raw.p99

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "ratio": self.ratio}


def side_of(count: int, late: Sequence[float]) -> Side:
    """`late`: one figure for every firing, whatever case it was of; none for a clock that was lost."""
    ordered = sorted(late)
    return Side(
        count=count,
        early=sum(1 for seconds in ordered if seconds < 0),
        lost=max(0, count - len(ordered)),
        twice=max(0, len(ordered) - count),
        p50=statistics.median(ordered) if ordered else float("inf"),
        p99=ordered[int(0.99 * len(ordered))] if ordered else float("inf"),
        worst=ordered[-1] if ordered else float("inf"),
    )


async def _at_a_time(count: int, start: Callable[[int], Any]) -> None:
    left = iter(range(count))

    async def one() -> None:
        for number in left:
            await start(number)

    async with asyncio.TaskGroup() as group:
        for _ in range(STARTS_AT_A_TIME):
            group.create_task(one())


def _second(after: float) -> datetime:
    """A whole second, so many seconds from now."""
    return (datetime.now().astimezone() + timedelta(seconds=after)).replace(microsecond=0)


async def raw_storm(client: Client, count: int, say: Callable[[str], None]) -> Side:
    """Bare workflows, each with one timer; the payloads are plain."""
    due = _second(count / RAW_PER_SECOND + QUIET_SECONDS)
    run = uuid.uuid4().hex
    handles = []

    async def start(number: int) -> None:
        handles.append(
            await client.start_workflow(
                floor.Timer.run, due.timestamp(), id=f"{run}-{number}", task_queue=floor.TIMERS
            )
        )

    await _at_a_time(count, start)
    _armed_in_time(due, say)
    async with asyncio.timeout(GIVE_UP_SECONDS):
        late = [await handle.result() for handle in handles]
    return side_of(count, late)


def _armed_in_time(due: datetime, say: Callable[[str], None]) -> None:
    left = (due - datetime.now().astimezone()).total_seconds()
    say(f"  armed {left:.0f} s before the second")
    if left < QUIET_SECONDS / 5:
        raise StackError("arming took longer than planned: the figures would say nothing")


async def our_storm(bench: Bench, count: int, say: Callable[[str], None]) -> tuple[Side, float]:
    """Cases of the product; returns how late they dealt with the end, and p99 until it can be read."""
    catalogue.add(storm_case.ROW)
    engine = bench.ours.core.engine
    acts: Acts = services_of(
        bench.ours.core, bench.ours.client, offset=lambda: 0.0, sweep=True
    ).acts
    due = _second(count / OURS_PER_SECOND + QUIET_SECONDS)
    title = f"storm-{uuid.uuid4().hex}"
    body = {
        "procedure": storm_case.ROW.procedure,
        "catalogue_version": storm_case.ROW.version,
        "table_version": "1",
        "office": DEFAULT_OFFICE,
        "title": title,
        "digest": "a" * 64,
        "trigger": (due - TERM).isoformat(),
    }
    owner = Actor(person_id="bench", name="周晓岚", roles=["applicant"])

    async def start(number: int) -> None:
        case = uuid.uuid4()
        opening = {**body, "receipt_no": str(case)}
        await acts.perform(Draft(uuid.uuid4(), case, "open", owner, opening))

    await _at_a_time(count, start)
    _armed_in_time(due, say)
    mine = "FROM clocks k JOIN cases c USING (case_id) WHERE c.title = :title"
    done = text(f"SELECT count(*) {mine} AND k.level = 'overdue_l1'")
    shown: list[tuple[float, int]] = []
    async with asyncio.timeout(GIVE_UP_SECONDS):
        while not shown or shown[-1][1] < count:
            await asyncio.sleep(0.2)
            async with engine.connect() as connection:
                found = await connection.scalar(done, {"title": title})
            late = (datetime.now().astimezone() - due).total_seconds()
            shown.append((late, int(found or 0)))
    async with engine.connect() as connection:
        rows = await connection.execute(
            text(
                "SELECT CAST(extract(epoch FROM e.task_at - k.ends_at) AS float8) AS late, k.ends_at"
                " FROM case_events e JOIN clocks k USING (case_id) JOIN cases c USING (case_id)"
                " WHERE c.title = :title AND e.kind = 'clock_overdue_l1'"
            ),
            {"title": title},
        )
        fired = rows.all()
    assert {row.ends_at for row in fired} == {due}, "all of them end in the same second"
    readable = next(late for late, found in shown if found >= 0.99 * count)
    return side_of(count, [row.late for row in fired]), readable


async def _clerk(people: People, cases: int) -> list[float]:
    """A clerk who works one case after the other; the seconds of each act."""
    latencies: list[float] = []
    for _ in range(cases):
        await people.case(latencies)
    return latencies


def _p95(latencies: Sequence[float]) -> float:
    ordered = sorted(latencies)
    return 1000 * ordered[int(0.95 * len(ordered))] if ordered else 0.0


async def measure(bench: Bench, count: int, say: Callable[[str], None]) -> StormTiming:
    """The bare timers, then ours with a clerk at work; never at the same time."""
    say(f"storm of {count}: bare timers")
    raw = await raw_storm(bench.floor.timers, count, say)
    say(f"  {raw}")
    quiet = await _clerk(bench.ours.people, CLERK_CASES)
    say(f"storm of {count}: ours")
    over = asyncio.Event()
    acts: list[tuple[float, float]] = []

    async def work(begin: float) -> None:
        await asyncio.sleep(max(0.0, begin - time.monotonic()))
        while not over.is_set():
            latencies: list[float] = []
            await bench.ours.people.case(latencies)
            acts.extend((time.monotonic(), seconds) for seconds in latencies)

    begin = time.monotonic() + count / OURS_PER_SECOND + QUIET_SECONDS - 2
    clerk = asyncio.create_task(work(begin))
    try:
        ours, shown = await our_storm(bench, count, say)
        over.set()
        await clerk
    finally:
        clerk.cancel()
    meanwhile = [seconds for at, seconds in acts if at >= begin + 2]
    say(f"  {ours}; readable p99 {shown:.2f} s")
    found = StormTiming(raw, ours, shown, _p95(quiet), _p95(meanwhile), len(meanwhile))
    say(
        f"  a clerk's act p95 {found.clerk_quiet:.0f} ms quiet, {found.clerk_meanwhile:.0f} ms"
        f" meanwhile ({found.clerk_acts} acts)"
    )
    return found


def bounds_of(found: StormTiming) -> list[Bound]:
    """What a storm must keep."""
    name = f"{found.ours.count} clocks in a second"
    return [
        Bound(f"{name}: early", found.ours.early, most=0),
        Bound(f"{name}: lost", found.ours.lost, most=0),
        Bound(f"{name}: twice", found.ours.twice, most=0),
        Bound(
            f"{name}: p99 lateness ÷ bare timers",
            found.ratio,
            most=MOST_LATENESS,
            aim=AIM_LATENESS,
        ),
    ]


async def run(folder: Path, sizes: Sequence[int], say: Callable[[str], None]) -> dict[str, Any]:
    """Measure every size on a stack of its own. `ok` of the document says whether all bounds hold."""
    async with raised(folder, say) as bench:
        storms = [await measure(bench, count, say) for count in sizes]
    bounds = [bound for found in storms for bound in bounds_of(found)]
    for bound in bounds:
        say(str(bound))
    return {
        "ok": all(bound.holds for bound in bounds),
        "storms": [found.to_json() for found in storms],
        "bounds": [{**asdict(bound), "holds": bound.holds} for bound in bounds],
    }


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.storm", description=__doc__)
    parser.add_argument("result", nargs="?", type=Path, help="file for the figures as JSON")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), metavar="N")
    given = parser.parse_args(arguments)
    if min(given.sizes) < 100:
        parser.error("--sizes must be at least 100: a p99 of fewer says nothing")

    def say(line: str) -> None:
        print(line, flush=True)

    with tempfile.TemporaryDirectory(prefix="banjian-storm-") as folder:
        try:
            document = uvloop.run(run(Path(folder), given.sizes, say))
        except StackError as error:
            say(str(error))
            return 1
    if given.result is not None:
        given.result.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    return 0 if document["ok"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
