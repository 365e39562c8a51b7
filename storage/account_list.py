"""The administrator's list of accounts. The caller owns the transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.roles import Role
from storage.tables_accounts import AccountRow, SignInRow


@dataclass(frozen=True, slots=True)
class ListedAccount:
    """An account as an administrator sees it: no hash, no session."""

    id: UUID
    sign_in: str
    display_name: str
    roles: list[str]
    office: str
    disabled: bool
    one_time: bool
    created_at: datetime
    last_sign_in_at: datetime | None


async def list_accounts(
    db: AsyncSession, *, role: Role | None, limit: int
) -> Sequence[ListedAccount]:
    """By sign-in name; the holders of one role where it is given."""
    last = (
        select(func.max(SignInRow.at))
        .where(SignInRow.account_id == AccountRow.id, SignInRow.succeeded)
        .scalar_subquery()
    )
    chosen = select(
        AccountRow.id,
        AccountRow.sign_in,
        AccountRow.display_name,
        AccountRow.roles,
        AccountRow.office,
        AccountRow.disabled,
        AccountRow.one_time,
        AccountRow.created_at,
        last,
    )
    if role is not None:
        chosen = chosen.where(AccountRow.roles.contains([role.value]))
    rows = await db.execute(chosen.order_by(AccountRow.sign_in).limit(limit))
    return [ListedAccount(*row) for row in rows]
