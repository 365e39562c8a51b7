"""The cases behind a figure of the overview: accidents of a stage and class, duties that were done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import CaseRow

CASES = CaseRow.__table__


@dataclass(frozen=True)
class Behind:
    """Which cases. `office` is the authorisation.

    Attributes:
        stages: in one of these; empty: in any.
        grade: of an accident its class, "" before it is known; None: any.
        opened_since: included, as is `closed_since`.
    """

    office: str
    procedure: str
    stages: Sequence[str] = ()
    grade: str | None = None
    opened_since: datetime | None = None
    closed_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One case of the list."""

    case_id: UUID
    number: str
    title: str
    procedure: str
    catalogue_version: str
    stage: str
    grade: str
    device: str
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True)
class After:
    """The last case seen."""

    opened_at: datetime
    case_id: UUID


def list_query(behind: Behind, after: After | None = None, limit: int = 50) -> Select[Any]:
    """The cases, the newest first."""
    c = CASES.c
    grade = func.coalesce(c.decision["grade"].astext, "")
    conditions: list[ColumnElement[bool]] = [
        c.procedure == behind.procedure,
        c.office == behind.office,
    ]
    conditions += [c.stage.in_(list(behind.stages))] if behind.stages else []
    conditions += [grade == behind.grade] if behind.grade is not None else []
    conditions += [c.opened_at >= behind.opened_since] if behind.opened_since else []
    conditions += [c.closed_at >= behind.closed_since] if behind.closed_since else []
    if after is not None:
        place = (literal(after.opened_at, c.opened_at.type), literal(after.case_id, c.case_id.type))
        conditions.append(tuple_(c.opened_at, c.case_id) < tuple_(*place))
    return (
        select(
            c.case_id,
            func.coalesce(c.receipt_no, "").label("number"),
            c.title,
            c.procedure,
            c.catalogue_version,
            c.stage,
            grade.label("grade"),
            func.coalesce(c.numbers["device"].astext, "").label("device"),
            c.opened_at,
            c.closed_at,
        )
        .where(*conditions)
        .order_by(c.opened_at.desc(), c.case_id.desc())
        .limit(limit)
    )


async def listed(
    connection: AsyncConnection, behind: Behind, after: After | None = None, limit: int = 50
) -> list[Found]:
    """A page of the list."""
    return [Found(*row) for row in await connection.execute(list_query(behind, after, limit))]
