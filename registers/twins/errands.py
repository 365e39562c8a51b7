"""What a person has to do at a twin: prove who they are, or sign. Opened by us, answered by them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from registers.messages import Register
from registers.requests import Person
from registers.twins.database import app_now, one
from registers.twins.gate import Call, record
from registers.twins.outbox import enqueue
from registers.twins.problems import Refused
from registers.twins.schema import behaviours, errands

MAX_FAILURES = 5


@dataclass(frozen=True)
class Opened:
    id: str
    link: str
    expires_at: datetime


async def open_errand(
    connection: AsyncConnection,
    call: Call,
    *,
    case_ref: str,
    person: Person,
    title: str,
    document_sha256: str | None = None,
) -> Opened:
    """Open an errand under an unguessable id; the id in the link is all that the page asks for."""
    now = await app_now(connection)
    seconds = await connection.scalar(
        select(behaviours.c.auto_answer_seconds).where(behaviours.c.register == call.register.value)
    )
    opened = Opened(
        id=(token := token_urlsafe(24)),
        link=f"{call.settings.public_url.rstrip('/')}/{call.register.value}/{token}",
        expires_at=now + timedelta(days=call.settings.link_days),
    )
    await connection.execute(
        insert(errands).values(
            id=opened.id,
            register=call.register.value,
            key=call.key,
            case_ref=case_ref,
            request_hash=call.request_hash,
            person_name=person.name,
            person_id_number=person.id_number,
            title=title,
            document_sha256=document_sha256,
            state="open",
            failures=0,
            opened_at=now,
            expires_at=opened.expires_at,
            auto_answer_at=None if seconds is None else now + timedelta(seconds=seconds),
        )
    )
    return opened


async def by_key(connection: AsyncConnection, register: Register, key: str) -> RowMapping:
    row = await one(
        connection,
        select(errands).where(errands.c.register == register.value, errands.c.key == key),
    )
    if row is None:
        raise Refused("errand_unknown", "没有此事项", status=404)
    return row


async def by_id(
    connection: AsyncConnection, register: Register, errand_id: str, *, locked: bool = False
) -> RowMapping:
    statement = select(errands).where(
        errands.c.register == register.value, errands.c.id == errand_id
    )
    row = await one(connection, statement.with_for_update() if locked else statement)
    if row is None:
        raise Refused("errand_unknown", "没有此事项", status=404)
    return row


async def refuse_unless_open(connection: AsyncConnection, row: RowMapping) -> None:
    if row["state"] != "open" or row["expires_at"] <= await app_now(connection):
        raise Refused("not_open", "此事项已办结或已过期", status=409)


async def is_the_person(
    connection: AsyncConnection, row: RowMapping, person: Person, *, on_exhaustion: str
) -> bool:
    """Compare with whom we named. The fifth failure settles the errand, so the link cannot be guessed at."""
    if (person.name, person.id_number) == (row["person_name"], row["person_id_number"]):
        return True
    failures = row["failures"] + 1
    await connection.execute(
        update(errands).where(errands.c.id == row["id"]).values(failures=failures)
    )
    if failures >= MAX_FAILURES:
        await settle(connection, row, on_exhaustion, reason="身份核对五次不符")
    return False


async def settle(
    connection: AsyncConnection,
    row: RowMapping,
    outcome: str,
    *,
    reason: str | None = None,
    signed_sha256: str | None = None,
    payload: Mapping[str, Any] | None = None,
) -> None:
    """End an errand: its state, the register's own record, and the callback, in one transaction."""
    now = await app_now(connection)
    register = Register(row["register"])
    await connection.execute(
        update(errands)
        .where(errands.c.id == row["id"])
        .values(state=outcome, reason=reason, signed_sha256=signed_sha256, settled_at=now)
    )
    told = {"case_ref": row["case_ref"], **(payload or {})}
    if reason is not None:
        told["reason"] = reason
    await record(
        connection,
        register,
        outcome,
        key=row["key"],
        case_ref=row["case_ref"],
        request_hash=row["request_hash"],
        result={k: v for k, v in told.items() if k != "case_ref"},
    )
    await enqueue(
        connection,
        register,
        key=row["key"],
        request_hash=row["request_hash"],
        outcome=outcome,
        payload=told,
    )


async def next_due(connection: AsyncConnection) -> RowMapping | None:
    """One open errand that has expired, or whose absent person answers now; others skip its lock."""
    now = await app_now(connection)
    statement = (
        select(errands)
        .where(
            errands.c.state == "open",
            (errands.c.expires_at <= now) | (errands.c.auto_answer_at <= now),
        )
        .order_by(errands.c.expires_at, errands.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return await one(connection, statement)
