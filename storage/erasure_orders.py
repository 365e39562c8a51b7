"""Which cases may be erased, by whose order, and carrying it out in bounded turns.

How long a case is kept is the archive's decision, not ours: an order names the day before which its cases
were closed, and its ground. Nothing is erased without a second person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from storage import admin_log
from storage.erasure import erase
from storage.keys import CaseKeys
from storage.tables import ActRow, CaseKeyRow, CaseRow, FileRow
from storage.tables_accounts import AccountRow
from storage.tables_erasure import ErasureCaseRow, ErasureOrderRow

# The engine's history must be in the record before the key goes: a destroyed key seals nothing any more.
KEPT = "engine_history"


class NoSuchOrder(LookupError):
    """No order of this number."""


class OrderSettled(Exception):
    """The order was confirmed or dropped before."""


class SamePerson(Exception):
    """Whoever ordered an erasure cannot confirm it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A closed case that may be put on an order."""

    case_id: UUID
    receipt_no: str | None
    procedure: str
    outcome: str | None
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class Order:
    """An order with how far it is."""

    id: int
    ground: str
    ordered_by: str
    ordered_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None
    dropped_at: datetime | None
    cases: int
    erased: int

    @property
    def state(self) -> str:
        """ordered, confirmed, done or dropped."""
        if self.dropped_at is not None:
            return "dropped"
        if self.confirmed_at is None:
            return "ordered"
        return "done" if self.erased == self.cases else "confirmed"


def _candidates(
    closed_before: datetime, procedure: str | None, outcome: str | None
) -> "Select[UUID, str | None, str, str | None, datetime]":
    on_order = (
        select(ErasureCaseRow.case_id)
        .join(ErasureOrderRow, ErasureOrderRow.id == ErasureCaseRow.order_id)
        .where(ErasureCaseRow.case_id == CaseRow.case_id, ErasureOrderRow.dropped_at.is_(None))
    )
    history = select(FileRow.id).where(FileRow.case_id == CaseRow.case_id, FileRow.part == KEPT)
    waiting = select(ActRow.id).where(ActRow.case_id == CaseRow.case_id, ActRow.state == "received")
    chosen = (
        select(
            CaseRow.case_id,
            CaseRow.receipt_no,
            CaseRow.procedure,
            CaseRow.outcome,
            func.coalesce(CaseRow.closed_at, CaseRow.opened_at),
        )
        .join(CaseKeyRow, CaseKeyRow.case_id == CaseRow.case_id)
        .where(
            CaseRow.closed_at < closed_before,
            CaseKeyRow.key_id != "destroyed",
            history.exists(),
            ~waiting.exists(),
            ~on_order.exists(),
        )
        .order_by(CaseRow.closed_at, CaseRow.case_id)
    )
    if procedure is not None:
        chosen = chosen.where(CaseRow.procedure == procedure)
    if outcome is not None:
        chosen = chosen.where(CaseRow.outcome == outcome)
    return chosen


async def candidates(
    connection: AsyncConnection | AsyncSession,
    closed_before: datetime,
    *,
    procedure: str | None = None,
    outcome: str | None = None,
    limit: int,
) -> Sequence[Candidate]:
    """The oldest first: closed before the instant, whole in the record, on no order yet."""
    rows = await connection.execute(_candidates(closed_before, procedure, outcome).limit(limit))
    return [Candidate(*row) for row in rows]


async def order(
    db: AsyncSession, cases: Sequence[UUID], *, by: UUID, actor: str, ground: str
) -> int:
    """A new order, which still needs a second person; its number."""
    made = insert(ErasureOrderRow).values(ground=ground, ordered_by=by, ordered_at=func.app_now())
    number = (await db.execute(made.returning(ErasureOrderRow.id))).scalar_one()
    await db.execute(insert(ErasureCaseRow), [{"order_id": number, "case_id": c} for c in cases])
    details = {"order": number, "cases": len(cases), "ground": ground, "person": str(by)}
    await admin_log.note(
        db, actor=actor, act="erasure_ordered", subject=f"order {number}", details=details
    )
    return number


async def confirm(db: AsyncSession, number: int, *, by: UUID, actor: str) -> None:
    """The second person agrees: from now on it is carried out.

    Raises:
        NoSuchOrder: unknown number.
        OrderSettled: confirmed or dropped before.
        SamePerson: it is the one who ordered it.
    """
    row = await _open(db, number)
    if row.ordered_by == by:
        raise SamePerson(str(number))
    row.confirmed_by = by
    row.confirmed_at = await db.scalar(select(func.app_now()))
    await admin_log.note(
        db,
        actor=actor,
        act="erasure_confirmed",
        subject=f"order {number}",
        details={"order": number, "person": str(by), "ordered_by": str(row.ordered_by)},
    )


async def drop(db: AsyncSession, number: int, *, by: UUID, actor: str) -> None:
    """An order that is not confirmed is taken back; either person may. Raises like `confirm`."""
    row = await _open(db, number)
    row.dropped_at = await db.scalar(select(func.app_now()))
    await admin_log.note(
        db,
        actor=actor,
        act="erasure_dropped",
        subject=f"order {number}",
        details={"order": number, "person": str(by)},
    )


async def _open(db: AsyncSession, number: int) -> ErasureOrderRow:
    row = await db.get(ErasureOrderRow, number, with_for_update=True)
    if row is None:
        raise NoSuchOrder(str(number))
    if row.confirmed_at is not None or row.dropped_at is not None:
        raise OrderSettled(str(number))
    return row


async def orders(connection: AsyncConnection | AsyncSession, limit: int) -> Sequence[Order]:
    """The newest first."""
    first, second = AccountRow.__table__.alias("first"), AccountRow.__table__.alias("second")
    o, c = ErasureOrderRow.__table__.c, ErasureCaseRow.__table__.c
    rows = await connection.execute(
        select(
            o.id,
            o.ground,
            func.coalesce(first.c.sign_in, ""),
            o.ordered_at,
            second.c.sign_in,
            o.confirmed_at,
            o.dropped_at,
            func.count(c.case_id),
            func.count(c.erased_at),
        )
        .select_from(ErasureOrderRow.__table__.join(ErasureCaseRow.__table__))
        .outerjoin(first, first.c.id == o.ordered_by)
        .outerjoin(second, second.c.id == o.confirmed_by)
        .group_by(o.id, first.c.sign_in, second.c.sign_in)
        .order_by(o.id.desc())
        .limit(limit)
    )
    return [Order(*row) for row in rows]


async def carry_out(engine: AsyncEngine, keys: CaseKeys, *, limit: int, actor: str) -> int:
    """Erases up to `limit` cases of confirmed orders; how many. Idempotent, also after a crash between two steps."""
    async with engine.connect() as connection:
        due = (
            await connection.execute(
                select(ErasureCaseRow.order_id, ErasureCaseRow.case_id)
                .join(ErasureOrderRow, ErasureOrderRow.id == ErasureCaseRow.order_id)
                .where(
                    ErasureCaseRow.erased_at.is_(None),
                    ErasureOrderRow.confirmed_at.is_not(None),
                    ErasureOrderRow.dropped_at.is_(None),
                )
                .order_by(ErasureCaseRow.order_id, ErasureCaseRow.case_id)
                .limit(limit)
            )
        ).all()
    for number, case_id in due:
        await erase(engine, keys, case_id)
        async with engine.begin() as connection:
            marked = await connection.execute(
                update(ErasureCaseRow)
                .where(
                    ErasureCaseRow.order_id == number,
                    ErasureCaseRow.case_id == case_id,
                    ErasureCaseRow.erased_at.is_(None),
                )
                .values(erased_at=func.app_now())
                .returning(ErasureCaseRow.case_id)
            )
            if marked.first() is not None:
                await admin_log.note(
                    connection,
                    actor=actor,
                    act="case_erased",
                    subject=str(case_id),
                    details={"order": number},
                )
    return len(due)
