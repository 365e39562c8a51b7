"""Callbacks to the bureau: queued in the transaction of what they tell, delivered until a 2xx comes back."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import RowMapping, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from registers.callbacks import sign_callback
from registers.messages import Register
from registers.twins.database import app_now, one
from registers.twins.desk_schema import desk_errands
from registers.twins.faults import CALLBACK_KINDS, FaultKind, draw
from registers.twins.schema import callbacks
from registers.twins.settings import TwinSettings

_log = logging.getLogger(__name__)

# Seconds of app_now() after the first, second… failure; the last repeats.
_BACK_OFF = (1, 5, 30, 120, 600, 3600)
_TIMEOUT = 10.0


async def enqueue(
    connection: AsyncConnection,
    register: Register,
    *,
    key: str,
    request_hash: str,
    outcome: str,
    payload: dict[str, Any],
) -> None:
    """Queue one callback; faults may make it three, let later ones overtake it, or send it astray first."""
    now = await app_now(connection)
    told = {
        "request_id": key,
        "request_hash": request_hash,
        "outcome": outcome,
        "payload": payload,
        "occurred_at": now.isoformat(),
    }
    first = uuid4().hex
    message_ids, due_at, rank = [first], now, 0.0
    rows: list[dict[str, Any]] = []
    for hit in await draw(connection, register, "callback", CALLBACK_KINDS):
        if hit.kind is FaultKind.DUPLICATE_CALLBACKS:
            # Once as a redelivery, once as a sender that forgot it had sent.
            message_ids += [first, uuid4().hex]
        elif hit.kind is FaultKind.ANSWERS_OTHER_CASE:
            astray = await _astray(connection, register, told)
            rows.append(_row(register, uuid4().hex, astray, now, 0.0))
            due_at = now + timedelta(seconds=hit.delay_seconds)
        else:
            due_at, rank = now + timedelta(seconds=hit.delay_seconds * hit.roll), hit.roll
    rows += [_row(register, message_id, told, due_at, rank) for message_id in message_ids]
    await connection.execute(insert(callbacks), rows)


def _row(
    register: Register, message_id: str, told: dict[str, Any], due_at: datetime, rank: float
) -> dict[str, Any]:
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    return {
        "register": register.value,
        "message_id": message_id,
        "body": body,
        "rank": rank,
        "attempts": 0,
        "due_at": due_at,
    }


async def _astray(
    connection: AsyncConnection, register: Register, told: dict[str, Any]
) -> dict[str, Any]:
    """The answer under the file of another errand that waits there; without one, naming another case."""
    other = await one(
        connection,
        select(desk_errands.c.key, desk_errands.c.request_hash)
        .where(
            desk_errands.c.register == register.value,
            desk_errands.c.state == "open",
            desk_errands.c.case_ref != told["payload"]["case_ref"],
        )
        .order_by(desk_errands.c.opened_at, desk_errands.c.id)
        .limit(1),
    )
    if other is None:
        return told | {"payload": told["payload"] | {"case_ref": "OTHER-CASE"}}
    return told | {"request_id": other["key"], "request_hash": other["request_hash"]}


@dataclass
class Delivered:
    """Counts of one round; `waiting` are undelivered ones not yet due."""

    delivered: int = 0
    failed: int = 0
    waiting: int = 0


@dataclass
class Courier:
    """Delivers what is due. Several may run: each row is taken by one at a time."""

    engine: AsyncEngine
    settings: TwinSettings
    http: httpx.AsyncClient
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    async def deliver_due(self) -> Delivered:
        """Deliver everything due now, once; what fails gets a later due time."""
        counts = Delivered()
        async with self.engine.connect() as connection:
            horizon = await app_now(connection)
        while (sent := await self._deliver_one(horizon)) is not None:
            if sent:
                counts.delivered += 1
            else:
                counts.failed += 1
        async with self.engine.connect() as connection:
            undelivered = select(func.count()).where(callbacks.c.delivered_at.is_(None))
            counts.waiting = int(await connection.scalar(undelivered) or 0)
        return counts

    async def _deliver_one(self, horizon: datetime) -> bool | None:
        async with self.engine.begin() as connection:
            statement = (
                select(callbacks)
                .where(callbacks.c.delivered_at.is_(None), callbacks.c.due_at <= horizon)
                .order_by(callbacks.c.rank.desc(), callbacks.c.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            row = (await connection.execute(statement)).mappings().first()
            if row is None:
                return None
            now = await app_now(connection)
            status = await self._post(row, int(now.timestamp()))
            attempts = row["attempts"] + 1
            delivered = status.startswith("2")
            # Measured from the horizon at least: with a frozen clock a failure must not be due again at once.
            pause = _BACK_OFF[min(attempts, len(_BACK_OFF)) - 1]
            again = max(now, horizon) + timedelta(seconds=pause)
            await connection.execute(
                update(callbacks)
                .where(callbacks.c.id == row["id"])
                .values(
                    attempts=attempts,
                    last_status=status,
                    delivered_at=now if delivered else None,
                    due_at=row["due_at"] if delivered else again,
                )
            )
            return delivered

    async def _post(self, row: RowMapping, timestamp: int) -> str:
        register, body = Register(row["register"]), bytes(row["body"])
        secret = self.settings.callback_secrets[register]
        headers = {
            "content-type": "application/json",
            "webhook-id": row["message_id"],
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign_callback(row["message_id"], timestamp, body, secret),
        }
        url = f"{self.settings.callback_url.rstrip('/')}/api/v1/registry-callbacks/{register.value}"
        try:
            response = await self.http.post(url, content=body, headers=headers, timeout=_TIMEOUT)
        except httpx.HTTPError as error:
            return type(error).__name__
        return str(response.status_code)

    async def run(self, work: Callable[[], Awaitable[object]]) -> None:
        """Deliver in the background until cancelled; `work` does what else is due (expiry, absent people)."""
        while True:
            # Before looking: what is answered while we look would wait for the next turn otherwise.
            self.wake.clear()
            try:
                await work()
                await self.deliver_due()
            except Exception as error:
                # The database may be restarting; the queue is in it, so nothing is lost by waiting.
                _log.warning("callbacks wait: %s", type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.wake.wait(), self.settings.poll_seconds)
