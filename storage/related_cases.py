"""Cases beside a case, in either direction: what opened it, what it opened, and what it waits for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.prepared import Place, Prepared
from storage.tables import CaseLinkRow, CaseRow

CASES = CaseRow.__table__


@dataclass(frozen=True)
class Related:
    """A case beside another one: opened by it (`parent` False), or the one that opened it.

    The last three as the case itself shows them: how it stands by its own account, and since when.
    """

    parent: bool
    item: str
    state: str
    outcome: str
    case_id: UUID
    number: str
    procedure: str
    catalogue_version: str
    table_version: str
    stage: str
    accepted_at: datetime | None
    decision: dict[str, Any]
    passed: list[dict[str, Any]]


async def related(connection: AsyncConnection, case_id: UUID) -> list[Related]:
    """Related cases in either direction that are readable, the parent first, then by item."""
    link = CaseLinkRow.__table__
    found: list[Related] = []
    for parent, own, other in (
        (True, link.c.child_case, link.c.parent_case),
        (False, link.c.parent_case, link.c.child_case),
    ):
        rows = await connection.execute(
            select(
                literal(parent).label("parent"),
                link.c.item,
                link.c.state,
                link.c.outcome,
                CASES.c.case_id,
                func.coalesce(CASES.c.receipt_no, "").label("number"),
                CASES.c.procedure,
                CASES.c.catalogue_version,
                CASES.c.table_version,
                CASES.c.stage,
                CASES.c.accepted_at,
                CASES.c.decision,
                CASES.c.passed,
            )
            .join_from(link, CASES, CASES.c.case_id == other)
            .where(own == case_id)
            .order_by(link.c.item)
        )
        found += [Related(**row._mapping) for row in rows]
    return found


_OPEN_CHILD = Prepared(
    select(CaseLinkRow.child_case).where(
        CaseLinkRow.parent_case == bindparam("case_id"),
        CaseLinkRow.item == bindparam("item"),
        CaseLinkRow.state == "open",
    )
)


async def open_child(place: Place, case_id: UUID, item: str) -> UUID | None:
    """The related case that this one opened for the item and that has not ended by its word; None where there is none."""
    found: UUID | None = await _OPEN_CHILD.scalar(place, case_id=case_id, item=item)
    return found


async def opener_of(connection: AsyncConnection, case_id: UUID) -> tuple[UUID, str] | None:
    """The case that laid out this draft, and for which item; None for a draft of the owner's own."""
    link = CaseLinkRow.__table__
    row = (
        await connection.execute(
            select(link.c.parent_case, link.c.item).where(
                link.c.child_case == case_id, link.c.state == "draft"
            )
        )
    ).first()
    return (row.parent_case, row.item) if row else None
