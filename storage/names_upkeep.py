"""What happens to names in the library: used, released, lapsed, given up, and keys made again."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from law.names.holders import HolderState
from law.names.keys import KEYS_VERSION
from law.names.model import Name
from storage.names_rows import (
    COLUMNS,
    add_keys,
    columns_of,
    core_values,
    drop_keys,
    insert_name,
    read_again,
)


async def add(
    connection: AsyncConnection,
    name: Name,
    *,
    jurisdiction: str,
    seat: str,
    holder: str,
    state: HolderState = HolderState.REGISTERED,
    barred_until: date | None = None,
) -> int:
    """Writes a name of the register into the library as it stands there, without a comparison. The row's id."""
    core = name.core
    values = {
        **columns_of(name, core, jurisdiction=jurisdiction, seat=seat),
        "state": state.value,
        "holder": holder,
        "barred_until": barred_until,
    }
    row_id = await insert_name(connection, values)
    await add_keys(connection, row_id, core)
    return row_id


async def use(connection: AsyncConnection, case_id: UUID, holder: str) -> bool:
    """The entity is registered under the name on hold (登记使用). False where the case holds none any more."""
    done = await connection.execute(
        text(
            "UPDATE names AS n SET state = 'registered', holder = :holder, held_until = NULL"
            " WHERE n.case_id = :case_id AND (n.state = 'pending'"
            " OR (n.state = 'reserved' AND n.held_until > app_now())"
            " OR (n.state = 'registered' AND n.holder = :holder)) RETURNING n.id"
        ),
        {"case_id": case_id, "holder": holder},
    )
    return done.first() is not None


async def release(connection: AsyncConnection, case_id: UUID, *, cancelled: bool = False) -> bool:
    """Back to the pool: given up by the applicant, or cancelled for a breach. False where nothing was on hold."""
    done = await connection.execute(
        text(
            "UPDATE names SET state = :state WHERE case_id = :case_id"
            " AND state IN ('reserved', 'pending') RETURNING id"
        ),
        {"case_id": case_id, "state": "cancelled" if cancelled else "released"},
    )
    return await _dropped(connection, done.scalars().all())


async def lapse(connection: AsyncConnection, case_id: UUID | None = None) -> tuple[UUID, ...]:
    """Ends the reservations whose time is over (N01, N02), of one case or of all; the cases they were held for.

    Nobody has to wait for this: a name whose time is over bars nobody even before.
    """
    statement = text(
        "UPDATE names SET state = 'lapsed' WHERE state = 'reserved' AND held_until <= app_now()"
        " AND case_id = coalesce(CAST(:case_id AS uuid), case_id) RETURNING id, case_id"
    )
    done = (await connection.execute(statement, {"case_id": case_id})).all()
    await _dropped(connection, [row.id for row in done])
    return tuple(row.case_id for row in done)


async def give_up(
    connection: AsyncConnection, holder: str, state: HolderState, barred_until: date
) -> bool:
    """The holder's name is given up: deregistered, renamed or revoked; barred to others until that day's end.

    A revoked one that is deregistered later is barred anew (N03).
    """
    done = await connection.execute(
        text(
            "UPDATE names SET state = :state, barred_until = :barred_until"
            " WHERE holder = :holder AND state IN ('registered', 'revoked') RETURNING id"
        ),
        {"holder": holder, "state": state.value, "barred_until": barred_until},
    )
    return done.first() is not None


async def take_again(connection: AsyncConnection, holder: str) -> bool:
    """The holder's entry is restored: its name is borne again, and barred to others for as long as it is.

    False where the library has no name that was given up with this entry.
    """
    done = await connection.execute(
        text(
            "UPDATE names SET state = 'registered', barred_until = NULL"
            " WHERE holder = :holder AND state = 'deregistered' RETURNING id"
        ),
        {"holder": holder},
    )
    return done.first() is not None


async def rebuild_keys(connection: AsyncConnection, *, batch: int = 2000) -> int:
    """Reads again up to `batch` names whose keys are of older tables; how many. Repeat until 0.

    Old keys stay: they only find a name that the comparison then lets pass. `TRUNCATE name_keys` before, with
    every row's `keys_version` emptied, makes the table small again, while no name is checked.
    """
    rows = (
        await connection.execute(
            text(
                f"SELECT {COLUMNS} FROM names AS n WHERE n.keys_version <> :version"  # noqa: S608
                " ORDER BY n.id LIMIT :batch FOR UPDATE SKIP LOCKED"
            ),
            {"version": KEYS_VERSION, "batch": batch},
        )
    ).mappings()
    done = 0
    for row in rows.all():
        core = read_again(row["name"], row["seat"], row["trade"]).core
        values = core_values(core)
        sets = ", ".join(f"{column} = :{column}" for column in values)
        await connection.execute(
            text(f"UPDATE names SET {sets} WHERE id = :id"),  # noqa: S608  # our own columns
            {**values, "id": row["id"]},
        )
        if row["state"] not in ("released", "lapsed", "cancelled"):
            await add_keys(connection, row["id"], core)
        done += 1
    return done


async def _dropped(connection: AsyncConnection, ids: Iterable[int]) -> bool:
    done = False
    for row_id in ids:
        await drop_keys(connection, row_id)
        done = True
    return done
