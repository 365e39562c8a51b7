"""The runs: random kills, crash points, mutants. Each raises a stack, drives cases, drains, checks."""

import asyncio
import contextlib
import random
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from banjian.player.cast import Answered
from tests.chaos import hosting, nemesis, tampering
from tests.chaos.cases import SEPARATION, Life, live
from tests.chaos.crash import POINT_NAMES, POINTS, Shot, related
from tests.chaos.hosting import HostLife
from tests.chaos.installation import Installation, installation
from tests.chaos.people import History, Insistent
from tests.chaos.report import Report

CLIENTS = 24
CALM = 2
# A mutant may hang a case for good: what it has done by then is enough.
MUTANT_PATIENCE = 60.0
# Faults have stopped, and no wait of ours is longer than a minute; a busy machine needs more.
DRAIN = 240.0


@dataclass
class Run:
    """One run and what came of it."""

    name: str
    report: Report = field(default_factory=Report)
    lives: list[Life] = field(default_factory=list)
    seconds: float = 0.0
    notes: dict[str, Any] = field(default_factory=dict)


async def crowd(
    place: Installation,
    history: History,
    lives: list[Life],
    seed: int,
    *,
    patience: float = DRAIN,
    born: Callable[[Life, str], None] = lambda life, case_id: None,
) -> None:
    """Concurrent clients, each driving one case after another to its end.

    Args:
        patience: seconds without any case coming a stage further; what hangs is left to the checker.
        born: told each case's id before it is handed in.
    """
    cast = Insistent(place.http, place.passwords, history, random.Random(f"people:{seed}"))
    await hosting.known_to_register(place.twins, lives)
    queue = iter(lives)

    async def client() -> None:
        for life in queue:
            try:
                if isinstance(life, HostLife):
                    await hosting.live(cast, life, born=partial(born, life))
                else:
                    await live(cast, life, born=partial(born, life))
            except Answered as refused:
                life.stage = f"given up: {refused}"

    working = [asyncio.create_task(client()) for _ in range(min(CLIENTS, len(lives)))]
    seen, since = [""], time.monotonic()
    while not all(task.done() for task in working):
        await asyncio.sleep(0.5)
        now = [life.stage for life in lives]
        if now != seen:
            seen, since = now, time.monotonic()
        if time.monotonic() - since > patience:
            break
    for task in working:
        task.cancel()
    for result in await asyncio.gather(*working, return_exceptions=True):
        if isinstance(result, Exception):
            raise result


@contextlib.asynccontextmanager
async def impatient_registers(place: Installation) -> AsyncIterator[None]:
    """The twins' back-off (up to an hour) is cut to two seconds: somebody there presses "again"."""

    async def hurry() -> None:
        while True:
            with contextlib.suppress(SQLAlchemyError, OSError):
                async with place.core.engine.begin() as connection:
                    await connection.execute(
                        text(
                            "UPDATE twins.callbacks SET due_at = app_now() + interval '2 seconds'"
                            " WHERE delivered_at IS NULL"
                            " AND due_at > app_now() + interval '2 seconds'"
                        )
                    )
            await asyncio.sleep(1)

    hurrying = asyncio.create_task(hurry())
    try:
        yield
    finally:
        hurrying.cancel()
        await asyncio.wait({hurrying})


@contextlib.asynccontextmanager
async def telling(said: Callable[[], str]) -> AsyncIterator[None]:
    """A line on stderr every half minute: a run of half an hour must not look dead."""

    async def tell() -> None:
        begin = time.monotonic()
        while True:
            await asyncio.sleep(30)
            print(f"  {time.monotonic() - begin:.0f} s: {said()}", file=sys.stderr, flush=True)

    talking = asyncio.create_task(tell())
    try:
        yield
    finally:
        talking.cancel()
        await asyncio.wait({talking})


async def drained(place: Installation, patience: float = DRAIN) -> None:
    """Returns when nothing is on its way any more, or when patience ends: the checker says what hangs."""
    # Our own connections may have died with the database.
    await place.core.engine.dispose()
    limit = time.monotonic() + patience
    while time.monotonic() < limit:
        async with place.core.engine.connect() as connection:
            left = await connection.scalar(
                text(
                    "SELECT (SELECT count(*) FROM acts WHERE state = 'received')"
                    " + (SELECT count(*) FROM twins.callbacks WHERE delivered_at IS NULL)"
                    " + (SELECT count(*) FROM cases WHERE closed_at IS NULL)"
                    " + (SELECT count(*) FROM effects WHERE state IN ('intent', 'waiting'))"
                )
            )
        if left == 0:
            return
        await asyncio.sleep(0.5)


async def checked(place: Installation, run: Run, history: History, patience: float = DRAIN) -> None:
    """Stop what writes, then read everything."""
    await drained(place, patience)
    for part in ("api", "worker"):
        await asyncio.to_thread(place.stack.kill, part, restart=False)
    await tampering.read(place, run.lives, history, run.report)


def _life(number: int) -> Life:
    """Every twentieth is a host with its companies, every fourth of the others has licences to get."""
    return HostLife(number) if number % 20 == 5 else Life(number, licensed=number % 4 == 0)


async def random_kills(
    cases: int, kills: int, seed: int, *, out: Path | None = None, keep: Path | None = None
) -> Run:
    """Kills spread over the time that the cases take."""
    run = Run("random kills", lives=[_life(n) for n in range(cases)])
    writes = sum(life.writes for life in run.lives)
    begin = time.monotonic()
    history = History(out)
    plan = nemesis.plan(seed, kills)

    async with installation(keep=keep) as place, impatient_registers(place):
        striker = nemesis.Nemesis(place.stack)
        people = asyncio.create_task(crowd(place, history, run.lives, seed))

        def share() -> float:
            return 1.0 if people.done() else history.count("ok") / writes

        async with telling(
            lambda: (
                f"{sum(life.ended for life in run.lives)} of {cases} cases ended, "
                f"{sum(striker.done.values())} of {kills} kills"
            )
        ):
            await striker.run(plan, share)
            run.notes["cases ended before the last kill"] = sum(life.ended for life in run.lives)
            await people
            await checked(place, run, history)
        run.notes |= {
            "kills": dict(striker.done),
            "restarts by the supervisor": len(place.stack.starts),
        }
    history.close()
    run.notes |= {
        "requests": history.count("invoke"),
        "unknown outcomes": history.count("unknown"),
        "refused": history.count("fail"),
    }
    run.seconds = time.monotonic() - begin
    return run


# -- crash points ---------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def revived(place: Installation) -> AsyncIterator[None]:
    """Every part that shot itself is started again at once, without the supervisor's growing pauses."""

    async def watch() -> None:
        while True:
            for part in ("worker", "api", "temporal"):
                if place.stack.pid(part) is None:
                    # Nothing is killed: it forgets that the part has been dying.
                    await asyncio.to_thread(place.stack.kill, part)
            await asyncio.sleep(0.25)

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.wait({watching})


async def shoot(
    place: Installation, history: History, shots: list[Shot], first: int, patience: float
) -> list[Life]:
    """One case per shot, all at once; each case's process ends itself at the case's shot."""
    lives = [Life(first + n, licensed=bool(shot.at)) for n, shot in enumerate(shots)]

    def born(life: Life, case_id: str) -> None:
        life.case_id = case_id
        shot = shots[life.number - first]
        place.crash.aim(shot.target(case_id), shot)

    async with revived(place):
        await crowd(place, history, lives, first, patience=patience, born=born)
    return lives


Counts = dict[str, dict[str, int]]
"""Point → case → occurrences."""


def sweep(counts: Counts) -> list[Shot]:
    """Every occurrence of every point in the life of one case, as calm cases had them."""
    most = {point: max(counts[point].values(), default=0) for point in POINTS}
    shots = [Shot(point, n) for point in POINTS for n in range(1, most[point] + 1)]
    return shots + [Shot("projected", n, all=True) for n in range(1, most["projected"] + 1)]


# Related cases that are shot at too: the separation, and the item whose case is longest.
RELATED: tuple[tuple[str, ...], ...] = ((SEPARATION,), (SEPARATION, "hr_service"))


def sweeps(counts: Counts, calm: Collection[str]) -> list[Shot]:
    """The calm cases' own sweep, then that of their related cases by their own process alone."""
    shots = sweep(_of(counts, calm))
    for at in RELATED:
        there = _of(counts, {related(case_id, at) for case_id in calm})
        shots += [replace(shot, at=at) for shot in sweep(there) if not shot.all]
    return shots


def _of(counts: Counts, cases: Collection[str]) -> Counts:
    return {
        point: {case: n for case, n in reached.items() if case in cases}
        for point, reached in counts.items()
    }


async def crash_points(
    points: Collection[str] = POINT_NAMES, *, out: Path | None = None, keep: Path | None = None
) -> Run:
    """The whole sweep on one stack, or the named points of it."""
    run = Run("crash points")
    begin = time.monotonic()
    history = History(out)
    async with installation(keep=keep) as place, impatient_registers(place):
        calm = [Life(n, licensed=True) for n in range(CALM)]
        await crowd(place, history, calm, 0)
        found = sweeps(place.crash.counts(), {life.case_id for life in calm})
        shots = [shot for shot in found if shot.name in points]
        lives = await shoot(place, history, shots, CALM, DRAIN)
        run.lives = calm + lives
        await checked(place, run, history)
        _account(run, shots, lives, place)
    history.close()
    run.seconds = time.monotonic() - begin
    return run


def _named(shot: Shot) -> str:
    return " at ".join((shot.name, *shot.at[-1:]))


def _account(run: Run, shots: list[Shot], lives: list[Life], place: Installation) -> None:
    """Every shot was fired, or its case ended before it came to be."""
    fired, counts = place.crash.fired(), place.crash.counts()
    hit, beyond = Counter[str](), Counter[str]()
    for shot, life in zip(shots, lives, strict=True):
        target = shot.target(life.case_id)
        where = _named(shot)
        if target in fired:
            hit[where] += 1
        elif counts[shot.point].get(target, 0) < shot.nth:
            beyond[where] += 1
        else:
            run.report.broken("no_stuck_case", f"shot {shot} of case {target} was not fired")
    run.notes |= {"shots": dict(hit), "beyond the end of their case": dict(beyond)}
    for name in {_named(shot) for shot in shots}:
        run.report.expect("no_stuck_case", hit[name], f"no shot {name} was fired at all")


# -- the checker itself ---------------------------------------------------------------------------


async def checker(*, keep: Path | None = None) -> Run:
    """Calm cases are sound, and every change to their records is seen."""
    run = Run("checker")
    begin = time.monotonic()
    history = History()
    async with installation(keep=keep) as place:
        run.lives = [*(Life(n, licensed=n == 0) for n in range(CALM)), HostLife(CALM)]
        await crowd(place, history, run.lives, 0)
        await checked(place, run, history)
        run.notes["changes seen"] = await tampering.probe(place, run.lives, history, run.report)
    run.seconds = time.monotonic() - begin
    return run


# -- mutants --------------------------------------------------------------------------------------

CATCHES: dict[str, tuple[str, tuple[Shot, ...]]] = {
    "no-register-key": ("no_double_effect", tuple(Shot("effect", n) for n in range(1, 6))),
    "no-fence": ("fence", tuple(Shot("projected", n) for n in (2, 4, 6, 8, 10, 12))),
}
"""Mutant → the invariant that must break, and the shots that bring it about."""


async def mutant(name: str, *, keep: Path | None = None) -> Run:
    """A run with a bug on purpose; it is caught when the named invariant breaks."""
    invariant, shots = CATCHES[name]
    run = Run(f"mutant {name}")
    begin = time.monotonic()
    history = History()
    async with installation(mutant=name, keep=keep) as place:
        run.lives = await shoot(place, history, list(shots), 0, MUTANT_PATIENCE)
        await checked(place, run, history, patience=10)
        run.notes["shots"] = len(place.crash.fired())
    run.notes |= {
        "caught": invariant in run.report.broken_invariants,
        "by": run.report.broken_invariants,
    }
    run.seconds = time.monotonic() - begin
    return run
