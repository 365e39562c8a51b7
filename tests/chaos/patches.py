"""What the worker's entry module changes in the shipped code: crash points, and two bugs on purpose.

Nothing of it is reachable from the product: it is put into a process that was started as
`python -m tests.chaos.worker`.
"""

import uuid
from typing import Any

from sqlalchemy import func, select
from temporalio import activity

import activities.projection
import banjian.worker
from activities.paperwork import PaperworkActivities
from activities.register_calls import RegisterActivities
from domain.contracts import (
    PaperOrder,
    PaperServed,
    Projection,
    RegisterAnswer,
    RegisterCall,
)
from registers.client import RegisterClient
from storage.keys import Cipher
from storage.projector import Projector
from storage.tables import CaseEventRow
from tests.chaos.crash import CrashPlan, put

MUTANTS = {
    "no-register-key": "every further attempt at a register goes under a fresh key",
    "no-fence": "rows of a lost workflow task stay, whatever the later task says",
}
"""Bugs that the checker must find."""


def worker_points(plan: CrashPlan, projector: type[Projector] = Projector) -> None:
    """Put the points that a worker passes into this process.

    Args:
        projector: the projector to build on, a mutant's perhaps.
    """

    class CrashingProjector(projector):  # type: ignore[misc,valid-type]
        async def project(self, projection: Projection) -> None:
            await super().project(projection)
            await plan.reached("projected", projection.case_id, str(projection.events[0].revision))

    class CrashingRegisters(RegisterActivities):
        async def _finish(
            self, order: RegisterCall, state: str, cipher: Cipher, result: RegisterAnswer
        ) -> None:
            await plan.reached("effect", order.case_id, f"{order.kind}#{order.seq}")
            await super()._finish(order, state, cipher, result)

    class CrashingPaperwork(PaperworkActivities):
        @activity.defn(name="issue_paper")
        async def issue(self, order: PaperOrder) -> PaperServed:
            served = await super().issue(order)
            await plan.reached("paper", order.case_id, f"{order.kind}#{order.seq}")
            return served

    put(activities.projection, "Projector", CrashingProjector)
    put(banjian.worker, "RegisterActivities", CrashingRegisters)
    put(banjian.worker, "PaperworkActivities", CrashingPaperwork)


class Unfenced(Projector):
    """Keeps whatever was committed first; what the engine made of the task does not matter."""

    async def project(self, projection: Projection) -> None:
        async with self._engine.connect() as connection:
            newest = await connection.scalar(
                select(func.max(CaseEventRow.revision)).where(
                    CaseEventRow.case_id == uuid.UUID(projection.case_id)
                )
            )
        events = [e for e in projection.events if e.revision > (newest or 0)]
        if events:
            await super().project(projection.model_copy(update={"events": events}))


def forget_register_keys() -> None:
    """A retry does not ask what became of the first attempt, and goes under a key of its own."""

    async def settle(self: RegisterClient, effect: Any, *, key: str) -> Any:
        return await self.perform(effect, key=f"{key}:{uuid.uuid4().hex[:8]}")

    put(RegisterClient, "settle", settle)
