"""Reports of accidents of special equipment beside a report: of the same unit or device, still open."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.hazard_board import ACCIDENT
from storage.tables import CaseRow

CASES = CaseRow.__table__
MOST = 5


@dataclass(frozen=True, slots=True)
class Reported:
    """A report that the office has open: its number, and since when."""

    number: str
    opened_at: datetime


async def others_open(
    connection: AsyncConnection, case_id: UUID, uscc: str, device: str | None
) -> list[Reported]:
    """Open reports of the case's office that are not the case itself, the newest first; no more than five."""
    c = CASES.c
    own = select(c.office).where(c.case_id == case_id).scalar_subquery()
    same = [c.numbers["uscc"].astext == uscc]
    if device:
        same.append(c.numbers["device"].astext == device.upper())
    rows = await connection.execute(
        select(func.coalesce(c.receipt_no, ""), c.opened_at)
        .where(
            c.procedure == ACCIDENT,
            c.office == own,
            c.closed_at.is_(None),
            c.case_id != case_id,
            or_(*same),
        )
        .order_by(c.opened_at.desc(), c.case_id)
        .limit(MOST)
    )
    return [Reported(*row) for row in rows]
