"""Open hazards of special equipment (特种设备事故隐患整治), as the board shows them: cards with what holds them and what is in force.

There are hundreds of open hazards, not hundreds of thousands: they are found by their stages in `ix_cases_procedure_stage`, and
sorted; what belongs to the cards of a page is read for these cards alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.devices import DEVICES
from storage.tables import CaseLinkRow, CaseRow, ClockRow, DocumentRow, TaskRow

CASES = CaseRow.__table__
CLOCKS = ClockRow.__table__
TASKS = TaskRow.__table__
LINKS = CaseLinkRow.__table__
PAPERS = DocumentRow.__table__

HAZARD: Final = "se_hazard_rectification"
ACCIDENT: Final = "se_accident_report"
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "inspected": ("inspected",),
    "graded": ("graded",),
    "instructing": ("instructing",),
    "rectifying": ("rectifying",),
    "recheck": ("recheck",),
    "penalty": ("penalty",),
    "releasing": ("releasing", "archiving"),
}
"""The board's columns, and the stages of each."""
OPEN_STAGES: Final = tuple(stage for stages in COLUMNS.values() for stage in stages)
UNGRADED: Final = "none"
NEVER: Final = datetime.fromisoformat("9999-12-31T00:00:00+00:00")
"""Where a case stands in the order of ends that has none."""
Sort = Literal["age", "due"]


@dataclass(frozen=True)
class Scope:
    """Which hazards. `office` is the authorisation.

    Attributes:
        column: one of COLUMNS.
        grade: of `domain.hazards`, or UNGRADED.
        opened_from: the earliest instant of opening; `opened_before` is exclusive.
        text: of the unit's name, or a code or number as it is.
        uscc: the whole code of the unit.
    """

    office: str
    column: str = ""
    grade: str = ""
    opened_from: datetime | None = None
    opened_before: datetime | None = None
    text: str = ""
    uscc: str = ""


@dataclass(frozen=True)
class After:
    """The last card seen, by its place in the order."""

    at: datetime
    case_id: UUID


@dataclass(frozen=True, slots=True)
class Card:
    """One open hazard. `device`, `place`: empty where the case or the register does not say; `ends_at`: of its first running clock."""

    case_id: UUID
    number: str
    title: str
    stage: str
    grade: str
    opened_at: datetime
    device: str
    place: str
    ends_at: datetime
    role: str | None
    holder_name: str | None
    task_id: str | None
    stopped_at: datetime | None


@dataclass(frozen=True, slots=True)
class Measure:
    """A seizure that the hazard opened, whatever became of it."""

    hazard: UUID
    case_id: UUID
    number: str
    stage: str
    open: bool


def _conditions(scope: Scope) -> list[ColumnElement[bool]]:
    c = CASES.c
    stages = COLUMNS[scope.column] if scope.column else OPEN_STAGES
    found: list[ColumnElement[bool]] = [
        c.procedure == HAZARD,
        c.stage.in_(stages),
        c.office == scope.office,
        c.closed_at.is_(None),
    ]
    grade = func.coalesce(c.decision["grade"].astext, "")
    if scope.grade:
        found.append(grade == ("" if scope.grade == UNGRADED else scope.grade))
    found += [c.opened_at >= scope.opened_from] if scope.opened_from else []
    found += [c.opened_at < scope.opened_before] if scope.opened_before else []
    found += [c.numbers["uscc"].astext == scope.uscc] if scope.uscc else []
    if scope.text:
        said = scope.text.upper()
        found.append(
            or_(
                c.title.icontains(scope.text, autoescape=True),
                c.numbers["device"].astext.startswith(said, autoescape=True),
                c.numbers["uscc"].astext == said,
                c.receipt_no == scope.text,
                c.case_no == scope.text,
            )
        )
    return found


def _clock() -> Any:
    """Where the case's first running clock ends."""
    k = CLOCKS.c
    return (
        select(func.min(k.ends_at).label("ends_at"))
        .where(k.case_id == CASES.c.case_id, k.state == "running")
        .lateral("clock")
    )


def _task() -> Any:
    """The step's own open task, before one beside it."""
    t = TASKS.c
    return (
        select(t.task_id, t.role, t.claimed_name)
        .where(t.case_id == CASES.c.case_id, t.state == "open")
        .order_by(t.form.startswith("kernel."), t.opened_at, t.task_id)
        .limit(1)
        .lateral("task")
    )


def _stop_order() -> Any:
    """责令停止使用通知书 of the case."""
    p = PAPERS.c
    return (
        select(func.min(p.issued_at).label("issued_at"))
        .where(p.case_id == CASES.c.case_id, p.kind == "stop_use_order")
        .lateral("stop_order")
    )


def cards_query(
    scope: Scope, sort: Sort = "age", after: After | None = None, limit: int = 50
) -> Select[Any]:
    """Cards: the oldest first, or those whose term ends first."""
    c = CASES.c
    clock, task, order_ = _clock(), _task(), _stop_order()
    ends_at = func.coalesce(clock.c.ends_at, literal(NEVER))
    place = ends_at if sort == "due" else c.opened_at
    conditions = _conditions(scope)
    if after is not None:
        last = (literal(after.at, c.opened_at.type), literal(after.case_id, c.case_id.type))
        conditions.append(tuple_(place, c.case_id) > tuple_(*last))
    return (
        select(
            c.case_id,
            func.coalesce(c.receipt_no, "").label("number"),
            c.title,
            c.stage,
            func.coalesce(c.decision["grade"].astext, "").label("grade"),
            c.opened_at,
            func.coalesce(c.numbers["device"].astext, "").label("device"),
            func.coalesce(DEVICES.c.place, "").label("place"),
            ends_at.label("ends_at"),
            task.c.role,
            task.c.claimed_name.label("holder_name"),
            task.c.task_id,
            order_.c.issued_at.label("stopped_at"),
        )
        .select_from(
            CASES.outerjoin(
                DEVICES,
                and_(DEVICES.c.code == c.numbers["device"].astext, DEVICES.c.office == c.office),
            )
            .outerjoin(clock, true())
            .outerjoin(task, true())
            .outerjoin(order_, true())
        )
        .where(*conditions)
        .order_by(place, c.case_id)
        .limit(limit)
    )


async def cards(
    connection: AsyncConnection,
    scope: Scope,
    sort: Sort = "age",
    after: After | None = None,
    limit: int = 50,
) -> list[Card]:
    """A page of the board or of the list."""
    return [Card(*row) for row in await connection.execute(cards_query(scope, sort, after, limit))]


async def seizures(connection: AsyncConnection, hazards: Sequence[UUID]) -> list[Measure]:
    """What these hazards had seized, in the order in which it was opened."""
    rows = await connection.execute(
        select(
            LINKS.c.parent_case,
            CASES.c.case_id,
            func.coalesce(CASES.c.receipt_no, "").label("number"),
            CASES.c.stage,
            CASES.c.closed_at.is_(None).label("open"),
        )
        .select_from(LINKS.join(CASES, CASES.c.case_id == LINKS.c.child_case))
        .where(LINKS.c.parent_case.in_(list(hazards)), LINKS.c.procedure == "seizure")
        .order_by(LINKS.c.parent_case, CASES.c.opened_at, CASES.c.case_id)
    )
    return [Measure(*row) for row in rows]


async def running_clocks(
    connection: AsyncConnection, cases: Sequence[UUID]
) -> dict[UUID, list[ClockRow]]:
    """The running clocks of these cases, the first to end first."""
    k = CLOCKS.c
    rows = await connection.execute(
        select(CLOCKS)
        .where(k.case_id.in_(list(cases)), k.state == "running")
        .order_by(k.case_id, k.ends_at, k.key)
    )
    found: dict[UUID, list[ClockRow]] = {}
    for row in rows.mappings():
        found.setdefault(row["case_id"], []).append(ClockRow(**row))
    return found


@dataclass(frozen=True, slots=True)
class OpenHazard:
    """An open hazard by its number."""

    case_id: UUID
    number: str
    opened_at: datetime


async def open_of_device(
    connection: AsyncConnection, office: str, device: str, *, but: UUID
) -> list[OpenHazard]:
    """The office's open hazards of the device beside this one, the oldest first."""
    c = CASES.c
    rows = await connection.execute(
        select(c.case_id, func.coalesce(c.receipt_no, "").label("number"), c.opened_at)
        .where(*_conditions(Scope(office)), c.numbers["device"].astext == device, c.case_id != but)
        .order_by(c.opened_at, c.case_id)
    )
    return [OpenHazard(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Count:
    """How many open hazards are in a stage, of a grade ("" before it is graded) and of an age (index of the bounds)."""

    stage: str
    grade: str
    age: int
    cases: int


async def counts(
    connection: AsyncConnection, scope: Scope, bounds: Sequence[datetime]
) -> list[Count]:
    """By stage, grade and age.

    Args:
        bounds: instants, the latest first: age 0 opened at or after the first one, age n before the n-th of them.
    """
    c = CASES.c
    age = case(
        *((c.opened_at >= bound, n) for n, bound in enumerate(bounds)), else_=len(bounds)
    ).label("age")
    grade = func.coalesce(c.decision["grade"].astext, "").label("grade")
    rows = await connection.execute(
        select(c.stage, grade, age, func.count())
        .where(*_conditions(scope))
        .group_by(c.stage, grade, age)
    )
    return [Count(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Accidents:
    """How many accidents were opened since an instant and are in a stage, of a class ("" before it is known)."""

    stage: str
    grade: str
    cases: int


async def accidents(connection: AsyncConnection, office: str, since: datetime) -> list[Accidents]:
    """Accidents (特种设备事故) by stage and class."""
    c = CASES.c
    grade = func.coalesce(c.decision["grade"].astext, "").label("grade")
    rows = await connection.execute(
        select(c.stage, grade, func.count())
        .where(c.procedure == ACCIDENT, c.office == office, c.opened_at >= since)
        .group_by(c.stage, grade)
    )
    return [Accidents(*row) for row in rows]
