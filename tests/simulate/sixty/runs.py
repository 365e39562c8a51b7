"""Batches of cases, each with a stage of its own, some of them side by side in processes of their own."""

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final

from banjian.commands.play import scratch_database, server
from banjian.player.stage import Stage, stage
from banjian.stack.signals import ends_when_terminated
from tests.simulate.sixty import checks, leaving, licences, lists
from tests.simulate.sixty.batch import Batch, Played
from tests.simulate.sixty.evidence import Findings
from tests.simulate.sixty.lives import STARTS, several

# Imported for their side effect: they declare the kinds of lives.
DECLARED: Final = (leaving, licences, lists)
FOUND: Final = "FOUND "
# What a stage says of itself in one line, its findings too.
LONGEST_LINE: Final = 64 * 1024 * 1024


@asynccontextmanager
async def played(
    database: str,
    seed: int,
    count: int,
    say: Callable[[str], None],
    *,
    first: int = 0,
    only: tuple[str, ...] = (),
) -> AsyncIterator[tuple[Stage, Played]]:
    """So many cases, numbered from `first`, played to the end of their sixty days; the stage still stands."""
    lives = several(seed, count, first, only)
    async with stage(database, starts=STARTS, sandboxed=False) as on:
        yield on, await Batch(on, lives, say).play()


async def part(
    seed: int, count: int, say: Callable[[str], None], *, first: int, only: tuple[str, ...]
) -> Findings:
    """One batch, and what was found of it."""
    ends_when_terminated()
    with server() as url:
        async with (
            scratch_database(url) as database,
            played(database, seed, count, say, first=first, only=only) as (on, done),
        ):
            return await checks.check(on, done)


async def run(
    seed: int,
    cases: int,
    say: Callable[[str], None],
    *,
    only: tuple[str, ...] = (),
    batch: int = 250,
    beside: int = 2,
) -> Findings:
    """All batches, `beside` at a time, on one PostgreSQL."""
    ends_when_terminated()
    parts = [(first, min(batch, cases - first)) for first in range(0, cases, batch)]
    whole = Findings()
    gate = asyncio.Semaphore(beside)

    async def one(number: int, first: int, count: int, url: str) -> None:
        async with gate:
            name = f"batch {number} of {len(parts)}"
            say(f"{name}: {count} cases from {first}")
            told = await _process(
                seed, first, count, only, url, lambda line: say(f"{name}: {line}")
            )
            for key, found in told.wrong.items():
                whole.wrong[key] += [f"batch {number}: {what}" for what in found]
            whole.counts += told.counts
            for line in told.lines():
                say(f"{name}: {line}")
            say(f"{name}: done, {told.faults} faults")

    with server() as url:
        async with asyncio.TaskGroup() as group:
            for number, (first, count) in enumerate(parts, 1):
                group.create_task(one(number, first, count, url))
    return whole


async def _process(
    seed: int, first: int, count: int, only: Sequence[str], url: str, say: Callable[[str], None]
) -> Findings:
    """A batch in a process of its own. One that fails is a fault."""
    command = ["-m", "tests.simulate.sixty", "--seed", str(seed), "--cases", str(count)]
    command += ["--first", str(first), *(f"--only={kind}" for kind in only)]
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        env={**os.environ, "DATABASE_URL": url},
        stdout=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE,
    )
    assert child.stdout is not None
    found: Findings | None = None
    try:
        async for raw in child.stdout:
            line = raw.decode().rstrip()
            if line.startswith(FOUND):
                told = json.loads(line.removeprefix(FOUND))
                found = Findings(told["wrong"], Counter(told["counts"]))
            else:
                say(line)
    except asyncio.CancelledError:
        # Its servers are its own to end.
        child.terminate()
        await child.wait()
        raise
    code = await child.wait()
    if found is None:
        found = Findings()
        found.expect("played", False, f"the batch from {first} ended with {code}")
    return found


def as_line(found: Findings) -> str:
    """For the process that started this one."""
    told = {"wrong": found.wrong, "counts": dict(found.counts)}
    return FOUND + json.dumps(told, ensure_ascii=False)
