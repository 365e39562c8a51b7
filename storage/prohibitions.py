"""Grounds on which the use of a device stands prohibited (停止使用): which case has one, and under which the platform knows it.

Every change may be made twice. Who decides by what stands here holds the device (`alone`).
"""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.acts import app_now
from storage.tables import CaseRow
from storage.tables_devices import DeviceProhibitionRow

GROUNDS = DeviceProhibitionRow.__table__
CASES = CaseRow.__table__
_HELD: Final = text("SELECT pg_advisory_xact_lock(hashtext('prohibited device'), hashtext(:code))")


@dataclass(frozen=True, slots=True)
class Ground:
    """A ground in force. `number` of its case; the case's id while it has none that can be read."""

    device: str
    case_id: UUID
    procedure: str
    number: str
    since: datetime


@asynccontextmanager
async def alone(engine: AsyncEngine, code: str) -> AsyncIterator[None]:
    """The device is held until the end: one after the other changes its grounds and tells the platform. What is written
    meanwhile, in transactions of its own, stays when this one is cut off."""
    async with engine.begin() as connection:
        await connection.execute(_HELD, {"code": code})
        yield


async def add(connection: AsyncConnection, code: str, case_id: UUID) -> None:
    """The case has a ground. One that it had and dropped does not come back."""
    values = {"device": code, "case_id": case_id, "since": await app_now(connection)}
    await connection.execute(insert(DeviceProhibitionRow).values(**values).on_conflict_do_nothing())


async def drop(connection: AsyncConnection, code: str, case_id: UUID) -> bool:
    """The case has no ground any more, and will have none. True where it had one until now."""
    dropped = await connection.execute(
        update(DeviceProhibitionRow)
        .where(*_of(code, case_id), GROUNDS.c.dropped.is_(False))
        .values(dropped=True)
    )
    if dropped.rowcount == 1:
        return True
    values = {"device": code, "case_id": case_id, "since": await app_now(connection)}
    await connection.execute(
        insert(DeviceProhibitionRow).values(**values, dropped=True).on_conflict_do_nothing()
    )
    return False


async def rows(connection: AsyncConnection, code: str) -> list[DeviceProhibitionRow]:
    """All of the device, also those that are dropped, the oldest first."""
    query = select(GROUNDS).where(GROUNDS.c.device == code)
    found = await connection.execute(query.order_by(GROUNDS.c.since, GROUNDS.c.case_id))
    return [DeviceProhibitionRow(**row) for row in found.mappings()]


async def enter(connection: AsyncConnection, code: str, case_id: UUID, *, entered: bool) -> None:
    """Whether the platform has the prohibition under this case: said before it is asked, taken back where it refused."""
    await connection.execute(
        update(DeviceProhibitionRow).where(*_of(code, case_id)).values(entered=entered)
    )


async def entered_alone(connection: AsyncConnection, code: str, case_id: UUID) -> None:
    """Where the platform took the prohibition under this case, it has it under no other."""
    mine = GROUNDS.alias("mine")
    took = select(mine.c.device).where(
        mine.c.device == code, mine.c.case_id == case_id, mine.c.entered
    )
    await connection.execute(
        update(DeviceProhibitionRow)
        .where(GROUNDS.c.device == code, GROUNDS.c.case_id != case_id, took.exists())
        .values(entered=False)
    )


async def forget(connection: AsyncConnection, code: str) -> None:
    """Where no case has a ground any more, nothing is left of the device here."""
    other = GROUNDS.alias("other")
    standing = select(other.c.device).where(other.c.device == code, other.c.dropped.is_(False))
    await connection.execute(
        delete(DeviceProhibitionRow).where(GROUNDS.c.device == code, ~standing.exists())
    )


async def of_devices(
    connection: AsyncConnection, codes: Collection[str]
) -> dict[str, list[Ground]]:
    """The grounds in force of those of the devices that have any, the oldest first."""
    g, c = GROUNDS.c, CASES.c
    query = (
        select(g.device, g.case_id, c.procedure, c.receipt_no, g.since)
        .select_from(GROUNDS.join(CASES, c.case_id == g.case_id, isouter=True))
        .where(g.device.in_(list(codes)), g.dropped.is_(False))
        .order_by(g.since, g.case_id)
    )
    found: dict[str, list[Ground]] = {}
    for device, case_id, procedure, number, since in await connection.execute(query):
        ground = Ground(device, case_id, procedure or "", number or str(case_id), since)
        found.setdefault(device, []).append(ground)
    return found


async def of_others(connection: AsyncConnection, code: str, case_id: UUID) -> list[Ground]:
    """The grounds in force that other cases have."""
    grounds = (await of_devices(connection, [code])).get(code, [])
    return [ground for ground in grounds if ground.case_id != case_id]


def _of(code: str, case_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return GROUNDS.c.device == code, GROUNDS.c.case_id == case_id
