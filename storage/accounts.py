"""Queries of accounts and sign-ins. Callers own the transaction; all instants are app_now()."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    DateTime,
    Interval,
    String,
    bindparam,
    cast,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.functions import Function

from domain.roles import Role
from storage.idempotency import Kept
from storage.officer_certificates import valid_numbers
from storage.prepared import Lists, Place, Prepared, Together
from storage.tables import IdempotencyRow
from storage.tables_accounts import AccountRow, CalendarFeedRow, SessionRow

# Long enough for a weekend between the window and the first sign-in.
ONE_TIME_LIFETIME = timedelta(days=3)


class SignInNameTaken(Exception):
    """Another account has this sign-in name."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What checking a password needs. `expired`: a one-time password that nobody used in time."""

    account_id: UUID
    password_hash: str
    roles: frozenset[Role]
    disabled: bool
    one_time: bool
    expired: bool


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A sign-in with its account, as of `now`. Whether it is still good is the caller's rule.

    `certificates`: numbers of the inspector's certificates (执法证件) that hold at `now`.
    """

    account_id: UUID
    sign_in: str
    display_name: str
    roles: frozenset[Role]
    office: str
    one_time: bool
    certificates: list[str]
    public_id: UUID
    kind: str
    csrf_secret: bytes
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    now: datetime
    kept: Kept | None = None
    """What is known of the idempotency key that was asked for with it."""
    beside: Lists | None = None
    """What was read with it."""


@dataclass(frozen=True, slots=True)
class ListedSession:
    """A sign-in in the person's own list."""

    public_id: UUID
    kind: str
    created_at: datetime
    last_seen_at: datetime


def app_now() -> "Function[datetime]":
    """The SQL clock."""
    return func.app_now(type_=DateTime(timezone=True))


def _roles(values: Iterable[str]) -> frozenset[Role]:
    return frozenset(Role(value) for value in values)


_NOW = Prepared(select(app_now()))


async def current_instant(place: Place) -> datetime:
    """app_now(), for a request that reads nothing else."""
    now = await _NOW.scalar(place)
    assert isinstance(now, datetime)
    return now


async def create_account(
    db: AsyncSession,
    *,
    sign_in: str,
    display_name: str,
    password_hash: str,
    roles: frozenset[Role],
    office: str = "",
    one_time: bool = False,
) -> UUID:
    """A new account; its id. `one_time`: the password must be changed at the first sign-in.

    Raises:
        SignInNameTaken: the name is in use; the transaction goes on.
    """
    account_id = uuid4()
    try:
        async with db.begin_nested():
            await db.execute(
                insert(AccountRow).values(
                    id=account_id,
                    sign_in=sign_in.lower(),
                    display_name=display_name,
                    password_hash=password_hash,
                    roles=sorted(role.value for role in roles),
                    office=office,
                    disabled=False,
                    created_at=app_now(),
                    password_changed_at=app_now(),
                    one_time=one_time,
                )
            )
    except IntegrityError as error:
        if "uq_accounts_sign_in" in str(error.orig):
            raise SignInNameTaken(sign_in) from error
        raise
    return account_id


async def find_account_id(db: AsyncSession, sign_in: str) -> UUID | None:
    """The account's id by sign-in name."""
    found = await db.execute(select(AccountRow.id).where(AccountRow.sign_in == sign_in.lower()))
    return found.scalar_one_or_none()


async def credentials(db: AsyncSession, sign_in: str) -> Credentials | None:
    """What to check a password against."""
    late = AccountRow.one_time & (AccountRow.password_changed_at <= app_now() - ONE_TIME_LIFETIME)
    found = await db.execute(select(AccountRow, late).where(AccountRow.sign_in == sign_in.lower()))
    known = found.one_or_none()
    if known is None:
        return None
    row, expired = known
    return Credentials(
        row.id, row.password_hash, _roles(row.roles), row.disabled, row.one_time, expired
    )


async def set_password_hash(
    db: AsyncSession, account_id: UUID, password_hash: str, *, changed: bool, one_time: bool = False
) -> None:
    """Stores a hash; `changed` is False when the same password was only hashed anew.

    A one-time password ends the calendar address too: somebody else may have made it.
    """
    values: dict[str, object] = {"password_hash": password_hash}
    if changed:
        values |= {"password_changed_at": app_now(), "one_time": one_time}
    await db.execute(update(AccountRow).where(AccountRow.id == account_id).values(values))
    if one_time:
        await end_calendar_feed_of(db, account_id)


async def set_roles(db: AsyncSession, account_id: UUID, roles: frozenset[Role]) -> None:
    """Changes what a person may do and ends their sign-ins: no old session keeps an old right."""
    await db.execute(
        update(AccountRow)
        .where(AccountRow.id == account_id)
        .values(roles=sorted(role.value for role in roles))
    )
    await end_sessions_of(db, account_id)


async def set_disabled(db: AsyncSession, account_id: UUID, disabled: bool) -> None:
    """Closes or reopens an account; closing ends its sign-ins and its calendar address."""
    await db.execute(
        update(AccountRow).where(AccountRow.id == account_id).values(disabled=disabled)
    )
    if disabled:
        await end_sessions_of(db, account_id)
        await end_calendar_feed_of(db, account_id)


async def end_calendar_feed_of(db: AsyncSession, account_id: UUID) -> bool:
    """Ends the account's calendar address for good; False where it has none."""
    ended = await db.execute(
        delete(CalendarFeedRow)
        .where(CalendarFeedRow.account_id == account_id)
        .returning(CalendarFeedRow.account_id)
    )
    return ended.scalar_one_or_none() is not None


async def open_session(
    db: AsyncSession,
    *,
    id_hash: bytes,
    account_id: UUID,
    kind: str,
    lifetime: timedelta,
    csrf_secret: bytes,
    user_agent_hash: bytes,
) -> datetime:
    """Stores a new sign-in; the instant at which it ends at the latest."""
    added = (
        insert(SessionRow)
        .values(
            id_hash=id_hash,
            public_id=uuid4(),
            account_id=account_id,
            kind=kind,
            created_at=app_now(),
            last_seen_at=app_now(),
            expires_at=app_now() + bindparam("lifetime", lifetime, Interval()),
            csrf_secret=csrf_secret,
            user_agent_hash=user_agent_hash,
        )
        .returning(SessionRow.expires_at)
    )
    return (await db.execute(added)).scalar_one()


_LOAD = (
    select(
        AccountRow.id,
        AccountRow.sign_in,
        AccountRow.display_name,
        AccountRow.roles,
        AccountRow.office,
        AccountRow.one_time,
        valid_numbers(AccountRow.__table__.c.id).label("certificates"),
        SessionRow.public_id,
        SessionRow.kind,
        SessionRow.csrf_secret,
        SessionRow.created_at,
        SessionRow.last_seen_at,
        SessionRow.expires_at,
        app_now().label("now"),
    )
    .join(AccountRow, AccountRow.id == SessionRow.account_id)
    .where(SessionRow.id_hash == bindparam("id_hash"), ~AccountRow.disabled)
)

_KEPT = [f.name for f in fields(Kept)]
_LOAD_UNDER_KEY = _LOAD.add_columns(*(getattr(IdempotencyRow, name) for name in _KEPT)).outerjoin(
    IdempotencyRow,
    (IdempotencyRow.person_id == cast(AccountRow.id, String))
    & (IdempotencyRow.key == bindparam("key")),
)


@cache
def _loaded(under_key: bool, beside: Together | None) -> Prepared:
    statement = _LOAD_UNDER_KEY if under_key else _LOAD
    return Prepared(statement if beside is None else statement.add_columns(*beside.arrays))


_TOUCH = Prepared(
    update(SessionRow)
    .where(SessionRow.id_hash == bindparam("which"))
    .values(last_seen_at=app_now())
)
_END = Prepared(delete(SessionRow).where(SessionRow.id_hash == bindparam("which")))


async def load_session(
    place: Place,
    id_hash: bytes,
    key: str | None = None,
    beside: Together | None = None,
    named: Mapping[str, Any] | None = None,
) -> OpenSession | None:
    """A sign-in by its token's digest; None when unknown or the account is closed.

    Args:
        key: an idempotency key of that person, to be looked up in the same round trip.
        beside: what the call is about, read in that round trip too: it is in `OpenSession.beside`.
        named: the parameters of `beside`.
    """
    more = {"key": key} if key is not None else {}
    statement = _loaded(key is not None, beside)
    row = await statement.first(place, id_hash=id_hash, **more, **(named or {}))
    if row is None:
        return None
    lists = beside.taken_from(row) if beside is not None else None
    kept = {name: row.pop(name) for name in _KEPT} if key is not None else {}
    account_id, sign_in, display_name, roles, *rest = row.values()
    rest += [Kept(**kept) if kept.get("digest") is not None else None, lists]
    return OpenSession(account_id, sign_in, display_name, _roles(roles), *rest)


async def touch_session(place: Place, id_hash: bytes) -> None:
    """Notes that the sign-in was used now."""
    await _TOUCH.run(place, which=id_hash)


async def end_session(place: Place, id_hash: bytes) -> None:
    """Ends one sign-in."""
    await _END.run(place, which=id_hash)


async def end_session_of(db: AsyncSession, account_id: UUID, public_id: UUID) -> bool:
    """Ends one of the person's own sign-ins; False where it is not theirs or not there."""
    ended = await db.execute(
        delete(SessionRow)
        .where(SessionRow.account_id == account_id, SessionRow.public_id == public_id)
        .returning(SessionRow.public_id)
    )
    return ended.scalar_one_or_none() is not None


async def end_sessions_of(db: AsyncSession, account_id: UUID, *, but: bytes | None = None) -> None:
    """Ends all sign-ins of an account, except one."""
    ended = delete(SessionRow).where(SessionRow.account_id == account_id)
    if but is not None:
        ended = ended.where(SessionRow.id_hash != but)
    await db.execute(ended)


async def end_expired_sessions(db: AsyncSession) -> None:
    """Removes rows past their absolute limit; they open nothing any more in any case."""
    await db.execute(delete(SessionRow).where(SessionRow.expires_at <= app_now()))


async def list_sessions(db: AsyncSession, account_id: UUID) -> Sequence[ListedSession]:
    """The person's sign-ins that have not reached their absolute limit, newest use first."""
    rows = await db.execute(
        select(
            SessionRow.public_id, SessionRow.kind, SessionRow.created_at, SessionRow.last_seen_at
        )
        .where(SessionRow.account_id == account_id, SessionRow.expires_at > app_now())
        .order_by(SessionRow.last_seen_at.desc())
        .limit(100)
    )
    return [ListedSession(*row) for row in rows]
