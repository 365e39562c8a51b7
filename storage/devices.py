"""The register of devices (特种设备台账): entering one, and what becomes of it."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import case, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.acts import app_now
from storage.tables_devices import DeviceRow

DEVICES = DeviceRow.__table__
_ENTERING = text("SELECT pg_advisory_xact_lock(hashtext('device entries'))")
IN_USE, STOPPED, SCRAPPED = "in_use", "stopped", "scrapped"
"""States of the use registration that a device has here; the platform's word for none is `unregistered`."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What is entered of a device. `office`: whose register it is in. Days are civil days of Shanghai."""

    code: str
    office: str
    kind: str
    category: str
    uscc: str
    unit: str
    place: str
    state: str
    registration_number: str | None = None
    registered_by: UUID | None = None
    registered_on: date | None = None
    inspection_valid_until: date | None = None
    key_unit: bool = False
    revision: int = 0
    seen_at: datetime | None = None


def entry_of(row: DeviceRow) -> Entry:
    """What was entered of it, as it stands now."""
    return Entry(**{field.name: getattr(row, field.name) for field in fields(Entry)})


async def device(connection: AsyncConnection, code: str, *, lock: bool = False) -> DeviceRow | None:
    """By its code; with `lock` held until the transaction ends."""
    query = select(DEVICES).where(DEVICES.c.code == code)
    row = (await connection.execute(query.with_for_update() if lock else query)).mappings().first()
    return None if row is None else DeviceRow(**row)


async def unit_name(connection: AsyncConnection, uscc: str) -> str | None:
    """As its devices have it, the one that was changed last; None of a unit without any."""
    query = select(DEVICES.c.unit).where(DEVICES.c.uscc == uscc)
    found: str | None = await connection.scalar(
        query.order_by(DEVICES.c.updated_at.desc()).limit(1)
    )
    return found


async def enter(connection: AsyncConnection, entry: Entry) -> None:
    """New, or in the place of what was entered under the code before. Entering twice is entering once."""
    now = await app_now(connection)
    values = {**vars(entry), "updated_at": now}
    since = case((DEVICES.c.state == entry.state, DEVICES.c.state_since), else_=now)
    statement = insert(DeviceRow).values(**values)
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["code"], set_={**values, "state_since": since}
        )
    )


async def entering(connection: AsyncConnection) -> None:
    """Lists of devices are entered one after the other: two that share units would else wait for each other for ever."""
    await connection.execute(_ENTERING)


async def add(connection: AsyncConnection, entry: Entry) -> bool:
    """New. False: the code is in the register already, also where somebody else enters it at this moment."""
    now = await app_now(connection)
    added = await connection.execute(
        insert(DeviceRow)
        .values(**vars(entry), updated_at=now, state_since=now)
        .on_conflict_do_nothing(index_elements=["code"])
    )
    return added.rowcount == 1


async def those_of(connection: AsyncConnection, codes: Collection[str]) -> dict[str, DeviceRow]:
    """By code, those that there are."""
    query = select(DEVICES).where(DEVICES.c.code.in_(list(codes)))
    rows = (await connection.execute(query)).mappings()
    return {row["code"]: DeviceRow(**row) for row in rows}


async def any_left(connection: AsyncConnection, uscc: str, *, beside: Collection[str]) -> bool:
    """Whether the unit has a device that is not scrapped, beside these."""
    query = select(DEVICES.c.code).where(
        DEVICES.c.uscc == uscc, DEVICES.c.state != SCRAPPED, DEVICES.c.code.not_in(list(beside))
    )
    return (await connection.execute(query.limit(1))).first() is not None


async def set_state(connection: AsyncConnection, codes: Collection[str], state: str) -> int:
    """How many of the devices were in another state before."""
    now = await app_now(connection)
    changed = await connection.execute(
        update(DeviceRow)
        .where(DEVICES.c.code.in_(list(codes)), DEVICES.c.state != state)
        .values(state=state, state_since=now, updated_at=now)
    )
    return changed.rowcount


async def correct_inspected(connection: AsyncConnection, code: str, valid_until: date) -> None:
    """Its inspection is valid to the end of the day, whatever was known: a person has looked at the report again."""
    await connection.execute(
        update(DeviceRow)
        .where(DEVICES.c.code == code)
        .values(inspection_valid_until=valid_until, updated_at=await app_now(connection))
    )


async def set_inspected(connection: AsyncConnection, code: str, valid_until: date) -> None:
    """Its inspection is valid to the end of the day; an earlier day than is known changes nothing."""
    known = DEVICES.c.inspection_valid_until
    await connection.execute(
        update(DeviceRow)
        .where(DEVICES.c.code == code, known.is_(None) | (known < valid_until))
        .values(inspection_valid_until=valid_until, updated_at=await app_now(connection))
    )
