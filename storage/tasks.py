"""The inbox: open tasks of a person's posts by due date, and what a task's page needs.

One covering partial index serves every list (pool, due, id): for several pools the ordered index scans
are merged, never sorted. Whoever adds a column to the list adds it to `ix_tasks_inbox`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.prepared import Lists, Place, Prepared, Together, detached
from storage.tables import CaseRow, ClaimLogRow, ClockRow, TaskRow

PAGE = 50
# A count beyond this is shown as "999+": nobody reads it, and counting it would walk the whole index.
COUNT_LIMIT = 1000
# A claim older than this may be taken over by a colleague of the same post (logged).
CLAIM_LASTS = timedelta(hours=2)

TASKS = TaskRow.__table__
LISTED = tuple(
    TASKS.c[name]
    for name in (
        "due_at",
        "task_id",
        "pool",
        "case_id",
        "form",
        "stage",
        "procedure",
        "title",
        "number",
        "clock",
        "level",
        "assignee",
        "claimed_by",
        "claimed_name",
        "claimed_at",
        "claim_version",
        "opened_at",
    )
)


@dataclass(frozen=True, slots=True)
class ListedTask:
    """One row of the inbox. `due_at` is exclusive; a task without a clock is due in the year 9999."""

    due_at: datetime
    task_id: str
    pool: str
    case_id: UUID
    form: str
    stage: str
    procedure: str
    title: str
    number: str
    clock: str | None
    level: str
    assignee: str | None
    claimed_by: str | None
    claimed_name: str | None
    claimed_at: datetime | None
    claim_version: int
    opened_at: datetime

    @property
    def role(self) -> str:
        """The post whose pool the task is in."""
        return self.pool.partition("@")[0]


@dataclass(frozen=True)
class Filters:
    """What narrows a list. Empty means "all"; instants are half-open [`due_from`, `due_before`)."""

    procedure: str = ""
    text: str = ""
    stages: frozenset[str] = field(default_factory=frozenset)
    due_from: datetime | None = None
    due_before: datetime | None = None
    free_for: str | None = None
    """A person's id: what nobody has claimed and nobody else was given."""


@dataclass(frozen=True)
class Cursor:
    """The last row seen; the next page starts after it."""

    due_at: datetime
    task_id: str


def _conditions(filters: Filters, after: Cursor | None) -> list[ColumnElement[bool]]:
    c = TASKS.c
    found: list[ColumnElement[bool]] = []
    if after is not None:
        found.append(
            tuple_(c.due_at, c.task_id)
            > tuple_(literal(after.due_at, c.due_at.type), literal(after.task_id, c.task_id.type))
        )
    if filters.due_from is not None:
        found.append(c.due_at >= filters.due_from)
    if filters.due_before is not None:
        found.append(c.due_at < filters.due_before)
    if filters.procedure:
        found.append(c.procedure == filters.procedure)
    if filters.stages:
        found.append(c.stage.in_(sorted(filters.stages)))
    if filters.text:
        found.append(
            or_(
                c.title.icontains(filters.text, autoescape=True),
                c.number.icontains(filters.text, autoescape=True),
            )
        )
    if filters.free_for is not None:
        found.append(
            and_(
                c.claimed_by.is_(None),
                or_(c.assignee.is_(None), c.assignee == filters.free_for),
            )
        )
    return found


def inbox_query(
    pools: Sequence[str],
    filters: Filters | None = None,
    after: Cursor | None = None,
    limit: int = PAGE,
) -> Select[Any]:
    """The list of several pools: one ordered branch a pool, merged by (due_at, task_id)."""
    conditions = _conditions(filters or Filters(), after)
    branches = [
        select(*LISTED)
        .where(TASKS.c.pool == pool, TASKS.c.state == "open", *conditions)
        .order_by(TASKS.c.due_at, TASKS.c.task_id)
        .limit(limit)
        for pool in pools
    ]
    merged = (branches[0] if len(branches) == 1 else union_all(*branches)).subquery()
    return select(merged).order_by(merged.c.due_at, merged.c.task_id).limit(limit)


async def inbox(
    connection: AsyncConnection,
    pools: Sequence[str],
    filters: Filters | None = None,
    after: Cursor | None = None,
    limit: int = PAGE,
) -> list[ListedTask]:
    """Open tasks of the pools by due date; an empty list for a person without a post."""
    if not pools:
        return []
    rows = await connection.execute(inbox_query(pools, filters, after, limit))
    return [ListedTask(*row) for row in rows]


def mine_query(
    person_id: str,
    filters: Filters | None = None,
    after: Cursor | None = None,
    limit: int = PAGE,
) -> Select[Any]:
    """What the person has claimed or was given, in any pool, by due date: two ordered index scans."""
    conditions = _conditions(filters or Filters(), after)
    c = TASKS.c
    branches = [
        select(*LISTED)
        .where(*whose, c.state == "open", *conditions)
        .order_by(c.due_at, c.task_id)
        .limit(limit)
        for whose in (
            (c.claimed_by == person_id, c.claimed_by.is_not(None)),
            (c.assignee == person_id, c.assignee.is_not(None), c.claimed_by.is_(None)),
        )
    ]
    merged = union_all(*branches).subquery()
    return select(merged).order_by(merged.c.due_at, merged.c.task_id).limit(limit)


async def mine(
    connection: AsyncConnection,
    person_id: str,
    filters: Filters | None = None,
    after: Cursor | None = None,
    limit: int = PAGE,
) -> list[ListedTask]:
    """The person's own list."""
    rows = await connection.execute(mine_query(person_id, filters, after, limit))
    return [ListedTask(*row) for row in rows]


async def counts(
    connection: AsyncConnection,
    pools: Sequence[str],
    wanted: Sequence[tuple[str, Filters]],
) -> dict[str, int]:
    """How many open tasks each filter leaves, at most COUNT_LIMIT each, in one round trip."""
    if not pools or not wanted:
        return {name: 0 for name, _ in wanted}
    columns = []
    for name, filters in wanted:
        conditions = _conditions(filters, None)
        branches = [
            select(literal(1).label("one"))
            .select_from(TASKS)
            .where(TASKS.c.pool == pool, TASKS.c.state == "open", *conditions)
            .limit(COUNT_LIMIT)
            for pool in pools
        ]
        some = branches[0] if len(branches) == 1 else union_all(*branches)
        bounded = select(some.subquery().c.one).limit(COUNT_LIMIT).subquery()
        columns.append(select(func.count()).select_from(bounded).scalar_subquery().label(name))
    row = (await connection.execute(select(*columns))).one()
    return dict(row._mapping)


_FIND = select(TASKS).where(TASKS.c.task_id == bindparam("task_id"))
_BY_ID = Prepared(_FIND)
_OF_CASE = select(TASKS).where(TASKS.c.case_id == bindparam("case_id"))
_ORDER = (TASKS.c.opened_at, TASKS.c.task_id)
_ALL_OF_CASE = Prepared(_OF_CASE.order_by(*_ORDER))
OPEN_OF_CASE = _OF_CASE.where(TASKS.c.state == "open").order_by(*_ORDER)
_OPEN_OF_CASE = Prepared(OPEN_OF_CASE)
_ITS_CASE = (
    select(CaseRow.__table__)
    .join(TASKS, TASKS.c.case_id == CaseRow.case_id)
    .where(TASKS.c.task_id == bindparam("task_id"))
)
WITH_CASE = Together(task=_FIND, case=_ITS_CASE)
OPENED = Together(
    task=_FIND,
    case=_ITS_CASE,
    clocks=select(ClockRow.case_id, ClockRow.key, ClockRow.body)
    .join(TASKS, TASKS.c.case_id == ClockRow.case_id)
    .where(TASKS.c.task_id == bindparam("task_id"), ClockRow.state == "running"),
    log=select(ClaimLogRow.__table__)
    .where(ClaimLogRow.task_id == bindparam("task_id"))
    .order_by(ClaimLogRow.id),
    moment=select(func.app_now().label("now")),
)


@dataclass(frozen=True)
class Opened:
    """One task as it is looked at.

    Attributes:
        clocks: the bodies of the case's running clocks by case and key.
        log: who claimed and released it, oldest first.
        now: app_now() of the look.
    """

    task: TaskRow
    case: CaseRow
    clocks: dict[tuple[UUID, str], dict[str, Any]]
    log: list[ClaimLogRow]
    now: datetime


async def find(place: Place, task_id: str) -> TaskRow | None:
    """The task's row (detached columns), or None."""
    row = await _BY_ID.first(place, task_id=task_id)
    return detached(TaskRow, row) if row else None


async def with_case(place: Place, task_id: str) -> tuple[TaskRow, CaseRow] | None:
    """The task with its case, or None."""
    return with_case_of(await WITH_CASE.read(place, task_id=task_id))


def with_case_of(found: Lists) -> tuple[TaskRow, CaseRow] | None:
    """As `with_case`, of what was read already."""
    if not found["task"]:
        return None
    # A task is projected with its case.
    return detached(TaskRow, found["task"][0]), detached(CaseRow, found["case"][0])


async def opened(place: Place, task_id: str) -> Opened | None:
    """Everything about one task, in one round trip; None where there is none."""
    return opened_of(await OPENED.read(place, task_id=task_id))


def opened_of(found: Lists) -> Opened | None:
    """As `opened`, of what was read already."""
    if not found["task"]:
        return None
    return Opened(
        detached(TaskRow, found["task"][0]),
        detached(CaseRow, found["case"][0]),
        {(row["case_id"], row["key"]): row["body"] for row in found["clocks"]},
        [detached(ClaimLogRow, row) for row in found["log"]],
        found["moment"][0]["now"],
    )


async def of_case(
    connection: AsyncConnection, case_id: UUID, *, open_only: bool = True
) -> list[TaskRow]:
    """The case's tasks in the order in which they were opened."""
    wanted = _OPEN_OF_CASE if open_only else _ALL_OF_CASE
    return [detached(TaskRow, row) for row in await wanted.all(connection, case_id=case_id)]


async def clock_bodies(
    connection: AsyncConnection, cases: Sequence[UUID]
) -> dict[tuple[UUID, str], dict[str, Any]]:
    """The running clocks of several cases, by case and key: the lights of a page of tasks."""
    if not cases:
        return {}
    rows = await connection.execute(
        select(ClockRow.case_id, ClockRow.key, ClockRow.body).where(
            ClockRow.case_id.in_(set(cases)), ClockRow.state == "running"
        )
    )
    return {(case_id, key): body for case_id, key, body in rows}
