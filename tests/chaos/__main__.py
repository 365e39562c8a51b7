"""``python -m tests.chaos [--cases N] [--kills N] [--seed N] [--only PART]… [--point NAME]… [--mutant NAME] [--json F] [--keep DIR]``.

Exit 0 only when every run is sound and every mutant was caught.
"""

import argparse
import asyncio
import json
import sys
from pathlib import Path
from random import SystemRandom
from typing import Any

from tests.chaos import board, mutants, points, runs
from tests.chaos.crash import POINT_NAMES
from tests.chaos.patches import MUTANTS
from tests.chaos.runs import Run

PARTS = ("checker", "kills", "points", "board", "mutants")


def parsed(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--cases", type=int, default=200, help="under random kills (200)")
    parser.add_argument("--kills", type=int, default=60, help="random kill -9 (60)")
    parser.add_argument("--seed", type=int, help="of fault plan and people; default: random")
    parser.add_argument("--only", choices=PARTS, action="append", help="one part; may be repeated")
    parser.add_argument(
        "--point", choices=sorted(POINT_NAMES), action="append", help="only this crash point"
    )
    parser.add_argument("--mutant", choices=sorted(MUTANTS), help="this mutant and nothing else")
    parser.add_argument("--json", type=Path, help="write the results there")
    parser.add_argument("--keep", type=Path, help="folder for client histories and logs")
    asked = parser.parse_args(arguments)
    if asked.cases < 1 or asked.kills < 0:
        parser.error("--cases must be at least 1, --kills at least 0")
    return asked


async def play(asked: argparse.Namespace) -> list[Run]:
    """The wanted runs, one after another."""
    keep: Path | None = asked.keep

    def place(name: str) -> Path | None:
        return keep / name if keep else None

    only = set(asked.only or PARTS)
    done: list[Run] = []
    if asked.mutant:
        done.append(told(await mutants.mutant(asked.mutant, keep=place(asked.mutant))))
        return done
    if "checker" in only:
        done.append(told(await runs.checker(keep=place("checker"))))
    if "kills" in only:
        done.append(
            told(
                await runs.random_kills(
                    asked.cases,
                    asked.kills,
                    asked.seed,
                    out=place("kills.jsonl"),
                    keep=place("kills"),
                )
            )
        )
    if "points" in only:
        wanted = set(asked.point or POINT_NAMES)
        done.append(
            told(await points.crash_points(wanted, out=place("points.jsonl"), keep=place("points")))
        )
    if "board" in only:
        done.append(told(await board.board(asked.seed, keep=place("board"))))
    if "mutants" in only:
        for name in sorted(MUTANTS):
            done.append(told(await mutants.mutant(name, keep=place(name))))
    return done


def told(run: Run) -> Run:
    """Says how a run went as soon as it is over."""
    print(f"\n{run.name}: {run.seconds:.0f} s", flush=True)
    for name, value in {**run.notes, "looked at": dict(run.report.counts)}.items():
        print(f"  {name}: {value}")
    print("\n".join(run.report.lines()), flush=True)
    return run


def held(run: Run) -> bool:
    """A mutant must be caught; everything else must be sound."""
    caught = run.notes.get("caught")
    return run.report.sound if caught is None else bool(caught)


def table(done: list[Run], seed: int) -> str:
    lines = [f"seed {seed}", f"{'run':<24}{'seconds':>8}{'cases':>7}  result"]
    for run in done:
        if "caught" in run.notes:
            by = ", ".join(run.report.broken_invariants)
            result = f"caught by {by}" if held(run) else f"NOT CAUGHT (broken: {by or 'nothing'})"
        else:
            broken = ", ".join(run.report.broken_invariants)
            result = "sound" if held(run) else f"BROKEN: {broken}"
        lines.append(f"{run.name:<24}{run.seconds:>8.0f}{len(run.lives):>7}  {result}")
    return "\n".join(lines)


def as_json(done: list[Run], seed: int) -> dict[str, Any]:
    return {
        "seed": seed,
        "held": all(held(run) for run in done),
        "runs": [
            {
                "name": run.name,
                "held": held(run),
                "seconds": round(run.seconds, 1),
                "cases": len(run.lives),
                "notes": run.notes,
                "counts": dict(run.report.counts),
                "violations": run.report.violations,
            }
            for run in done
        ],
    }


def main(arguments: list[str] | None = None) -> int:
    asked = parsed(arguments)
    if asked.seed is None:
        asked.seed = SystemRandom().randrange(1_000_000_000)
    if asked.keep:
        asked.keep.mkdir(parents=True, exist_ok=True)
    print(f"seed {asked.seed}: {asked.cases} cases, {asked.kills} kills", flush=True)
    done = asyncio.run(play(asked))
    print("\n" + table(done, asked.seed))
    if asked.json:
        text = json.dumps(as_json(done, asked.seed), ensure_ascii=False, indent=1)
        asked.json.write_text(text, encoding="utf-8")
    return 0 if all(held(run) for run in done) else 1


if __name__ == "__main__":
    sys.exit(main())
