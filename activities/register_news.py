"""What the market register says by itself of enterprises that are hosted: which have been deregistered, whoever did it.

One question of the whole register per turn, not one per hosting: which entries have ended of late. Whom that concerns
here is in our own read model.
"""

import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity

from activities.sweep import Swept
from domain.contracts import SYSTEM, Command
from domain.refusals import NotYet, Refused
from law.zone import civil_date
from registers.errors import RegisterError
from registers.ports import EndedEnterprise, MarketRegister
from storage import acts, cluster_hosts

SPACE: Final = uuid.UUID("3c1d2a77-6b0e-5f7c-8f0d-0d7a1a5c9e42")
LOOK_BACK: Final = timedelta(days=60)
"""An end is asked for again so long: over an outage, and where the register enters a past day."""


class RegisterNews:
    """One activity, safe to run twice: an act's id follows from the case and the day of the end.

    Args:
        send: makes an act durable and sends it.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        market: MarketRegister,
        *,
        send: Callable[[Command], Awaitable[None]],
    ) -> None:
        self._engine = engine
        self._market = market
        self._send = send

    @activity.defn(name="hear_of_endings")
    async def hear_of_endings(self) -> Swept:
        """Tell each open hosting whose enterprise is deregistered. A register that is away is asked at the next turn."""
        heard = Swept()
        async with self._engine.connect() as connection:
            if not await cluster_hosts.any_hosting(connection):
                return heard
            now = await acts.app_now(connection)
        since, after = civil_date(now) - LOOK_BACK, None
        try:
            while page := (await self._market.ended_since(since, after)).ended:
                gone = [e for e in page if e.status == "deregistered"]
                await self._tell(heard, gone, now)
                if page[-1].uscc <= (after or ""):
                    # The same page again would be asked for without end.
                    activity.logger.warning("news of the market register: it does not go on")
                    break
                after = page[-1].uscc
        except RegisterError as error:
            activity.logger.warning("news of the market register: %s", error.code)
        return heard

    async def _tell(self, heard: Swept, ended: list[EndedEnterprise], now: datetime) -> None:
        async with self._engine.connect() as connection:
            concerned = await cluster_hosts.hostings_of(connection, [e.uscc for e in ended])
        heard.due += len(concerned)
        for one in ended:
            for case in concerned.get(one.uscc, ()):
                try:
                    await self._send(self._said(case, one, now))
                    heard.sent += 1
                except (Refused, NotYet):
                    # It knows already, or has not caught up with its record: the reconciler sends it again.
                    continue

    def _said(self, case: uuid.UUID, ended: EndedEnterprise, now: datetime) -> Command:
        return Command(
            act_id=str(uuid.uuid5(SPACE, f"{case}:{ended.ended_on}")),
            case_id=str(case),
            kind="enterprise_ended",
            received_at=now,
            actor=SYSTEM,
            data={"status": ended.status, "ended_on": ended.ended_on.isoformat()},
        )
