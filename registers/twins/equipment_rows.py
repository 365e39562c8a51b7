"""How the platform's twin keeps a device: its row, its standing, and the revision that every change gives it."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import RowMapping, Select, func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from registers.equipment import Device
from registers.twins.database import next_number, one
from registers.twins.equipment_schema import device_standings, devices
from registers.twins.problems import Refused

_COUNTER = "equipment-revisions"


def known_devices() -> Select[Any]:
    """Every field of `Device`, and who prohibited the use."""
    standing = device_standings.c
    return select(
        *devices.c,
        func.coalesce(standing.obsolete, False).label("obsolete"),
        func.coalesce(standing.revision, 0).label("revision"),
    ).select_from(devices.outerjoin(device_standings, standing.code == devices.c.code))


def device_of(row: RowMapping) -> Device:
    return Device(**{field: row[field] for field in Device.model_fields})


async def locked(connection: AsyncConnection, code: str) -> RowMapping:
    """The device, held until the effect commits. Raises Refused: unknown."""
    query = known_devices().where(devices.c.code == code).with_for_update(of=devices)
    row = await one(connection, query)
    if row is None:
        raise Refused("device_unknown", f"平台没有这台设备({code})")
    return row


async def changed(
    connection: AsyncConnection, codes: Collection[str], *, obsolete: bool | None = None
) -> tuple[int, ...]:
    """A new revision for each, in their order. The counter stays locked until the commit, so that whoever asks what is new
    never sees a later revision before an earlier one."""
    revisions = []
    for code in codes:
        revision = await next_number(connection, _COUNTER)
        values = {"code": code, "revision": revision, "obsolete": bool(obsolete)}
        kept = {"revision": revision} | ({} if obsolete is None else {"obsolete": obsolete})
        statement = upsert(device_standings).values(**values)
        await connection.execute(
            statement.on_conflict_do_update(index_elements=["code"], set_=kept)
        )
        revisions.append(revision)
    return tuple(revisions)
