"""The runs: random kills, and the checker itself. Each raises a stack, drives cases, drains, checks."""

import asyncio
import contextlib
import random
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from banjian.player.cast import Answered
from tests.chaos import firms, hosting, nemesis, openings, tampering
from tests.chaos.cases import Life, live
from tests.chaos.check_outside import UNDELIVERED
from tests.chaos.firms import LeavingLife, ListedLife
from tests.chaos.hosting import HostLife
from tests.chaos.installation import Installation, installation
from tests.chaos.openings import OpeningLife
from tests.chaos.people import History, Insistent
from tests.chaos.report import Report

CLIENTS = 24
CALM = 2
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
    known = [entry for life in lives if (entry := life.entry()) is not None]
    if known:
        world = {"enterprises": known}
        (await place.twins.post("/admin/world", json=world)).raise_for_status()
    queue = iter(lives)

    def handed_in(life: Life, case_id: str) -> None:
        life.own.append(case_id)
        born(life, case_id)

    async def client() -> None:
        for life in queue:
            try:
                await _drive(place, cast, life, partial(handed_in, life))
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


async def _drive(
    place: Installation, cast: Insistent, life: Life, born: Callable[[str], None]
) -> None:
    match life:
        case HostLife():
            await hosting.live(cast, life, born=born)
        case OpeningLife():
            await openings.live(cast, life, born=born)
        case LeavingLife():
            await firms.leave(cast, life, place.twins, born=born)
        case ListedLife():
            await firms.be_listed(cast, life, born=born)
        case _:
            await live(cast, life, born=born)


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
                    f" + (SELECT count(*) FROM ({UNDELIVERED}) AS late)"
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


def life_of(number: int) -> Life:
    """Of a hundred: ten openings, five hosts with their companies, five firms that want to leave, five that are listed, and
    registrations, of which twenty-five have licences to get.
    """
    match number % 20:
        case 5:
            return HostLife(number)
        case 3 | 13:
            return OpeningLife(number)
        case 15:
            return LeavingLife(number)
        case 11:
            return ListedLife(number)
        case _:
            return Life(number, licensed=number % 4 == 0)


async def random_kills(
    cases: int, kills: int, seed: int, *, out: Path | None = None, keep: Path | None = None
) -> Run:
    """Kills spread over the time that the cases take."""
    run = Run("random kills", lives=[life_of(n) for n in range(cases)])
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


# -- the checker itself ---------------------------------------------------------------------------


async def checker(*, keep: Path | None = None) -> Run:
    """Calm cases are sound, and every change to their records is seen."""
    run = Run("checker")
    begin = time.monotonic()
    history = History()
    async with installation(keep=keep) as place:
        run.lives = [
            *(Life(n, licensed=n == 0) for n in range(CALM)),
            HostLife(CALM),
            *(OpeningLife(CALM + 1 + n, variant=n) for n in range(3)),
            # One withdrawn, one that the tax office objects to.
            LeavingLife(15),
            LeavingLife(35),
            ListedLife(11),
        ]
        await crowd(place, history, run.lives, 0)
        await checked(place, run, history)
        run.notes["changes seen"] = await tampering.probe(place, run.lives, history, run.report)
    run.seconds = time.monotonic() - begin
    return run
