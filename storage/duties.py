"""What units must do every year (责任书, 预案, 演练): how many are done, due and overdue, and which they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, literal, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.devices import DEVICES
from storage.obligations import ENDED, OBLIGATIONS
from storage.tables import CaseRow

CASES = CaseRow.__table__
YEARLY: Final = ("se_responsibility_pledge", "se_emergency_plan", "se_emergency_drill")
FULFILLED: Final = ("fulfilled", "fulfilled_late")
"""Stages in which the case of a duty ends well."""
PAGE: Final = 50


class DutyStanding(StrEnum):
    """How a unit's duty stands on a civil day."""

    CURRENT = "current"
    """Nothing is to be done yet."""
    DUE = "due"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Duties:
    """One duty over all units of the office; `done` and `done_late` since the beginning of the year."""

    procedure: str
    current: int = 0
    due: int = 0
    overdue: int = 0
    done: int = 0
    done_late: int = 0


@dataclass(frozen=True, slots=True)
class Duty:
    """One unit's duty, its term as it runs, and the case that is at it."""

    id: UUID
    procedure: str
    subject: str
    uscc: str
    unit: str
    since: date
    due_on: date
    standing: str
    case_id: UUID | None
    case_number: str | None


@dataclass(frozen=True)
class After:
    """The last duty seen."""

    due_on: date
    id: UUID


def standing_of(today: date) -> ColumnElement[str]:
    o = OBLIGATIONS.c
    return case(
        (o.due_on < today, DutyStanding.OVERDUE.value),
        (o.opens_on <= today, DutyStanding.DUE.value),
        else_=DutyStanding.CURRENT.value,
    )


def counts_query(office: str, today: date) -> Select[Any]:
    """How many of each duty stand how."""
    o = OBLIGATIONS.c
    return (
        select(o.procedure, standing_of(today).label("standing"), func.count().label("n"))
        .where(o.office == office, o.procedure.in_(YEARLY), o.state != ENDED)
        .group_by(o.procedure, "standing")
    )


def done_query(office: str, year: datetime) -> Select[Any]:
    """How many cases of each duty ended well since the instant."""
    c = CASES.c
    return (
        select(c.procedure, c.stage, func.count().label("n"))
        .where(
            c.procedure.in_(YEARLY),
            c.stage.in_(FULFILLED),
            c.office == office,
            c.closed_at >= year,
        )
        .group_by(c.procedure, c.stage)
    )


async def counts(
    connection: AsyncConnection, office: str, today: date, year: datetime
) -> list[Duties]:
    """Every yearly duty, also one that nobody has. `year`: the instant at which the civil year began."""
    found: dict[str, dict[str, int]] = {procedure: {} for procedure in YEARLY}
    for row in await connection.execute(counts_query(office, today)):
        found[row.procedure][row.standing] = row.n
    for row in await connection.execute(done_query(office, year)):
        found[row.procedure]["done" if row.stage == "fulfilled" else "done_late"] = row.n
    return [Duties(procedure, **figures) for procedure, figures in found.items()]


def list_query(
    office: str,
    today: date,
    *,
    procedure: str = "",
    standing: DutyStanding | None = None,
    uscc: str = "",
    after: After | None = None,
    limit: int = PAGE,
) -> Select[Any]:
    """Duties of units, the longest overdue first."""
    o, d = OBLIGATIONS.c, DEVICES.c
    # A unit is called as its devices say; of several spellings the one of the first code.
    unit = select(d.unit).where(d.uscc == o.uscc).order_by(d.code).limit(1).lateral("unit")
    conditions: list[ColumnElement[bool]] = [
        o.office == office,
        o.procedure == procedure if procedure else o.procedure.in_(YEARLY),
        o.state != ENDED,
    ]
    if standing is not None:
        conditions += {
            DutyStanding.OVERDUE: [o.due_on < today],
            DutyStanding.DUE: [o.due_on >= today, o.opens_on <= today],
            DutyStanding.CURRENT: [o.opens_on > today, o.due_on >= today],
        }[standing]
    if uscc:
        conditions.append(o.uscc == uscc)
    if after is not None:
        place = tuple_(literal(after.due_on), literal(after.id, o.id.type))
        conditions.append(tuple_(o.due_on, o.id) > place)
    return (
        select(
            o.id,
            o.procedure,
            o.subject,
            o.uscc,
            func.coalesce(unit.c.unit, "").label("unit"),
            o.since,
            o.due_on,
            standing_of(today).label("standing"),
            o.case_id,
            CASES.c.receipt_no.label("case_number"),
        )
        .select_from(
            OBLIGATIONS.outerjoin(CASES, CASES.c.case_id == o.case_id).outerjoin(unit, true())
        )
        .where(*conditions)
        .order_by(o.due_on, o.id)
        .limit(limit)
    )


async def listed(connection: AsyncConnection, statement: Select[Any]) -> Sequence[Duty]:
    """What `list_query` asks for."""
    return [Duty(*row) for row in await connection.execute(statement)]
