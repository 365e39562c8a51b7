"""Upkeep, run by schedules of the engine: the sweep of due clocks, and the reconciler of acts."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy import case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity

from domain.clocks import EXPIRES, IN_TIME, heeds_acts
from domain.contracts import Actor, Command, Contract
from domain.refusals import NotYet, Refused
from domain.signing import CommandSigner
from law.clocks import CLOCKS
from storage import acts
from storage.keys import CaseKeys
from storage.tables import ClockRow

SPACE = uuid.UUID("0b6f4f0e-3a55-5d58-8a77-1c2f9a4f6d10")
SYSTEM_ACTOR = Actor(person_id="system", name="系统", roles=["system"])
IN_FLIGHT = 8
BATCH = 200


# Which clocks each rung ends for good.
_ENDING = {
    rung: sorted(clock.id for clock in CLOCKS.values() if heeds_acts(clock, rung))
    for rung in sorted(EXPIRES)
}


class Swept(Contract):
    due: int = 0
    sent: int = 0


class UpkeepActivities:
    """Bounded batches, bounded in flight: a storm of deadlines must not stall people's acts.

    Args:
        send: sends a signed command to its case (no act row: a clock is nobody's act).
        deliver: sends a durable act again and records a refusal.
        in_time: how long the end of a clock that decides is left to what was received before it. None is
            needed where nobody acts while time passes (stories).
    """

    def __init__(
        self,
        engine: AsyncEngine,
        keys: CaseKeys,
        signer: CommandSigner,
        *,
        send: Callable[[Command], Awaitable[object]],
        deliver: Callable[[Command], Awaitable[object]],
        in_time: timedelta = IN_TIME,
    ) -> None:
        self._engine = engine
        self._keys = keys
        self._signer = signer
        self._send = send
        self._deliver = deliver
        ends = or_(
            *(
                (ClockRow.next_rung == rung) & ClockRow.clock_id.in_(ids)
                for rung, ids in _ENDING.items()
            )
        )
        self._due = func.app_now() - case((ends, in_time), else_=timedelta(0))

    @activity.defn(name="sweep_due")
    async def sweep_due(self) -> Swept:
        """Tell each case whose clock has a rung due; the case's validator decides."""
        swept = Swept()
        gate = asyncio.Semaphore(IN_FLIGHT)

        async def tell(command: Command) -> None:
            async with gate:
                try:
                    await self._send(command)
                    swept.sent += 1
                except Refused:
                    # The case's own timer was first, or the clock was closed: the index is behind.
                    return

        async with self._engine.connect() as connection:
            now = await acts.app_now(connection)
            rows = (
                await connection.execute(
                    select(ClockRow.case_id, ClockRow.key, ClockRow.next_rung)
                    .where(ClockRow.state == "running", ClockRow.next_rung_at <= self._due)
                    .order_by(ClockRow.next_rung_at)
                    .limit(BATCH)
                )
            ).all()
        swept.due = len(rows)
        commands = [
            self._signer.sign(
                Command(
                    act_id=str(
                        uuid.uuid5(SPACE, f"{r.case_id}:{r.key}:{r.next_rung}:{now.date()}")
                    ),
                    case_id=str(r.case_id),
                    kind="clock_due",
                    received_at=now,
                    actor=SYSTEM_ACTOR,
                    data={"clock": r.key, "rung": r.next_rung},
                )
            )
            for r in rows
        ]
        results = await asyncio.gather(*(tell(c) for c in commands), return_exceptions=True)
        for error in results:
            if isinstance(error, BaseException):
                activity.logger.warning("sweep: %s", error)
        return swept

    @activity.defn(name="reconcile_acts")
    async def reconcile_acts(self) -> Swept:
        """Send again what a crash or an outage left behind; each act is applied once."""
        async with self._engine.begin() as connection:
            rows = await acts.take_waiting(connection, older_than=timedelta(seconds=3), limit=BATCH)
        done = Swept(due=len(rows))
        by_case: dict[uuid.UUID, list[Command]] = {}
        for row in rows:
            by_case.setdefault(row.case_id, []).append(await acts.command_of(self._keys, row))
        gate = asyncio.Semaphore(IN_FLIGHT)

        async def in_order(commands: list[Command]) -> None:
            # The acts of one case go in the order in which they were received.
            async with gate:
                for command in commands:
                    try:
                        await self._deliver(command)
                        done.sent += 1
                    except (Refused, NotYet):
                        # In doubt, it is asked again at the next turn; a later act may be what the
                        # case waits for.
                        continue

        results = await asyncio.gather(
            *(in_order(c) for c in by_case.values()), return_exceptions=True
        )
        for error in results:
            if isinstance(error, BaseException):
                activity.logger.warning("reconciler: %s", error)
        return done
