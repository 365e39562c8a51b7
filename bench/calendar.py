"""`python -m bench.calendar [RESULT.json]`: a calendar is published while thousands of cases are open.

Beside clerks at work: the preview, a notice that moves a part of the cases, one that moves all, both taken back. The
raw floor is updates on bare workflows beside the same clerks, in the same run. Exit 0 only if every bound holds.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import uvloop
from sqlalchemy import text

from activities.calendars import IN_FLIGHT
from banjian.stack.errors import StackError
from banjian.stack.signals import ends_when_terminated
from bench import floor
from bench.bounds import Bound
from bench.calendar_notices import notices
from bench.people import APPLICANT, OFFICERS, People, Unexpected
from bench.sides import Bench, raised

PATH = "/api/v1/admin/calendars"
ADMIN, HEAD = "admin", "registry_head"
CLIENTS = 8
RAW_UPDATES = 400
BASELINE = timedelta(seconds=30)
SAMPLE = 50
BETWEEN = 0.25
PATIENCE = 1800.0
FORM = {
    "procedure": "reference",
    "form": {"name": "随州市曾都区红光商贸有限公司"},
    "declaration": True,
}
MOST_PREVIEW, MOST_PART, MOST_ALL = 60.0, 120.0, 720.0
LEAST_RATE, MOST_SLOWER = 0.5, 2.0


def say(line: str) -> None:
    print(line, flush=True)


@dataclass
class Published:
    """One publication as it went. Seconds; `rate` in cases told per second; acts of clerks not readable in time."""

    name: str
    preview: float
    apply: float
    told: int
    rate: float
    clerks_p95: float
    clerks_left: int


@dataclass
class Figures:
    """What the run measured. Milliseconds for clerks."""

    cases: int
    moving: int
    raw_at_hand: float = 0.0
    raw_rate: float = 0.0
    clerks_p95: float = 0.0
    published: list[Published] = field(default_factory=list)
    old_timers: int = 0
    differences: int = 0


# -- the ground -------------------------------------------------------------------------------------


async def open_cases(people: People, cases: int, moving: int) -> None:
    """So many open cases; `moving` of them in their notice period."""
    left = iter(range(cases))
    began = time.perf_counter()

    async def one(turns: Iterator[int]) -> None:
        for number in turns:
            receipt = await people.act(APPLICANT, "/api/v1/applications/at-once", FORM)
            if number < moving:
                for n, (who, answers) in enumerate(OFFICERS, 1):
                    task = f"/api/v1/tasks/{receipt['case_id']}-{n}"
                    await people.act(who, f"{task}/claim", {}, **{"If-Match": "*"})
                    await people.act(who, f"{task}/complete", answers, **{"If-Match": "*"})
            if number and number % 1000 == 0:
                say(f"  {number} cases, {number / (time.perf_counter() - began):.1f} a second")

    await _all(one, left, CLIENTS)


async def _all(
    one: Callable[[Iterator[int]], Awaitable[None]], turns: Iterator[int], clients: int
) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(_as_task(one(turns)))


async def _as_task(work: Awaitable[None]) -> None:
    await work


@dataclass(frozen=True)
class RawRates:
    """Updates a second on bare workflows: those whose worker has them at hand, and any of as many as there are cases."""

    at_hand: float
    of_all: float


async def raw_rates(bench: Bench, cases: int, updates: int) -> RawRates:
    """Updates on bare workflows, each with a local activity, as many at once as the product sends.

    The product's cases were opened long before they are told, and its worker has at hand only the last of them. So
    were the bare workflows that the second figure asks: spread over as many as there are cases.
    """
    handles: list[floor.Handle] = []

    async def begin(turns: Iterator[int]) -> None:
        for _ in turns:
            handles.append(await floor.start(bench.floor.client, uuid.uuid4()))

    def telling(step: str) -> Callable[[Iterator[int]], Awaitable[None]]:
        async def tell(turns: Iterator[int]) -> None:
            for number in turns:
                await floor.complete(handles[number], step)

        return tell

    async def timed(step: str, chosen: Sequence[int]) -> float:
        began = time.perf_counter()
        await _all(telling(step), iter(chosen), IN_FLIGHT)
        return len(chosen) / (time.perf_counter() - began)

    await _all(begin, iter(range(cases)), CLIENTS)
    asked = range(0, cases, max(1, cases // updates))
    of_all = await timed(floor.STEPS[0], asked)
    # The same ones again: now the worker has them.
    return RawRates(await timed(floor.STEPS[1], asked), of_all)


@asynccontextmanager
async def clerks(people: People, latencies: list[float]) -> AsyncIterator[list[Unexpected]]:
    """Two clients play reference cases meanwhile, with a moment between two; gives the acts that got no answer in time."""
    over = asyncio.Event()
    left: list[Unexpected] = []

    async def one() -> None:
        while not over.is_set():
            try:
                await people.case(latencies)
            except Unexpected as unexpected:
                say(f"  a clerk: {unexpected}")
                left.append(unexpected)
            await asyncio.sleep(BETWEEN)

    tasks = [asyncio.create_task(one()) for _ in range(2)]
    try:
        yield left
    finally:
        over.set()
        await asyncio.gather(*tasks)


def p95(latencies: Sequence[float]) -> float:
    """Milliseconds."""
    ordered = sorted(1000 * seconds for seconds in latencies)
    return ordered[int(0.95 * len(ordered))] if ordered else 0.0


# -- publishing -------------------------------------------------------------------------------------


async def until(people: People, number: int, ready: Callable[[Any], bool]) -> float:
    """Seconds until the publication is as wanted."""
    began = time.perf_counter()

    async def poll() -> None:
        while True:
            if ready(await people.see(ADMIN, f"{PATH}/{number}")):
                return
            await asyncio.sleep(0.25)

    await asyncio.wait_for(poll(), PATIENCE)
    return time.perf_counter() - began


async def publish(people: People, name: str, made: Any) -> Published:
    """Wait for the preview, approve as the second person, wait for the end; clerks work meanwhile."""
    number = int(made["id"])
    previewed = await until(people, number, lambda p: bool(p["state"] == "previewed"))
    latencies: list[float] = []
    async with clerks(people, latencies) as left:
        began = time.perf_counter()
        await people.act(HEAD, f"{PATH}/{number}/approvals", {})
        pass_one = await until(people, number, lambda p: bool(p["progress"]["percent"] >= 99))
        await until(people, number, lambda p: bool(p["state"] == "applied"))
        whole = time.perf_counter() - began
    end = await people.see(ADMIN, f"{PATH}/{number}")
    told = int(end["progress"]["moved"])
    rate = told / max(pass_one, 0.001)
    done = Published(name, previewed, whole, told, rate, p95(latencies), len(left))
    say(
        f"  {name}: preview {done.preview:.1f} s; {told} cases told, {done.rate:.1f} a second;"
        f" finished after {done.apply:.1f} s; clerks p95 {done.clerks_p95:.0f} ms"
    )
    return done


async def uploaded(people: People, file: dict[str, Any]) -> Any:
    body = {"year": file["year"], "file": json.dumps(file, ensure_ascii=False), "reason": "测量"}
    return await people.act(ADMIN, PATH, body)


NOTICE_PERIOD = text(
    "SELECT legal_end FROM clocks WHERE clock_id = 'D01' AND state = 'running'"
    " GROUP BY legal_end ORDER BY count(*) DESC LIMIT 1"
)
DATES = text(
    "SELECT c.case_id, c.key, c.raw_end, c.legal_end, c.ends_at, c.next_rung, c.next_rung_at, c.provisional,"
    " (SELECT string_agg(t.task_id || t.due_at::text, ',' ORDER BY t.task_id) FROM tasks t"
    "  WHERE t.case_id = c.case_id AND t.state = 'open')"
    " FROM clocks c WHERE c.state = 'running' ORDER BY c.case_id, c.key"
)


async def dates(bench: Bench) -> dict[Any, Any]:
    """Every date of every running clock."""
    async with bench.ours.core.engine.connect() as connection:
        rows = (await connection.execute(DATES)).all()
    return {(row[0], row[1]): tuple(row[2:]) for row in rows}


async def old_timers(bench: Bench, known: Sequence[Any]) -> int:
    """Of a sample of cases, how many have an armed timer that is not on the date that holds."""
    wrong = 0
    async with bench.ours.core.engine.connect() as connection:
        for case_id, _ in known[:: max(1, len(known) // SAMPLE)]:
            due = await connection.scalar(
                text(
                    "SELECT min(next_rung_at) FROM clocks WHERE case_id = :c AND state = 'running'"
                ),
                {"c": case_id},
            )
            wrong += await _armed(bench, case_id) != [due.astimezone(UTC)]
    return wrong


async def _armed(bench: Bench, case_id: uuid.UUID) -> list[datetime]:
    handle = bench.ours.client.get_workflow_handle(str(case_id))
    timers: dict[str, datetime] = {}
    for event in (await handle.fetch_history()).events:
        if event.HasField("timer_started_event_attributes"):
            begun = event.timer_started_event_attributes
            due = event.event_time.ToDatetime(UTC) + begun.start_to_fire_timeout.ToTimedelta()
            timers[begun.timer_id] = due
        for name in ("timer_canceled_event_attributes", "timer_fired_event_attributes"):
            if event.HasField(name):
                timers.pop(getattr(event, name).timer_id)
    margin = timedelta(seconds=120 + int(str(case_id)[:4], 16) % 180)
    # A task begins some milliseconds, on a busy machine some seconds, before the engine takes its timer.
    return [_rounded(due - margin) for due in timers.values()]


def _rounded(instant: datetime) -> datetime:
    half = timedelta(seconds=30)
    return (instant + half).replace(second=0, microsecond=0)


async def run(folder: Path, cases: int, moving: int) -> Figures:
    """Measure everything; prints as it goes."""
    figures = Figures(cases, moving)
    ends_when_terminated()
    async with raised(folder, say) as bench:
        people = bench.ours.people
        for who in (ADMIN, HEAD):
            await people.sign_in_one(who)
        say(f"opening {cases} cases, {moving} of them to their notice period")
        await open_cases(people, cases, moving)
        latencies: list[float] = []
        async with clerks(people, latencies):
            await asyncio.sleep(BASELINE.total_seconds())
        figures.clerks_p95 = p95(latencies)
        say(f"clerks alone: p95 {figures.clerks_p95:.0f} ms")
        # Beside the same clerks: neither side has the machine for itself.
        async with clerks(people, []):
            raw = await raw_rates(bench, cases, min(RAW_UPDATES, cases))
        figures.raw_at_hand, figures.raw_rate = raw.at_hand, raw.of_all
        say(
            f"raw floor, {IN_FLIGHT} at once: {raw.of_all:.1f} updates a second over {cases} workflows,"
            f" {raw.at_hand:.1f} over those that the worker has at hand"
        )
        async with bench.ours.core.engine.connect() as connection:
            now: datetime = (await connection.execute(text("SELECT app_now()"))).scalar_one()
            # Of most: opening so many takes a quarter of an hour, in which a day may end.
            ends: date = (await connection.execute(NOTICE_PERIOD)).scalar_one()
        part, whole = notices(now, ends)
        at_first = await dates(bench)
        figures.published.append(
            await publish(people, "a part moves", await uploaded(people, part))
        )
        between = await dates(bench)
        figures.published.append(await publish(people, "all move", await uploaded(people, whole)))
        figures.old_timers = await old_timers(bench, list(at_first))
        for name, wanted in (("all taken back", between), ("the part too", at_first)):
            newest = (await people.see(ADMIN, f"{PATH}?limit=10"))["publications"]
            last = next(p for p in newest if p["state"] == "applied" and not p["takes_back"])
            made = await people.act(ADMIN, f"{PATH}/{last['id']}/returns", {"reason": "测量"})
            figures.published.append(await publish(people, name, made))
            have = await dates(bench)
            figures.differences += sum(have.get(k) != v for k, v in wanted.items())
        figures.old_timers += await old_timers(bench, list(at_first))
    return figures


def bounds_of(figures: Figures) -> list[Bound]:
    """Every bound over what was measured."""
    part, whole, back_all, _ = figures.published
    slowest = max(p.clerks_p95 for p in (part, whole))
    return [
        Bound("preview, s", max(p.preview for p in figures.published), most=MOST_PREVIEW),
        Bound(f"recompute, {part.told} move, s", part.apply, most=MOST_PART),
        Bound(f"recompute, {whole.told} move, s", whole.apply, most=MOST_ALL),
        Bound("cases told of the part", part.told, least=figures.moving),
        Bound("cases told of all", whole.told, least=figures.cases),
        Bound("told a second ÷ raw updates", whole.rate / figures.raw_rate, least=LEAST_RATE),
        Bound("clerks' p95 ÷ before", slowest / figures.clerks_p95, most=MOST_SLOWER),
        Bound(
            "acts of clerks without an answer",
            sum(p.clerks_left for p in figures.published),
            most=0,
        ),
        Bound("return of all, s", back_all.apply, most=MOST_ALL),
        Bound("timers on an old date", figures.old_timers, most=0),
        Bound("dates that differ after the returns", figures.differences, most=0),
    ]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.calendar", description=__doc__)
    parser.add_argument("result", nargs="?", type=Path, help="file for the figures as JSON")
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--moving", type=int, default=None, help="of them (default: a tenth)")
    given = parser.parse_args(arguments)
    moving = given.moving if given.moving is not None else given.cases // 10
    with tempfile.TemporaryDirectory(prefix="banjian-bench-") as folder:
        try:
            figures = uvloop.run(run(Path(folder), given.cases, moving))
        except StackError as error:
            say(str(error))
            return 1
    bounds = bounds_of(figures)
    for bound in bounds:
        say(str(bound))
    ok = all(bound.holds for bound in bounds)
    if given.result is not None:
        document = {**asdict(figures), "ok": ok, "bounds": [asdict(b) for b in bounds]}
        given.result.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    say("all bounds hold" if ok else "at least one bound is broken")
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
