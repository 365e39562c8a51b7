"""The sweep of due clocks: bounded batches, bounded in flight, on time to the second.

A turn tells every case whose clock has a rung due, then stays for the next ones until its time is over: thousands
of clocks end at the same midnight, and a sweep that looked once a minute would be late for all of them.
"""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import case, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity

from domain.clocks import EXPIRES, IN_TIME, heeds_acts
from domain.contracts import SYSTEM, Command, Contract
from domain.refusals import Refused
from domain.signing import CommandSigner
from law.clocks import CLOCKS
from storage import acts
from storage.tables import ClockRow

SPACE = uuid.UUID("0b6f4f0e-3a55-5d58-8a77-1c2f9a4f6d10")
BATCH: Final = 200
IN_FLIGHT: Final = 8
"""Cases told at a time: what is beyond it waits here, not in the engine's queues before a clerk's act."""

LINGER: Final = timedelta(seconds=75)
"""How long a turn stays: longer than the schedule's minute, which starts the next one as soon as it is over."""

LOOK: Final = 5.0
"""At most so many seconds a turn waits before it looks for clocks that were started meanwhile."""

AGAIN: Final = 2.0
"""A pass that left something due (no answer, an index behind its case) is not followed at once."""

LONGEST: Final = 90.0
"""After so many seconds no further batch is begun: the rest is the next turn's, before the engine gives this one up."""

# Which clocks each rung ends for good.
_ENDING = {
    rung: sorted(clock.id for clock in CLOCKS.values() if heeds_acts(clock, rung))
    for rung in sorted(EXPIRES)
}


class Swept(Contract):
    due: int = 0
    sent: int = 0
    failed: int = 0


class SweepActivities:
    """One activity. The case's validator decides whether a rung is due; the index only says whom to ask.

    Args:
        send: sends a signed command to its case (no act row: a clock is nobody's act).
        in_time: how long the end of a clock that decides is left to what was received before it. None is
            needed where nobody acts while time passes (stories).
        linger: how long a turn stays; a story moves time itself and wants one look.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        signer: CommandSigner,
        *,
        send: Callable[[Command], Awaitable[object]],
        in_time: timedelta = IN_TIME,
        linger: timedelta = timedelta(0),
    ) -> None:
        self._engine = engine
        self._signer = signer
        self._send = send
        self._linger = linger.total_seconds()
        ends = or_(
            *(
                (ClockRow.next_rung == rung) & ClockRow.clock_id.in_(ids)
                for rung, ids in _ENDING.items()
            )
        )
        waits = case((ends, in_time), else_=timedelta(0))
        self._look_at = ClockRow.next_rung_at + waits
        self._due = func.app_now() - waits

    @activity.defn(name="sweep_due")
    async def sweep_due(self) -> Swept:
        """Tell each case whose clock has a rung due, as they fall due, until the turn is over."""
        swept = Swept()
        began = time.monotonic()
        until = began + self._linger
        told: set[str] = set()
        while True:
            left = await self._pass(swept, told, began + LONGEST)
            pause = await self._until_next(AGAIN if left else 0.0)
            # What falls due after this turn is the next one's: it must not begin late.
            if time.monotonic() + pause >= until or await _shutting_down(pause):
                return swept

    async def _pass(self, swept: Swept, told: set[str], latest: float) -> int:
        """One pass over what is due now; returns how many rows it leaves due, as far as is known."""
        left = 0
        gate = asyncio.Semaphore(IN_FLIGHT)

        async def tell(command: Command) -> None:
            async with gate:
                await self._send(command)
                swept.sent += 1
                told.add(command.act_id)

        async for commands in self._batches():
            swept.due += len(commands)
            left += sum(command.act_id in told for command in commands)
            results = await asyncio.gather(*map(tell, commands), return_exceptions=True)
            failed = [found for found in results if isinstance(found, BaseException)]
            # Refused: the case's own timer was first, or the clock was closed: the index is behind.
            silent = [error for error in failed if not isinstance(error, Refused)]
            if silent:
                activity.logger.warning(
                    "sweep: %d cases gave no answer: %s", len(silent), silent[0]
                )
            left += len(failed)
            if time.monotonic() > latest:
                break
        return left

    async def _batches(self) -> AsyncIterator[list[Command]]:
        """What is due, the earliest first; each row once in a pass, whatever comes of it."""
        place: tuple[Any, ...] | None = None
        while True:
            query = (
                select(ClockRow.next_rung_at, ClockRow.case_id, ClockRow.key, ClockRow.next_rung)
                .where(ClockRow.state == "running", ClockRow.next_rung_at <= self._due)
                .order_by(ClockRow.next_rung_at, ClockRow.case_id, ClockRow.key)
                .limit(BATCH)
            )
            if place is not None:
                here = tuple_(ClockRow.next_rung_at, ClockRow.case_id, ClockRow.key)
                query = query.where(here > place)
            async with self._engine.connect() as connection:
                now = await acts.app_now(connection)
                rows = (await connection.execute(query)).all()
            if rows:
                yield self._commands(rows, now)
            if len(rows) < BATCH:
                return
            place = tuple(rows[-1][:3])

    def _commands(self, rows: Sequence[Any], now: datetime) -> list[Command]:
        return [
            self._signer.sign(
                Command(
                    act_id=str(
                        uuid.uuid5(SPACE, f"{r.case_id}:{r.key}:{r.next_rung}:{now.date()}")
                    ),
                    case_id=str(r.case_id),
                    kind="clock_due",
                    received_at=now,
                    actor=SYSTEM,
                    data={"clock": r.key, "rung": r.next_rung},
                )
            )
            for r in rows
        ]

    async def _until_next(self, least: float) -> float:
        """Seconds until the next rung falls due, at least and at most so many."""
        if not self._linger:
            return least
        soon = func.app_now() + timedelta(seconds=LOOK)
        async with self._engine.connect() as connection:
            now = await acts.app_now(connection)
            next_at = await connection.scalar(
                select(func.min(self._look_at)).where(
                    ClockRow.state == "running", ClockRow.next_rung_at <= soon
                )
            )
        pause = LOOK if next_at is None else (next_at - now).total_seconds()
        return min(max(pause, least, 0.0), LOOK)


async def _shutting_down(pause: float) -> bool:
    """Waits so many seconds; whether the worker wants to end."""
    with suppress(TimeoutError):
        await asyncio.wait_for(activity.wait_for_worker_shutdown(), pause)
        return True
    return False
