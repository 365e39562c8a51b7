"""Certificates of inspectors (执法证件): who holds one now, and the administrator's register of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    ScalarSelect,
    Text,
    and_,
    cast,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from domain.officer_certificates import Certificate, CertificateKind
from domain.roles import Role
from law.zone import civil_date
from storage.tables_accounts import AccountRow
from storage.tables_field import OfficerCertificateRow

C = OfficerCertificateRow.__table__.c
A = AccountRow.__table__.c


class NumberTaken(Exception):
    """The number stands in the register already; `holder` is whose it is."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


@dataclass(frozen=True, slots=True)
class Listed:
    """A certificate as the administrator sees it."""

    id: UUID
    account_id: UUID
    sign_in: str
    name: str
    kind: str
    number: str
    valid_from: date
    valid_until: date
    added_by: str
    added_at: datetime
    revoked_by: str | None
    revoked_at: datetime | None
    revoked_reason: str | None


@dataclass(frozen=True, slots=True)
class Named:
    """An inspector of the office with all the certificates that were ever registered."""

    person_id: str
    name: str
    certificates: tuple[Certificate, ...]


def _now() -> ColumnElement[datetime]:
    return func.app_now(type_=DateTime(timezone=True))


def _today() -> ColumnElement[date]:
    return cast(func.timezone("Asia/Shanghai", _now()), Date)


def valid_numbers(account: ColumnElement[UUID]) -> ScalarSelect[Any]:
    """Numbers of the account's certificates that hold now, as a column beside the account."""
    none = cast([], ARRAY(Text))
    return (
        select(func.coalesce(func.array_agg(aggregate_order_by(C.number, C.number)), none))
        .where(
            C.account_id == account,
            C.valid_from <= _today(),
            C.valid_until >= _today(),
            or_(C.revoked_at.is_(None), C.revoked_at > _now()),
        )
        .correlate(AccountRow)
        .scalar_subquery()
    )


async def inspectors(
    connection: AsyncConnection, office: str, names: Sequence[str] | None = None
) -> list[Named]:
    """Inspectors in office, by name; those of the names where they are given."""
    chosen = and_(
        A.office == office, A.disabled.is_(False), A.roles.contains([Role.INSPECTOR.value])
    )
    if names is not None:
        chosen = and_(chosen, A.display_name.in_(names))
    rows = await connection.execute(
        select(A.id, A.display_name, C.number, C.kind, C.valid_from, C.valid_until, C.revoked_at)
        .select_from(AccountRow.__table__.outerjoin(OfficerCertificateRow, C.account_id == A.id))
        .where(chosen)
        .order_by(A.display_name, A.id, C.valid_until, C.number)
    )
    found: dict[str, tuple[str, list[Certificate]]] = {}
    for row in rows:
        _name, held = found.setdefault(str(row.id), (row.display_name, []))
        if row.number is not None:
            held.append(
                Certificate(
                    person_id=str(row.id),
                    name=row.display_name,
                    number=row.number,
                    kind=row.kind,
                    valid_from=row.valid_from,
                    valid_until=row.valid_until,
                    revoked_on=civil_date(row.revoked_at) if row.revoked_at else None,
                )
            )
    return [Named(ident, name, tuple(held)) for ident, (name, held) in found.items()]


async def registered(
    db: AsyncSession | AsyncConnection, office: str, *, ident: UUID | None = None
) -> list[Listed]:
    """The office's certificates by person, what ends last first; one of them where `ident` is given."""
    query = (
        select(
            C.id,
            C.account_id,
            A.sign_in,
            A.display_name.label("name"),
            C.kind,
            C.number,
            C.valid_from,
            C.valid_until,
            C.added_by,
            C.added_at,
            C.revoked_by,
            C.revoked_at,
            C.revoked_reason,
        )
        .join(AccountRow, A.id == C.account_id)
        .where(A.office == office)
    )
    if ident is not None:
        query = query.where(C.id == ident)
    rows = await db.execute(
        query.order_by(A.display_name, A.sign_in, C.valid_until.desc(), C.number)
    )
    return [Listed(**row._mapping) for row in rows]


async def add(
    db: AsyncSession,
    *,
    account_id: UUID,
    kind: CertificateKind,
    number: str,
    valid_from: date,
    valid_until: date,
    by: str,
) -> UUID:
    """A new certificate; its id. A renewal under the old number begins on another day.

    Raises:
        NumberTaken: another account has the number, or this one has it from the same day.
    """
    same = and_(C.kind == kind.value, C.number == number)
    held = await db.execute(
        select(A.display_name)
        .join(OfficerCertificateRow, C.account_id == A.id)
        .where(same, or_(C.account_id != account_id, C.valid_from == valid_from))
        .limit(1)
    )
    if (holder := held.scalar_one_or_none()) is not None:
        raise NumberTaken(holder)
    ident = uuid4()
    try:
        async with db.begin_nested():
            await db.execute(
                insert(OfficerCertificateRow).values(
                    id=ident,
                    account_id=account_id,
                    kind=kind.value,
                    number=number,
                    valid_from=valid_from,
                    valid_until=valid_until,
                    added_by=by[:64],
                    added_at=_now(),
                )
            )
    except IntegrityError as error:
        # Somebody else entered it between the look and the writing.
        raise NumberTaken("") from error
    return ident


async def revoke(db: AsyncSession, ident: UUID, *, by: str, reason: str) -> bool:
    """Ends a certificate now; False where it was revoked before."""
    changed = await db.execute(
        update(OfficerCertificateRow)
        .where(C.id == ident, C.revoked_at.is_(None))
        .values(revoked_by=by[:64], revoked_at=_now(), revoked_reason=reason)
        .returning(C.id)
    )
    return changed.scalar_one_or_none() is not None
