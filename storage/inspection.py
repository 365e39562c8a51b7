"""What only the inspector reads of a case: acts that are not in it, lost events, and who looked before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import colleagues
from storage.keys import CaseKeys, Cipher, KeyDestroyed
from storage.tables import AccessLogRow, ActRow, SupersededEventRow

ENGINE_HISTORY = "engine_history"
"""Read our record beside the engine's history, with payloads opened."""
RECORD = "case_record"
"""Read our record alone."""
# The newest of each; the rest is for the commands of the audit.
LATEST = 50


@dataclass(frozen=True)
class Access:
    """One reading of the case's record."""

    at: datetime
    person_id: str
    name: str
    what: str


async def cipher_of(keys: CaseKeys, case_id: UUID) -> Cipher | None:
    """The case's cipher; None for an erased case, whose details are gone as well."""
    try:
        return keys.cached(case_id) or await keys.cipher(case_id)
    except KeyDestroyed:
        return None


async def acts_outside(connection: AsyncConnection, case_id: UUID) -> list[ActRow]:
    """Acts that were received and are not applied, oldest first: on their way, or refused."""
    table = ActRow.__table__
    rows = await connection.execute(
        select(table)
        .where(table.c.case_id == case_id, table.c.state != "applied")
        .order_by(table.c.received_at.desc(), table.c.id.desc())
        .limit(LATEST)
    )
    return [ActRow(**row._mapping) for row in rows][::-1]


async def superseded_events(
    connection: AsyncConnection, case_id: UUID
) -> Sequence[SupersededEventRow]:
    """Events of lost workflow tasks, the last replaced first."""
    table = SupersededEventRow.__table__
    rows = await connection.execute(
        select(table)
        .where(table.c.case_id == case_id)
        .order_by(table.c.superseded_at.desc(), table.c.id.desc())
        .limit(LATEST)
    )
    return [SupersededEventRow(**row._mapping) for row in rows]


async def accesses(connection: AsyncConnection, case_id: UUID) -> list[Access]:
    """Who read the record, the last first."""
    table = AccessLogRow.__table__
    rows = (
        await connection.execute(
            select(table.c.at, table.c.person_id, table.c.what)
            .where(table.c.case_id == case_id)
            .order_by(table.c.id.desc())
            .limit(LATEST)
        )
    ).all()
    names = await colleagues.names_of(connection, {row.person_id for row in rows})
    return [Access(row.at, row.person_id, names.get(row.person_id, ""), row.what) for row in rows]
