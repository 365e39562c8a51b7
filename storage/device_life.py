"""The whole life of one device (一台设备的全过程): its duties, and every case that names it, with what these led to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CompoundSelect, Select, func, literal, null, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.devices import DEVICES
from storage.obligations import OBLIGATIONS
from storage.tables import CaseLinkRow, CaseRow, ClockRow, DocumentRow
from storage.tables_devices import DeviceRow

CASES = CaseRow.__table__
CLOCKS = ClockRow.__table__
LINKS = CaseLinkRow.__table__
PAPERS = DocumentRow.__table__
MOST: Final = 500
"""Cases that are shown of one device, the newest; nobody has met one with more."""
TERM_CLOCK: Final = "O01"


@dataclass(frozen=True, slots=True)
class LifeCase:
    """A case in a device's life. `through`: the case that opened it, of a seizure."""

    case_id: UUID
    number: str
    procedure: str
    catalogue_version: str
    stage: str
    grade: str
    opened_at: datetime
    closed_at: datetime | None
    through: UUID | None


@dataclass(frozen=True, slots=True)
class TermSeen:
    """A term of the inspection as its case counted it; the days are civil."""

    case_id: UUID
    since: datetime
    due_on: date


async def of_office(connection: AsyncConnection, office: str, code: str) -> DeviceRow | None:
    """The device, where it is in this office's register; None otherwise."""
    rows = await connection.execute(
        select(DEVICES).where(DEVICES.c.code == code, DEVICES.c.office == office)
    )
    row = rows.mappings().first()
    return None if row is None else DeviceRow(**row)


def _case(through: Any) -> list[Any]:
    c = CASES.c
    return [
        c.case_id,
        func.coalesce(c.receipt_no, "").label("number"),
        c.procedure,
        c.catalogue_version,
        c.stage,
        func.coalesce(c.decision["grade"].astext, "").label("grade"),
        c.opened_at,
        c.closed_at,
        through.label("through"),
    ]


def _own(code: str, registered_by: UUID | None) -> CompoundSelect[Any]:
    """Ids of the cases that name the device, that registered it, that are at one of its duties."""
    c, o = CASES.c, OBLIGATIONS.c
    named = select(c.case_id).where(c.numbers.has_key("device"), c.numbers["device"].astext == code)
    at_duty = select(o.case_id).where(o.subject == code, o.case_id.is_not(None))
    if registered_by is None:
        return union(named, at_duty)
    return union(named, at_duty, select(literal(registered_by, c.case_id.type)))


def own_query(office: str, code: str, registered_by: UUID | None) -> Select[Any]:
    """The device's own cases, the newest first."""
    c = CASES.c
    return (
        select(*_case(null()))
        .where(c.case_id.in_(_own(code, registered_by)), c.office == office)
        .order_by(c.opened_at.desc(), c.case_id)
        .limit(MOST)
    )


async def cases(
    connection: AsyncConnection, office: str, code: str, registered_by: UUID | None
) -> list[LifeCase]:
    """Every case of its life: its own, the newest first, and then what its hazards had seized."""
    rows = await connection.execute(own_query(office, code, registered_by))
    own = [LifeCase(*row) for row in rows]
    seized = (
        select(*_case(LINKS.c.parent_case))
        .select_from(LINKS.join(CASES, CASES.c.case_id == LINKS.c.child_case))
        .where(
            LINKS.c.parent_case.in_([one.case_id for one in own]),
            LINKS.c.procedure == "seizure",
            CASES.c.office == office,
        )
        .order_by(CASES.c.opened_at, CASES.c.case_id)
    )
    return own + [LifeCase(*row) for row in await connection.execute(seized)]


async def terms(connection: AsyncConnection, inspections: Sequence[UUID]) -> list[TermSeen]:
    """The terms of the inspection that these cases were about, the first to end first."""
    k = CLOCKS.c
    rows = await connection.execute(
        select(k.case_id, k.trigger, k.legal_end)
        .where(k.case_id.in_(list(inspections)), k.clock_id == TERM_CLOCK)
        .order_by(k.legal_end, k.case_id)
    )
    return [TermSeen(*row) for row in rows]


async def stop_orders(connection: AsyncConnection, hazards: Sequence[UUID]) -> dict[UUID, datetime]:
    """By hazard the instant of the order to stop the use (责令停止使用通知书)."""
    p = PAPERS.c
    rows = await connection.execute(
        select(p.case_id, func.min(p.issued_at))
        .where(p.case_id.in_(list(hazards)), p.kind == "stop_use_order")
        .group_by(p.case_id)
    )
    return {case_id: at for case_id, at in rows}
