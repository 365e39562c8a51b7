"""``python -m tests.simulate.sixty [--cases N] [--seed N] [--only KIND]... [--batch N] [--beside N]``.

Sixty days of mixed cases in skipped time, in batches with a stage of their own. Exit 0 only when all holds.
"""

import argparse
import asyncio
import sys
import time
from random import SystemRandom

from tests.simulate.sixty import runs
from tests.simulate.sixty.lives import KINDS


def main(arguments: list[str] | None = None) -> int:
    kinds = sorted({*KINDS, *(name.split(".")[0] for name in KINDS)})
    parser = argparse.ArgumentParser(prog="python -m tests.simulate.sixty", description=__doc__)
    parser.add_argument("--cases", type=int, default=1000, help="how many in all (1000)")
    parser.add_argument("--seed", type=int, default=None, help="repeat a run; default: random")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        choices=kinds,
        metavar="KIND",
        help=f"these kinds alone: {', '.join(kinds)}",
    )
    parser.add_argument("--batch", type=int, default=250, help="cases of one stage (250)")
    parser.add_argument("--beside", type=int, default=2, help="stages side by side (2)")
    parser.add_argument("--first", type=int, default=None, help="one batch alone, from this case")
    asked = parser.parse_args(arguments)
    if min(asked.cases, asked.batch, asked.beside) < 1:
        parser.error("a number must not be less than one")
    if asked.first is not None:
        if asked.seed is None:
            parser.error("--first needs the --seed of its run")
        one = runs.part(asked.seed, asked.cases, say, first=asked.first, only=tuple(asked.only))
        say(runs.as_line(asyncio.run(one)))
        return 0
    seed: int = asked.seed if asked.seed is not None else SystemRandom().randrange(1_000_000_000)
    return play(seed, asked.cases, tuple(asked.only), asked.batch, asked.beside)


def play(
    seed: int, cases: int, only: tuple[str, ...] = (), batch: int = 250, beside: int = 2
) -> int:
    """The whole; how much of it was not as it must be."""
    say(f"sixty days, seed {seed}, {cases} cases")
    begin = time.monotonic()
    found = asyncio.run(runs.run(seed, cases, say, only=only, batch=batch, beside=beside))
    for line in found.lines():
        say(line)
    minutes = (time.monotonic() - begin) / 60
    say(f"seed {seed}: {cases} cases over sixty days, {found.faults} faults, {minutes:.1f} minutes")
    return found.faults


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
