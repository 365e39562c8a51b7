"""Colleagues of an office, for handing over."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.cases import as_uuid
from storage.tables_accounts import AccountRow

ACCOUNTS = AccountRow.__table__


@dataclass(frozen=True)
class Colleague:
    """An account of the office that may take tasks."""

    id: UUID
    sign_in: str
    name: str
    roles: frozenset[str]


async def colleague(connection: AsyncConnection, who: str, office: str) -> Colleague | None:
    """By account id or sign-in name; None for nobody of this office."""
    c = ACCOUNTS.c
    ident = as_uuid(who)
    by = c.id == ident if ident is not None else c.sign_in == who.lower()
    row = (
        await connection.execute(
            select(c.id, c.sign_in, c.display_name, c.roles).where(
                by, c.office == office, c.disabled.is_(False)
            )
        )
    ).first()
    return Colleague(row.id, row.sign_in, row.display_name, frozenset(row.roles)) if row else None


async def colleagues(connection: AsyncConnection, role: str, office: str) -> list[Colleague]:
    """Everybody of the office with the post, by name."""
    c = ACCOUNTS.c
    rows = await connection.execute(
        select(c.id, c.sign_in, c.display_name, c.roles)
        .where(c.office == office, c.disabled.is_(False), c.roles.contains([role]))
        .order_by(c.display_name, c.id)
    )
    return [Colleague(r.id, r.sign_in, r.display_name, frozenset(r.roles)) for r in rows]


async def names_of(connection: AsyncConnection, ids: set[str]) -> dict[str, str]:
    """Account id → name, for ids that were recorded without one."""
    wanted = [i for i in (as_uuid(text) for text in ids) if i is not None]
    if not wanted:
        return {}
    c = ACCOUNTS.c
    rows = await connection.execute(select(c.id, c.display_name).where(c.id.in_(wanted)))
    return {str(r.id): r.display_name for r in rows}
