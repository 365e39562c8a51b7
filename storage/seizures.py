"""Seizures (查封、扣押) of one party, as the next one has to know them: which there were, and how they ended."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import CaseLinkRow, CaseRow

CASES = CaseRow.__table__
PARENTS = CaseRow.__table__.alias("parents")
LINKS = CaseLinkRow.__table__

SEIZURE: Final = "seizure"
CARRIED_OUT: Final = (
    "reporting",
    "confirming",
    "sealed",
    "lifting",
    "released",
    "confiscated",
)
"""Stages of a seizure that was carried out; there are few of one party, found by `ix_cases_procedure_stage`."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A seizure that was carried out before. `device`: of the hazard that had it opened; `ended`, `reasons`: how and why, "" while it lasts."""

    case_id: UUID
    number: str
    closed_at: datetime | None
    ended: str
    reasons: str
    device: str


async def earlier(
    connection: AsyncConnection, office: str, uscc: str, case_id: UUID, before: datetime
) -> list[Earlier]:
    """Of the party, opened before the instant and carried out, the newest first; the case itself left out."""
    c = CASES.c
    rows = await connection.execute(
        select(
            c.case_id,
            func.coalesce(c.case_no, c.receipt_no, ""),
            c.closed_at,
            func.coalesce(c.decision["ended"].astext, ""),
            func.coalesce(c.decision["end_reasons"].astext, ""),
            func.coalesce(PARENTS.c.numbers["device"].astext, ""),
        )
        .select_from(
            CASES.outerjoin(LINKS, LINKS.c.child_case == c.case_id).outerjoin(
                PARENTS, PARENTS.c.case_id == LINKS.c.parent_case
            )
        )
        .where(
            c.procedure == SEIZURE,
            c.stage.in_(CARRIED_OUT),
            c.office == office,
            c.numbers["uscc"].astext == uscc,
            c.case_id != case_id,
            c.opened_at <= before,
        )
        .order_by(c.opened_at.desc(), c.case_id)
    )
    return [Earlier(*row) for row in rows]


async def device_of(connection: AsyncConnection, case_id: UUID) -> str:
    """The device that a hazard's case is about; "" where it names none."""
    device = CASES.c.numbers["device"].astext
    found = await connection.execute(select(device).where(CASES.c.case_id == case_id))
    return found.scalar_one_or_none() or ""
