"""`python -m bench.devices [RESULT.json]`: what a device costs, what an open obligation costs, and a midnight at which inspections lapse.

Rows at 1,000, 10,000 and 100,000 devices; open obligations beside them; then thousands of inspections whose validity ends at the same
midnight while clerks work. Needs two quiet cores and about an hour. Exit 0 only if every bound holds.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import uvloop
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from banjian.stack.errors import StackError
from banjian.stack.signals import ends_when_terminated
from banjian.worker import PACE
from bench import device_rows as rows
from bench.bounds import Bound
from bench.calendar import clerks, p95
from bench.sides import Bench, raised
from law.zone import CST, civil_date, day_end

SIZES = (1_000, 10_000, 100_000)
OPEN, LAPSES = 1_000, 5_000
BASELINE = timedelta(seconds=45)
# An obligation is ready when it has sent its reminder, and those are paced; all must be ready before midnight.
OPENED_PER_SECOND = 0.85 * PACE
QUIET = timedelta(seconds=90)
PATIENCE = 5400.0
MOST_SLOWER, MOST_GROWTH = 2.0, 1.5
Say = Callable[[str], None]


@dataclass(frozen=True)
class Cost:
    """Of one device at rest, with what its unit owes: bytes in PostgreSQL; milliseconds of the two questions asked of all."""

    devices: int
    bytes_each: float
    to_open_ms: float
    standing_ms: float


@dataclass(frozen=True)
class OpenCost:
    """Of one open obligation: bytes in PostgreSQL, in the engine's file, in memory of worker, API and engine; cases opened a second."""

    opened: int
    sql: float
    engine: float
    memory: float
    rate: float


@dataclass(frozen=True)
class Midnight:
    """Seconds after the midnight; clerks' p95 in milliseconds, before and meanwhile."""

    lapses: int
    early: int
    lost: int
    twice: int
    p50: float
    p99: float
    settled: float
    hazards: int
    clerks_before: float
    clerks_meanwhile: float
    clerks_left: int


async def _timed(engine: AsyncEngine, query: str, **values: Any) -> float:
    """Milliseconds; the median of nine."""
    found = []
    async with engine.connect() as connection:
        for _ in range(9):
            began = time.perf_counter()
            (await connection.execute(text(query), values)).all()
            found.append(1000 * (time.perf_counter() - began))
    return sorted(found)[4]


async def costs(bench: Bench, sizes: Sequence[int], say: Say) -> list[Cost]:
    """Fill the register up to each size, none of it due."""
    engine, found, filled = bench.ours.core.engine, [], 0
    today = civil_date(datetime.now(CST))
    for size in sorted(sizes):
        await rows.fill(engine, filled, size, today)
        filled = size
        async with engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text("VACUUM ANALYZE devices"))
            await connection.execute(text("VACUUM ANALYZE obligations"))
            held = await connection.scalar(
                text(
                    "SELECT pg_total_relation_size('devices') + pg_total_relation_size('obligations')"
                )
            )
        cost = Cost(
            size,
            held / size,
            await _timed(engine, rows.TO_OPEN, day=today),
            await _timed(engine, rows.STANDING, day=today),
        )
        say(
            f"{size} devices: {cost.bytes_each:.0f} bytes each; what is to open {cost.to_open_ms:.2f} ms,"
            f" how all stand {cost.standing_ms:.1f} ms"
        )
        found.append(cost)
    return found


def _memory(bench: Bench) -> float:
    """Bytes of worker, API and engine that are their own."""
    pids = bench.ours.pids
    return float(
        sum(
            psutil.Process(pids[name]).memory_full_info().pss
            for name in ("worker", "api", "engine")
        )
    )


async def _sizes(bench: Bench, folder: Path) -> tuple[float, float]:
    async with bench.ours.core.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        sql = float(
            await connection.scalar(text("SELECT pg_database_size(current_database())")) or 0
        )
    engine = sum(p.stat().st_size for p in (folder / "ours").rglob("temporal.db*"))
    return sql, float(engine)


async def open_all(bench: Bench, count: int, say: Say) -> float:
    """Wait until so many are open and each has settled; returns the seconds it took."""
    engine, began = bench.ours.core.engine, time.perf_counter()
    handle = bench.ours.client.get_schedule_handle("banjian-obligations")
    told = 0
    async with asyncio.timeout(PATIENCE):
        while True:
            async with engine.connect() as connection:
                opened = int(await connection.scalar(text(rows.OPEN)) or 0)
                ready = int(await connection.scalar(text(rows.REMINDED)) or 0)
            if ready >= count:
                return time.perf_counter() - began
            if opened >= told + 1000:
                told = opened
                say(f"  {opened} open after {time.perf_counter() - began:.0f} s")
            if opened < count:
                # As the engine's schedule does every two minutes; skipped while a turn runs.
                await handle.trigger()
            await asyncio.sleep(2)


async def open_cost(bench: Bench, folder: Path, count: int, say: Say) -> OpenCost:
    """Open so many of them, nobody else at work."""
    sql, engine = await _sizes(bench, folder)
    memory = _memory(bench)
    today = civil_date(datetime.now(CST))
    await rows.fall_due(bench.ours.core.engine, count, today, today + timedelta(days=40))
    took = await open_all(bench, count, say)
    sql_after, engine_after = await _sizes(bench, folder)
    cost = OpenCost(
        count,
        (sql_after - sql) / count,
        (engine_after - engine) / count,
        (_memory(bench) - memory) / count,
        count / took,
    )
    say(
        f"{count} open obligations: each {cost.sql / 1024:.1f} KiB in PostgreSQL, {cost.engine / 1024:.1f} KiB in the"
        f" engine, {cost.memory / 1024:.1f} KiB of memory; opened {cost.rate:.1f} a second"
    )
    return cost


async def midnight(bench: Bench, count: int, due: date, offset: timedelta, say: Say) -> Midnight:
    """So many inspections lapse at the end of the day; clerks work before and meanwhile. The engine's clock is `offset` behind."""
    engine, people = bench.ours.core.engine, bench.ours.people
    await rows.enter_in_twin(bench.ours.core, count, due)
    await rows.fill(engine, 0, count, due - timedelta(days=300))
    await rows.fall_due(engine, count, due, due)
    say(f"opening {count} obligations that end on {due}")
    took = await open_all(bench, count, say)
    async with engine.connect() as connection:
        now: datetime = (await connection.execute(text("SELECT app_now()"))).scalar_one()
    left = (day_end(due) - now).total_seconds()
    say(f"  open after {took:.0f} s, {left:.0f} s before midnight")
    if left < BASELINE.total_seconds() + 10:
        raise StackError("opening took longer than planned: the figures would say nothing")
    before: list[float] = []
    await asyncio.sleep(left - BASELINE.total_seconds() - 5)
    async with clerks(people, before):
        await asyncio.sleep(BASELINE.total_seconds())
    await asyncio.sleep(3)
    meanwhile: list[float] = []
    began = time.perf_counter()
    async with asyncio.timeout(PATIENCE), clerks(people, meanwhile) as unanswered:
        while True:
            async with engine.connect() as connection:
                over = int(await connection.scalar(text(rows.OVERDUE)) or 0)
                hazards = int(await connection.scalar(text(rows.HAZARDS)) or 0)
                prohibited = int(await connection.scalar(text(rows.PROHIBITED)) or 0)
            if min(over, hazards, prohibited) >= count:
                break
            await asyncio.sleep(2)
    settled = time.perf_counter() - began
    async with engine.connect() as connection:
        late = [
            float(seconds)
            for (seconds,) in await connection.execute(
                text(rows.LATE), {"end": day_end(due) - offset}
            )
        ]
    ordered = sorted(late)
    found = Midnight(
        lapses=count,
        early=sum(seconds < 0 for seconds in ordered),
        lost=max(0, count - len(ordered)),
        twice=max(0, len(ordered) - count),
        p50=ordered[len(ordered) // 2],
        p99=ordered[int(0.99 * len(ordered))],
        settled=settled,
        hazards=hazards,
        clerks_before=p95(before),
        clerks_meanwhile=p95(meanwhile),
        clerks_left=len(unanswered),
    )
    say(
        f"{count} inspections lapsed: p50 {found.p50:.1f} s, p99 {found.p99:.1f} s after midnight; {found.early} early,"
        f" {found.lost} lost, {found.twice} twice; {found.hazards} hazards open, all use prohibited after {settled:.0f} s;"
        f" a clerk's act p95 {found.clerks_before:.0f} ms before, {found.clerks_meanwhile:.0f} ms meanwhile"
        f" ({len(meanwhile)} acts)"
    )
    return found


def bounds_of(found: Sequence[Cost], lapsed: Midnight | None) -> list[Bound]:
    """What must hold: the cost of a device does not grow with their number; a midnight loses nothing and lets clerks work."""
    bounds = []
    if len(found) > 1:
        growth = found[-1].bytes_each / found[0].bytes_each
        bounds.append(
            Bound(
                f"bytes of a device, {found[-1].devices} ÷ {found[0].devices}",
                growth,
                most=MOST_GROWTH,
            )
        )
    if lapsed is not None:
        name = f"{lapsed.lapses} lapses"
        bounds += [
            Bound(f"{name}: early", lapsed.early, most=0),
            Bound(f"{name}: lost", lapsed.lost, most=0),
            Bound(f"{name}: twice", lapsed.twice, most=0),
            Bound(
                f"{name}: hazards opened", lapsed.hazards, least=lapsed.lapses, most=lapsed.lapses
            ),
            Bound(
                f"{name}: clerks' p95 ÷ before",
                lapsed.clerks_meanwhile / lapsed.clerks_before,
                most=MOST_SLOWER,
            ),
            Bound(f"{name}: acts of clerks without an answer", lapsed.clerks_left, most=0),
        ]
    return bounds


async def run(sizes: Sequence[int], opened: int, lapses: int, say: Say) -> dict[str, Any]:
    """Measure everything, each part on a stack of its own."""
    ends_when_terminated()
    found: list[Cost] = []
    cost: OpenCost | None = None
    lapsed: Midnight | None = None
    if sizes:
        with tempfile.TemporaryDirectory(prefix="banjian-devices-") as folder:
            async with raised(Path(folder), say) as bench:
                found = await costs(bench, sizes, say)
                cost = await open_cost(bench, Path(folder), opened, say)
    if lapses:
        now = datetime.now(CST)
        due = civil_date(now)
        needed = timedelta(seconds=lapses / OPENED_PER_SECOND) + QUIET + BASELINE
        offset = day_end(due) - needed - now
        with tempfile.TemporaryDirectory(prefix="banjian-devices-") as folder:
            async with raised(Path(folder), say, offset=offset, registers=True) as bench:
                lapsed = await midnight(bench, lapses, due, offset, say)
    bounds = bounds_of(found, lapsed)
    for bound in bounds:
        say(str(bound))
    return {
        "ok": all(bound.holds for bound in bounds),
        "devices": [asdict(c) for c in found],
        "open": asdict(cost) if cost else None,
        "midnight": asdict(lapsed) if lapsed else None,
        "bounds": [{**asdict(bound), "holds": bound.holds} for bound in bounds],
    }


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.devices", description=__doc__)
    parser.add_argument("result", nargs="?", type=Path, help="file for the figures as JSON")
    parser.add_argument("--devices", type=int, nargs="*", default=list(SIZES), metavar="N")
    parser.add_argument("--open", type=int, default=OPEN, help="how many are opened beside them")
    parser.add_argument("--lapses", type=int, default=LAPSES, help="at the same midnight; 0: none")
    given = parser.parse_args(arguments)

    def say(line: str) -> None:
        print(line, flush=True)

    try:
        document = uvloop.run(run(given.devices, given.open, given.lapses, say))
    except StackError as error:
        say(str(error))
        return 1
    if given.result is not None:
        given.result.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    return 0 if document["ok"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
