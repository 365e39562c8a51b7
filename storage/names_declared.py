"""A declared name on its way: examined, kept for a registration that is being decided, settled, registered.

`pending` without an end is a name that a person examines; `pending` with one is a reservation whose registration was
granted and is on its way to the register: its time cannot run out meanwhile.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from law.names.holders import HolderState
from law.names.model import Name
from storage import names_upkeep

Wish = Literal["look", "release", "cancel"]
NONE = "none"


@dataclass(frozen=True, slots=True)
class Held:
    """The case's row in the library."""

    text: str
    state: str
    held_from: datetime
    held_until: datetime | None


async def held_by(connection: AsyncConnection, case_id: UUID) -> Held | None:
    """What the case holds or held; None where it never did."""
    found = await connection.execute(
        text("SELECT name, state, held_from, held_until FROM names WHERE case_id = :case_id"),
        {"case_id": case_id},
    )
    row = found.first()
    return None if row is None else Held(row.name, row.state, row.held_from, row.held_until)


async def cases_of(connection: AsyncConnection, person: str) -> frozenset[UUID]:
    """The cases by which a person has names on hold now."""
    found = await connection.execute(
        text(
            "SELECT case_id FROM names WHERE person = :person AND case_id IS NOT NULL"
            " AND state IN ('reserved', 'pending')"
        ),
        {"person": person},
    )
    return frozenset(found.scalars())


async def confirm(connection: AsyncConnection, case_id: UUID, until: datetime) -> Held:
    """The examined name is reserved from now. Safe to repeat.

    Raises:
        LookupError: the case holds no name that could be reserved.
    """
    await connection.execute(
        text(
            "UPDATE names SET state = 'reserved', held_from = app_now(), held_until = :until"
            " WHERE case_id = :case_id AND state = 'pending' AND held_until IS NULL"
        ),
        {"case_id": case_id, "until": until},
    )
    held = await held_by(connection, case_id)
    if held is None or held.state != HolderState.RESERVED.value:
        raise LookupError(f"case {case_id} holds no examined name")
    return held


async def settle(connection: AsyncConnection, case_id: UUID, wish: Wish) -> str:
    """Ends what is to end, and says how the name stands then: a HolderState, released, lapsed, cancelled or none.

    A name whose registration is being decided stays, whatever is wished.
    """
    found = await connection.execute(
        text(
            "SELECT state, held_until, coalesce(held_until <= app_now(), false) AS over FROM names"
            " WHERE case_id = :case_id FOR UPDATE"
        ),
        {"case_id": case_id},
    )
    row = found.first()
    if row is None:
        return NONE
    reserved = row.state == HolderState.RESERVED.value
    examined = row.state == HolderState.PENDING.value and row.held_until is None
    if wish != "look" and (reserved or examined):
        await names_upkeep.release(connection, case_id, cancelled=wish == "cancel")
        return "cancelled" if wish == "cancel" else "released"
    if reserved and row.over:
        await names_upkeep.lapse(connection, case_id)
        return "lapsed"
    return str(row.state)


async def secure(connection: AsyncConnection, case_id: UUID) -> bool:
    """Keeps a reservation that has not run out for the register's answer. False where there is none. Safe to repeat."""
    done = await connection.execute(
        text(
            "UPDATE names SET state = 'pending' WHERE case_id = :case_id AND held_until IS NOT NULL"
            " AND (state = 'pending' OR (state = 'reserved' AND held_until > app_now()))"
            " RETURNING id"
        ),
        {"case_id": case_id},
    )
    return done.first() is not None


async def give_back(connection: AsyncConnection, case_id: UUID) -> None:
    """The register refused: the reservation runs on to its end, which may be over by now."""
    await connection.execute(
        text(
            "UPDATE names SET state = 'reserved' WHERE case_id = :case_id AND state = 'pending'"
            " AND held_until IS NOT NULL"
        ),
        {"case_id": case_id},
    )


async def registered(
    connection: AsyncConnection,
    name: Name | None,
    *,
    jurisdiction: str,
    seat: str,
    holder: str,
    reservation: UUID | None = None,
) -> None:
    """An entity bears the name from now on: its reservation is used, or the name is new to the library. Repeatable."""
    if reservation is not None and await names_upkeep.use(connection, reservation, holder):
        return
    if name is None or await knows(connection, holder):
        return
    await names_upkeep.add(connection, name, jurisdiction=jurisdiction, seat=seat, holder=holder)


async def renamed(
    connection: AsyncConnection,
    name: Name,
    *,
    jurisdiction: str,
    seat: str,
    holder: str,
    reservation: UUID,
    barred_until: date,
) -> None:
    """An entity bears another name from now on; the one before bars others until that day's end (N03). Repeatable.

    Args:
        reservation: the case that held the new name.
    """
    await connection.execute(
        text(
            "UPDATE names SET state = 'renamed', barred_until = :barred_until"
            " WHERE holder = :holder AND state = 'registered' AND name <> :name"
            " AND case_id IS DISTINCT FROM :reservation"
        ),
        {
            "holder": holder,
            "name": name.text,
            "reservation": reservation,
            "barred_until": barred_until,
        },
    )
    if await names_upkeep.use(connection, reservation, holder):
        return
    found = await connection.execute(
        text("SELECT 1 FROM names WHERE holder = :holder AND state = 'registered' LIMIT 1"),
        {"holder": holder},
    )
    if found.first() is None:
        await names_upkeep.add(
            connection, name, jurisdiction=jurisdiction, seat=seat, holder=holder
        )


async def knows(connection: AsyncConnection, holder: str) -> bool:
    """Whether the library has a name of this entity, whatever its state."""
    found = await connection.execute(
        text("SELECT 1 FROM names WHERE holder = :holder LIMIT 1"), {"holder": holder}
    )
    return found.first() is not None


async def enter(
    connection: AsyncConnection,
    name: Name,
    *,
    jurisdiction: str,
    seat: str,
    holder: str,
    state: HolderState,
    barred_until: date | None,
) -> None:
    """A name as the market-entity register has it, once per entity."""
    if not await knows(connection, holder):
        await names_upkeep.add(
            connection,
            name,
            jurisdiction=jurisdiction,
            seat=seat,
            holder=holder,
            state=state,
            barred_until=barred_until,
        )
