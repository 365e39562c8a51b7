"""The reconciler of acts, run by a schedule of the engine: what a crash or an outage left behind."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity

from activities.sweep import Swept
from domain.contracts import Command
from domain.refusals import NotYet, Refused
from storage import acts
from storage.keys import CaseKeys

IN_FLIGHT = 8
BATCH = 200


class UpkeepActivities:
    """Bounded batches, bounded in flight.

    Args:
        deliver: sends a durable act again and records a refusal.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        keys: CaseKeys,
        *,
        deliver: Callable[[Command], Awaitable[object]],
    ) -> None:
        self._engine = engine
        self._keys = keys
        self._deliver = deliver

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
