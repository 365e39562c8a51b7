"""Attempts to sign in, kept for the person's own list and for the auditor. Callers own the transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.accounts import app_now
from storage.tables_accounts import SignInRow


@dataclass(frozen=True, slots=True)
class ListedSignIn:
    """One attempt in the person's own list."""

    at: datetime
    succeeded: bool
    kind: str
    address: str


async def record_sign_in(
    db: AsyncSession, account_id: UUID, *, succeeded: bool, kind: str, address: str
) -> None:
    """Keeps one attempt."""
    await db.execute(
        insert(SignInRow).values(
            id=uuid4(),
            account_id=account_id,
            at=app_now(),
            succeeded=succeeded,
            kind=kind,
            address=address,
        )
    )


async def list_sign_ins(db: AsyncSession, account_id: UUID) -> Sequence[ListedSignIn]:
    """The person's last 20 attempts, newest first."""
    rows = await db.execute(
        select(SignInRow.at, SignInRow.succeeded, SignInRow.kind, SignInRow.address)
        .where(SignInRow.account_id == account_id)
        .order_by(SignInRow.at.desc())
        .limit(20)
    )
    return [ListedSignIn(*row) for row in rows]


async def signed_in_from(db: AsyncSession, account_id: UUID, address: str) -> bool:
    """Whether the account was opened from this address in the last 30 days."""
    found = await db.execute(
        select(SignInRow.id)
        .where(
            SignInRow.account_id == account_id,
            SignInRow.succeeded,
            SignInRow.address == address,
            SignInRow.at > app_now() - timedelta(days=30),
        )
        .limit(1)
    )
    return found.scalar_one_or_none() is not None
