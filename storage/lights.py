"""Cases at risk, from the read model: running clocks that bind the agency and are over or nearly over.

What is left in working time grows with a clock's end, so the order of `ix_clocks_ends` is the order of what is
left, and a page of the list is a bounded walk of that index. Counts of what is in time stop at COUNT_LIMIT.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    case,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import CaseRow, ClockRow, TaskRow
from storage.tasks import COUNT_LIMIT

PAGE = 50
CLOCKS = ClockRow.__table__
CASES = CaseRow.__table__
TASKS = TaskRow.__table__
# A clock that stands still has no end yet: it is not at risk, whatever its earliest possible end is.
_STANDS_STILL = func.jsonb_path_exists(
    CLOCKS.c.body, literal_column("CAST('$.pauses[*] ? (@.end == null)' AS jsonpath)")
)


@dataclass(frozen=True)
class Scope:
    """Whose clocks, and from when each is short.

    Attributes:
        short: clock ids that bind the agency by the latest end that is short now (`law.lights.short_until`).
        now: the instant at which an end has passed.
        red: only what is over (True), only what is short but not over (False), or both.
        holder: `person:<id>`, `post:<role>` of a task nobody has claimed, or `none` without an open task.
    """

    office: str
    now: datetime
    short: Mapping[datetime, Sequence[str]]
    procedure: str = ""
    red: bool | None = None
    holder: str = ""

    @property
    def latest(self) -> datetime:
        return max(self.short)


@dataclass(frozen=True)
class Cursor:
    """The last row seen; the next page starts after it."""

    ends_at: datetime
    case_id: UUID
    key: str


@dataclass(frozen=True, slots=True)
class AtRisk:
    """One clock at risk with its case and who holds the step."""

    case_id: UUID
    key: str
    clock_id: str
    ends_at: datetime
    level: str
    body: dict[str, Any]
    number: str
    title: str
    procedure: str
    catalogue_version: str
    stage: str
    office: str
    overdue_reason: str
    task_id: str | None
    role: str | None
    holder_id: str | None
    holder_name: str | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many are over and how many short, of one procedure or one holder."""

    key: str
    name: str
    red: int
    amber: int


def _step() -> FromClause:
    """The step's own open task of the case, before one beside it (an extension, a trouble)."""
    return (
        select(TASKS.c.task_id, TASKS.c.role, TASKS.c.claimed_by, TASKS.c.claimed_name)
        .where(TASKS.c.case_id == CLOCKS.c.case_id, TASKS.c.state == "open")
        .order_by(TASKS.c.form.startswith("kernel."), TASKS.c.opened_at, TASKS.c.task_id)
        .limit(1)
        .lateral("step")
    )


def _holder(step: FromClause) -> ColumnElement[str]:
    return case(
        (step.c.claimed_by.is_not(None), literal("person:") + step.c.claimed_by),
        (step.c.role.is_not(None), literal("post:") + step.c.role),
        else_="none",
    )


def _conditions(scope: Scope, step: FromClause) -> list[ColumnElement[bool]]:
    c = CLOCKS.c
    found: list[ColumnElement[bool]] = [
        c.state == "running",
        c.ends_at <= scope.latest,
        or_(*(and_(c.clock_id.in_(ids), c.ends_at <= until) for until, ids in scope.short.items())),
        CASES.c.office == scope.office,
        CASES.c.closed_at.is_(None),
        not_(_STANDS_STILL),
    ]
    if scope.red is not None:
        found.append(c.ends_at <= scope.now if scope.red else c.ends_at > scope.now)
    if scope.procedure:
        found.append(CASES.c.procedure == scope.procedure)
    if scope.holder:
        found.append(_holder(step) == scope.holder)
    return found


def at_risk_query(scope: Scope, after: Cursor | None = None, limit: int = PAGE) -> Select[Any]:
    """The list: least time left first."""
    step = _step()
    conditions = _conditions(scope, step)
    c = CLOCKS.c
    if after is not None:
        place = (
            literal(after.ends_at, c.ends_at.type),
            literal(after.case_id, c.case_id.type),
            literal(after.key, c.key.type),
        )
        conditions.append(tuple_(c.ends_at, c.case_id, c.key) > tuple_(*place))
    return (
        select(
            c.case_id,
            c.key,
            c.clock_id,
            c.ends_at,
            c.level,
            c.body,
            func.coalesce(CASES.c.receipt_no, "").label("number"),
            CASES.c.title,
            CASES.c.procedure,
            CASES.c.catalogue_version,
            CASES.c.stage,
            CASES.c.office,
            c.overdue_reason,
            step.c.task_id,
            step.c.role,
            step.c.claimed_by.label("holder_id"),
            step.c.claimed_name.label("holder_name"),
        )
        .join_from(CLOCKS, CASES, CASES.c.case_id == c.case_id)
        .outerjoin(step, true())
        .where(*conditions)
        .order_by(c.ends_at, c.case_id, c.key)
        .limit(limit)
    )


async def at_risk(
    connection: AsyncConnection, scope: Scope, after: Cursor | None = None, limit: int = PAGE
) -> list[AtRisk]:
    """A page of the list."""
    rows = await connection.execute(at_risk_query(scope, after, limit))
    return [AtRisk(*row) for row in rows]


def counts_query(scope: Scope) -> Select[Any]:
    """Over and short by procedure, by holder, and altogether: one walk over what is at risk."""
    step = _step()
    holder = _holder(step)
    rows = (
        select(
            CASES.c.procedure,
            holder.label("holder"),
            step.c.claimed_name.label("name"),
            (CLOCKS.c.ends_at <= scope.now).label("over"),
        )
        .join_from(CLOCKS, CASES, CASES.c.case_id == CLOCKS.c.case_id)
        .outerjoin(step, true())
        .where(*_conditions(scope, step))
        .subquery()
    )
    sets = func.grouping_sets(tuple_(rows.c.procedure), tuple_(rows.c.holder), tuple_())
    which = func.grouping(rows.c.procedure, rows.c.holder)
    return select(
        which.label("which"),
        func.coalesce(rows.c.procedure, rows.c.holder, "").label("key"),
        func.coalesce(func.max(rows.c.name), "").label("name"),
        func.count().filter(rows.c.over).label("red"),
        func.count().filter(~rows.c.over).label("amber"),
    ).group_by(sets)


@dataclass(frozen=True)
class Counts:
    """The board's figures. `green` stops at COUNT_LIMIT."""

    red: int
    amber: int
    green: int
    procedures: list[Count]
    holders: list[Count]


# GROUPING(procedure, holder): a bit is set for what is not grouped by.
_BY_PROCEDURE, _BY_HOLDER, _ALL = 1, 2, 3


def green_query(scope: Scope) -> Select[Any]:
    """How many bind the agency and are neither over nor short, up to COUNT_LIMIT."""
    c = CLOCKS.c
    in_time = or_(
        *(and_(c.clock_id.in_(ids), c.ends_at > until) for until, ids in scope.short.items())
    )
    conditions = [c.state == "running", c.ends_at > min(scope.short), in_time]
    conditions += [CASES.c.office == scope.office, CASES.c.closed_at.is_(None)]
    if scope.procedure:
        conditions.append(CASES.c.procedure == scope.procedure)
    some = (
        select(literal(1).label("one"))
        .join_from(CLOCKS, CASES, CASES.c.case_id == c.case_id)
        .where(*conditions)
        .limit(COUNT_LIMIT)
        .subquery()
    )
    return select(func.count()).select_from(some)


async def counts(connection: AsyncConnection, scope: Scope) -> Counts:
    """Both statements of the board's head."""
    by: dict[int, list[Count]] = {_BY_PROCEDURE: [], _BY_HOLDER: [], _ALL: []}
    for row in await connection.execute(counts_query(scope)):
        by[row.which].append(Count(row.key, row.name, row.red, row.amber))
    green = await connection.scalar(green_query(scope)) or 0
    total = by[_ALL][0] if by[_ALL] else Count("", "", 0, 0)

    def ordered(rows: list[Count]) -> list[Count]:
        return sorted(rows, key=lambda n: (-n.red, -n.amber, n.key))

    return Counts(
        total.red, total.amber, green, ordered(by[_BY_PROCEDURE]), ordered(by[_BY_HOLDER])
    )
