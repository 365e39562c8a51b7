"""``python -m tests.simulate [--cases N] [--seed N] [--case N] [--running N] [--races N] [--no-outage] [--sixty N]``.

Random periods asked of ``law/`` and of the oracle; then cases in skipped time with every kind of expiry, races of
decision, act and expiry, and the engine killed over a deadline; last sixty days of mixed cases (``python -m
tests.simulate.sixty`` plays them alone). Exit 0 only when all is as the law wants it.
"""

import argparse
import asyncio
import sys
from random import SystemRandom

from tests.oracle.papers import ROWS
from tests.simulate import running
from tests.simulate.cases import random_case
from tests.simulate.compare import difference
from tests.simulate.sixty import __main__ as sixty

PROGRESS_EVERY = 10_000


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulate", description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000, help="how many (100000)")
    parser.add_argument("--seed", type=int, default=None, help="repeat a series; default: random")
    parser.add_argument("--case", type=int, default=None, help="repeat one case of the series")
    parser.add_argument("--running", type=int, default=500, help="cases in skipped time (500)")
    parser.add_argument("--races", type=int, default=1000, help="races at a clock's end (1000)")
    parser.add_argument("--no-outage", action="store_true", help="leave the engine alone")
    parser.add_argument("--sixty", type=int, default=1000, help="cases of the sixty days (1000)")
    asked = parser.parse_args(arguments)
    if min(asked.cases, asked.running, asked.races, asked.sixty) < 0:
        parser.error("a number of cases must not be negative")
    if asked.case is not None and asked.seed is None:
        parser.error("--case needs the --seed of its series")
    seed: int = asked.seed if asked.seed is not None else SystemRandom().randrange(1_000_000_000)
    numbers = range(asked.cases) if asked.case is None else range(asked.case, asked.case + 1)
    print(f"seed {seed}, {len(numbers)} cases over {len(ROWS)} clocks", flush=True)

    differing = 0
    for done, number in enumerate(numbers, start=1):
        found = difference(random_case(seed, number))
        if found is not None:
            differing += 1
            print(f"case {number} (--seed {seed} --case {number}): {found}", flush=True)
        if done % PROGRESS_EVERY == 0:
            print(f"{done} cases, {differing} differences", flush=True)
    print(f"seed {seed}: {len(numbers)} cases, {differing} differences", flush=True)
    if asked.case is None:
        told = running.run(seed, asked.running, asked.races, not asked.no_outage, _say)
        differing += asyncio.run(told)
        if asked.sixty:
            differing += sixty.play(seed, asked.sixty)
    return 1 if differing else 0


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
