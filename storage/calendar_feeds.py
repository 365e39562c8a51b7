"""Secret calendar addresses, and the running clocks that one of them may list."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from domain.clocks import Cause
from domain.roles import Role
from storage import admin_log
from storage.accounts import app_now, end_calendar_feed_of
from storage.prepared import Place, Prepared
from storage.tables import CaseEventRow, CaseRow, ClockRow
from storage.tables_accounts import AccountRow, CalendarFeedRow

FEEDS: Final = CalendarFeedRow.__table__
CASES: Final = CaseRow.__table__
CLOCKS: Final = ClockRow.__table__
# Events after which a clock ends on another day (`revise_clock` is the only way to one).
MOVING: Final = tuple(f"clock_{cause.value}" for cause in Cause)


@dataclass(frozen=True, slots=True)
class Feed:
    """A person's address, as the person sees it: never the address itself."""

    language: str
    include: tuple[str, ...]
    made_at: datetime
    last_fetched_on: date | None


@dataclass(frozen=True, slots=True)
class Opened:
    """Whose address was fetched, with the rights of this instant."""

    account_id: UUID
    roles: frozenset[Role]
    office: str
    language: str
    include: tuple[str, ...]
    last_fetched_on: date | None
    now: datetime


@dataclass(frozen=True, slots=True)
class DueClock:
    """A running clock of an open case. `owner` and `office` decide who may see it."""

    case_id: UUID
    key: str
    clock_id: str
    raw_end: date | None
    legal_end: date
    ends_at: datetime
    provisional: bool
    body: dict[str, Any]
    receipt_no: str | None
    procedure: str
    catalogue_version: str
    owner: str
    office: str

    @property
    def number(self) -> str:
        """The number people know the case by."""
        return self.receipt_no or str(self.case_id)


@dataclass(frozen=True, slots=True)
class Moved:
    """How often dates of a case were computed again, and when last."""

    times: int
    last: datetime


# -- addresses -------------------------------------------------------------------------------------


async def feed_of(place: AsyncConnection | AsyncSession, account_id: UUID) -> Feed | None:
    """The person's address, None where there is none."""
    c = FEEDS.c
    wanted = select(c.language, c.include, c.made_at, c.last_fetched_on)
    row = (await place.execute(wanted.where(c.account_id == account_id))).first()
    return Feed(row.language, tuple(row.include), row.made_at, row.last_fetched_on) if row else None


async def make(
    db: AsyncSession,
    account_id: UUID,
    *,
    token_hash: bytes,
    language: str,
    include: Collection[str],
    actor: str,
) -> None:
    """A new address in place of the one before, which opens nothing from now on."""
    values: dict[str, Any] = {
        "token_hash": token_hash,
        "language": language,
        "include": sorted(include),
        "made_at": app_now(),
        "last_fetched_on": None,
    }
    made = insert(CalendarFeedRow).values(account_id=account_id, **values)
    await db.execute(made.on_conflict_do_update(index_elements=["account_id"], set_=values))
    details = {"language": language, "include": sorted(include)}
    await _noted(db, "calendar_feed_made", account_id, actor, details)


async def revoke(db: AsyncSession, account_id: UUID, *, actor: str) -> bool:
    """The address opens nothing from now on; False where there was none."""
    ended = await end_calendar_feed_of(db, account_id)
    if ended:
        await _noted(db, "calendar_feed_revoked", account_id, actor, {})
    return ended


async def _noted(
    db: AsyncSession, act: str, account_id: UUID, actor: str, details: Mapping[str, Any]
) -> None:
    told = {"sign_in": actor, **details}
    await admin_log.note(db, actor=actor, act=act, subject=str(account_id), details=told)


_OPENED = Prepared(
    select(
        AccountRow.id,
        AccountRow.roles,
        AccountRow.office,
        CalendarFeedRow.language,
        CalendarFeedRow.include,
        CalendarFeedRow.last_fetched_on,
        app_now().label("now"),
    )
    .join(AccountRow, AccountRow.id == CalendarFeedRow.account_id)
    .where(
        CalendarFeedRow.token_hash == bindparam("token_hash"),
        ~AccountRow.disabled,
        ~AccountRow.one_time,
    )
)
_FETCHED = Prepared(
    update(CalendarFeedRow)
    .where(CalendarFeedRow.account_id == bindparam("which"))
    .values(last_fetched_on=bindparam("day"))
)


async def opened(place: Place, token_hash: bytes) -> Opened | None:
    """The owner by the token's digest; None alike for unknown, revoked, and accounts that open nothing."""
    row = await _OPENED.first(place, token_hash=token_hash)
    if row is None:
        return None
    return Opened(
        account_id=row["id"],
        roles=frozenset(Role(value) for value in row["roles"]),
        office=row["office"],
        language=row["language"],
        include=tuple(row["include"]),
        last_fetched_on=row["last_fetched_on"],
        now=row["now"],
    )


async def fetched(place: Place, account_id: UUID, day: date) -> None:
    """Notes the day on which the address was used last."""
    await _FETCHED.run(place, which=account_id, day=day)


# -- what it lists ---------------------------------------------------------------------------------


def _running() -> Select[Any]:
    c, of = CLOCKS.c, CASES.c
    return (
        select(
            c.case_id,
            c.key,
            c.clock_id,
            c.raw_end,
            c.legal_end,
            c.ends_at,
            c.provisional,
            c.body,
            of.receipt_no,
            of.procedure,
            of.catalogue_version,
            of.owner,
            of.office,
        )
        .join_from(CLOCKS, CASES, of.case_id == c.case_id)
        .where(c.state == "running", of.closed_at.is_(None))
        .order_by(c.ends_at, c.case_id, c.key)
    )


async def clocks_owned(connection: AsyncConnection, owner: str, limit: int) -> list[DueClock]:
    """Every running clock of the open cases that this person applied for, the first to end first."""
    rows = await connection.execute(_running().where(CASES.c.owner == owner).limit(limit))
    return [DueClock(*row) for row in rows]


async def clocks_named(
    connection: AsyncConnection, keys: Collection[tuple[UUID, str]]
) -> list[DueClock]:
    """These clocks, by case and key; what ended meanwhile is left out."""
    if not keys:
        return []
    cases = {case_id for case_id, _key in keys}
    rows = await connection.execute(_running().where(CLOCKS.c.case_id.in_(cases)))
    return [DueClock(*row) for row in rows if (row.case_id, row.key) in keys]


async def moved(connection: AsyncConnection, cases: Collection[UUID]) -> dict[UUID, Moved]:
    """How often dates of these cases moved; a case that is missing never had one move."""
    if not cases:
        return {}
    e = CaseEventRow.__table__.c
    rows = await connection.execute(
        select(e.case_id, func.count(), func.max(e.at))
        .where(e.case_id.in_(set(cases)), e.kind.in_(MOVING))
        .group_by(e.case_id)
    )
    return {case_id: Moved(times, last) for case_id, times, last in rows}
