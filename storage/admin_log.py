"""What is done beside the cases: by administrators (accounts, exports, erasures, calendars), and by people with
their own calendar address. Rows are added, never changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from storage.tables_accounts import AdminLogRow

Acted = AsyncConnection | AsyncSession


@dataclass(frozen=True, slots=True)
class AdminAct:
    """One entry. `subject` is the id of the account or case that it was done to."""

    at: datetime
    actor: str
    act: str
    subject: str
    details: dict[str, Any]


async def note(
    db: Acted, *, actor: str, act: str, subject: str, details: Mapping[str, Any] | None = None
) -> None:
    """Adds an entry in the transaction of the act itself: neither is there without the other."""
    await db.execute(
        insert(AdminLogRow).values(
            at=func.app_now(),
            actor=actor[:64],
            act=act,
            subject=subject,
            details=dict(details or {}),
        )
    )


async def noted(db: Acted, actor: str, act: str, call: UUID) -> bool:
    """Whether the person did this under the id of the call (`call` of the details)."""
    found = await db.execute(
        select(AdminLogRow.id).where(
            AdminLogRow.actor == actor,
            AdminLogRow.act == act,
            AdminLogRow.details["call"].astext == str(call),
        )
    )
    return found.first() is not None


async def newest(db: Acted, limit: int, subject: str | None = None) -> Sequence[AdminAct]:
    """The last entries, newest first; of one account or case where `subject` is given."""
    chosen = select(
        AdminLogRow.at,
        AdminLogRow.actor,
        AdminLogRow.act,
        AdminLogRow.subject,
        AdminLogRow.details,
    )
    if subject is not None:
        chosen = chosen.where(AdminLogRow.subject == subject)
    rows = await db.execute(chosen.order_by(AdminLogRow.id.desc()).limit(limit))
    return [AdminAct(*row) for row in rows]
