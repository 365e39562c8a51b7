"""What the equipment platform says of a device and what is not taken over: kept once, settled by a person, then done.

A newer saying that is taken over settles the older ones by itself (`OVERTAKEN`): whoever would take them over then would undo it.
"""

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, cast, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.acts import app_now
from storage.devices import Entry
from storage.tables_device_news import DeviceDifferenceRow, DeviceHearingRow
from storage.tables_devices import DeviceRow

DIFFERENCES = DeviceDifferenceRow.__table__
HEARINGS = DeviceHearingRow.__table__
SPACE: Final = uuid.UUID("0b0f7c54-2c0d-5d2b-8a8e-6b8d8a3f5c19")
PLATFORM, OURS, OVERTAKEN = "platform", "ours", "overtaken"
"""Whose word is taken; nobody's, where the register has a newer one by now."""
BY_ITSELF: Final = "台账中已经登入平台更新的记载"
_REVISION: Final = cast(DIFFERENCES.c.theirs["revision"].astext, BigInteger)


def said_of(ours: DeviceRow | Entry) -> dict[str, str | None]:
    """What a person sees beside the platform's word."""
    until = ours.inspection_valid_until
    return {
        "kind": ours.kind,
        "uscc": ours.uscc,
        "unit": ours.unit,
        "place": ours.place,
        "state": ours.state,
        "registration_number": ours.registration_number,
        "inspection_valid_until": until.isoformat() if until else None,
        "revision": str(ours.revision),
    }


def digest_of(theirs: Mapping[str, Any]) -> str:
    """The same saying has the same digest; the revision counts, for it is another saying then."""
    return hashlib.sha256(json.dumps(theirs, sort_keys=True).encode()).hexdigest()


def difference_id(device: str, digest: str) -> uuid.UUID:
    return uuid.uuid5(SPACE, f"{device}:{digest}")


async def keep(
    connection: AsyncConnection,
    device: str,
    kinds: Sequence[str],
    *,
    office: str,
    ours: Mapping[str, Any],
    theirs: Mapping[str, Any],
) -> bool:
    """Put it aside for a person. False where the same was said before, settled or not."""
    digest = digest_of(theirs)
    statement = insert(DeviceDifferenceRow).values(
        id=difference_id(device, digest),
        office=office,
        device=device,
        digest=digest,
        kinds=list(kinds),
        ours=dict(ours),
        theirs=dict(theirs),
        found_at=await app_now(connection),
    )
    done = await connection.execute(statement.on_conflict_do_nothing())
    return done.rowcount == 1


async def newest(
    connection: AsyncConnection,
    office: str,
    *,
    settled: bool = False,
    after: tuple[datetime, uuid.UUID] | None = None,
    limit: int,
) -> list[DeviceDifferenceRow]:
    """Open ones, or those that are settled; found last first. `after`: the last one of the page before."""
    choice, order = DIFFERENCES.c.choice, (DIFFERENCES.c.found_at, DIFFERENCES.c.id)
    query = select(DIFFERENCES).where(
        DIFFERENCES.c.office == office, choice.is_not(None) if settled else choice.is_(None)
    )
    if after is not None:
        query = query.where(tuple_(*order) < tuple_(*after))
    rows = await connection.execute(query.order_by(*(c.desc() for c in order)).limit(limit))
    return [DeviceDifferenceRow(**row) for row in rows.mappings()]


async def one(
    connection: AsyncConnection, ident: uuid.UUID, *, lock: bool = False
) -> DeviceDifferenceRow | None:
    """By its id; with `lock` held until the transaction ends."""
    query = select(DIFFERENCES).where(DIFFERENCES.c.id == ident)
    row = (await connection.execute(query.with_for_update() if lock else query)).mappings().first()
    return None if row is None else DeviceDifferenceRow(**row)


async def settle(
    connection: AsyncConnection,
    ident: uuid.UUID,
    choice: str,
    *,
    reason: str,
    by: str,
    name: str,
) -> bool:
    """A person has decided whose word is taken. False: somebody had before."""
    done = await connection.execute(
        update(DeviceDifferenceRow)
        .where(DIFFERENCES.c.id == ident, DIFFERENCES.c.choice.is_(None))
        .values(
            choice=choice,
            reason=reason,
            settled_by=by,
            settled_name=name,
            settled_at=await app_now(connection),
        )
    )
    return done.rowcount == 1


async def to_apply(connection: AsyncConnection, office: str) -> list[DeviceDifferenceRow]:
    """Where the platform's word is to be taken over, in the order of the settlements."""
    rows = await connection.execute(
        select(DIFFERENCES)
        .where(
            DIFFERENCES.c.office == office,
            DIFFERENCES.c.choice == PLATFORM,
            DIFFERENCES.c.applied_at.is_(None),
        )
        .order_by(DIFFERENCES.c.settled_at, DIFFERENCES.c.id)
    )
    return [DeviceDifferenceRow(**row) for row in rows.mappings()]


async def applied(connection: AsyncConnection, ident: uuid.UUID) -> None:
    """The platform's word is taken over."""
    await connection.execute(
        update(DeviceDifferenceRow)
        .where(DIFFERENCES.c.id == ident)
        .values(applied_at=await app_now(connection))
    )


async def overtaken(connection: AsyncConnection, ident: uuid.UUID) -> None:
    """A person took the platform's word, and the register has a newer one: nothing is taken over any more."""
    await connection.execute(
        update(DeviceDifferenceRow).where(DIFFERENCES.c.id == ident).values(choice=OVERTAKEN)
    )


async def overtake(connection: AsyncConnection, device: str, revision: int) -> None:
    """What is open of the device and not newer than the revision, which the register has now, is settled by that."""
    await connection.execute(
        update(DeviceDifferenceRow)
        .where(
            DIFFERENCES.c.device == device, DIFFERENCES.c.choice.is_(None), revision >= _REVISION
        )
        .values(choice=OVERTAKEN, reason=BY_ITSELF, settled_at=await app_now(connection))
    )


async def heard(connection: AsyncConnection, office: str) -> DeviceHearingRow | None:
    """How far the platform was heard; None before the first time."""
    query = select(HEARINGS).where(HEARINGS.c.office == office)
    row = (await connection.execute(query)).mappings().first()
    return None if row is None else DeviceHearingRow(**row)


async def note_heard(connection: AsyncConnection, office: str, revision: int) -> None:
    values = {"office": office, "revision": revision, "heard_at": await app_now(connection)}
    statement = insert(DeviceHearingRow).values(**values)
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["office"], set_=values)
    )
