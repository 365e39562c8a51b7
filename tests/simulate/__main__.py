"""``python -m tests.simulate [--cases N] [--seed N] [--case N]``.

Exit 0 only when ``law/`` and the oracle agree on every case, 1 otherwise.
"""

import argparse
import sys
from random import SystemRandom

from tests.oracle.papers import ROWS
from tests.simulate.cases import random_case
from tests.simulate.compare import difference

PROGRESS_EVERY = 10_000


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulate", description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000, help="how many (100000)")
    parser.add_argument("--seed", type=int, default=None, help="repeat a series; default: random")
    parser.add_argument("--case", type=int, default=None, help="repeat one case of the series")
    asked = parser.parse_args(arguments)
    if asked.cases < 1:
        parser.error("--cases must be at least 1")
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
    print(f"seed {seed}: {len(numbers)} cases, {differing} differences")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
