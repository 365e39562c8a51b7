"""Carries out confirmed orders of erasure, so many cases a turn."""

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity

from activities.records import Kept
from storage.erasure_orders import carry_out
from storage.keys import CaseKeys

BATCH = 50


class ErasingActivities:
    """Idempotent: a case that was erased by a turn that died is erased again to the same end."""

    def __init__(self, engine: AsyncEngine, keys: CaseKeys) -> None:
        self._engine = engine
        self._keys = keys

    @activity.defn(name="erase_due")
    async def erase_due(self) -> Kept:
        """The oldest orders first; nothing without a second person's confirmation."""
        return Kept(done=await carry_out(self._engine, self._keys, limit=BATCH, actor="system"))
