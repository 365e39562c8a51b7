"""The read model is a fold over events: the live projector and a rebuild run the same code.

Each event carries what it changes (`Changes`): columns of the case, rows of tasks, clocks, documents,
messages, links, public notices and objections. Folding is "the last value of a column wins".
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Date,
    DateTime,
    Insert,
    Table,
    Update,
    Uuid,
    bindparam,
    delete,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.contracts import CaseEvent, Changes
from storage.prepared import Prepared
from storage.tables import (
    CaseLinkRow,
    CaseRow,
    ClockRow,
    DocumentRow,
    MessageRow,
    PromiseRow,
    TaskRow,
)
from storage.tables_notices import ObjectionRow, PublicNoticeRow

Row = dict[str, Any]
CLAIM_COLUMNS = frozenset(
    {"claimed_by", "claimed_name", "claimed_at", "claim_version", "completing_act"}
)


def _table(row: type) -> Table:
    table = row.__table__  # type: ignore[attr-defined]
    assert isinstance(table, Table)
    return table


# (name in Changes, table, key columns beside case_id where the key has it)
KINDS: tuple[tuple[str, Table, tuple[str, ...]], ...] = (
    ("tasks", _table(TaskRow), ("task_id",)),
    ("clocks", _table(ClockRow), ("case_id", "key")),
    ("documents", _table(DocumentRow), ("document_id",)),
    ("messages", _table(MessageRow), ("message_id",)),
    ("links", _table(CaseLinkRow), ("parent_case", "item")),
    ("public_notices", _table(PublicNoticeRow), ("notice_id",)),
    ("objections", _table(ObjectionRow), ("objection_id",)),
    ("promises", _table(PromiseRow), ("case_id", "seq")),
)
CASES = _table(CaseRow)
OVERDUE_REASON = "overdue_reason"


def upcast(event: CaseEvent) -> Changes:
    """An event's changes in today's columns.

    The reason of an overrun was the case's once; the event names the clock that it was told of, or that ran out.
    """
    changes = event.changes
    if OVERDUE_REASON not in changes.case:
        return changes
    case = dict(changes.case)
    reason, clocks = case.pop(OVERDUE_REASON), changes.clocks
    if key := event.data.get("clock"):
        clocks = [*clocks, {"key": key, OVERDUE_REASON: reason}]
    return changes.model_copy(update={"case": case, "clocks": clocks})


class Folded:
    """What a run of events adds up to: one row per key."""

    def __init__(self, case_id: UUID) -> None:
        self.case_id = case_id
        self.case: Row = {}
        self.rows: dict[str, dict[tuple[Any, ...], Row]] = {name: {} for name, _, _ in KINDS}

    def add(self, event: CaseEvent) -> None:
        changes = upcast(event)
        self.case.update(changes.case)
        self.case["revision"] = event.revision
        for name, table, keys in KINDS:
            for given in getattr(changes, name):
                row = dict(given)
                if "case_id" in table.c:
                    row["case_id"] = str(self.case_id)
                elif name == "links":
                    row["parent_case"] = str(self.case_id)
                key = tuple(str(row[k]) for k in keys)
                self.rows[name].setdefault(key, {}).update(row)


def typed(table: Table, row: Row) -> Row:
    """Values as the driver wants them: events hold JSON, columns hold instants, dates and ids."""
    out: Row = {}
    for name, value in row.items():
        kind = table.c[name].type
        if isinstance(value, str):
            if isinstance(kind, DateTime):
                value = datetime.fromisoformat(value)
            elif isinstance(kind, Date):
                value = date.fromisoformat(value)
            elif isinstance(kind, Uuid):
                value = UUID(value)
        out[name] = value
    return out


@lru_cache
def _required(table: Table, keys: tuple[str, ...]) -> frozenset[str]:
    """The columns that a new row cannot be without."""
    return frozenset(
        c.name
        for c in table.c
        if not c.nullable and c.server_default is None and c.name not in keys
    )


@dataclass(frozen=True)
class Shape:
    """What a change of one row looks like: its table, and the columns that it sets.

    Attributes:
        alone: the row is to be what these columns say and nothing else: all others but claims go back to their
            defaults, whatever a lost task wrote there.
    """

    table: Table
    keys: tuple[str, ...]
    columns: frozenset[str]
    alone: bool = False

    def __call__(self, prefix: str) -> Insert | Update:
        """The statement, its parameters named `prefix` + column: a whole row is inserted or replaced."""
        given: dict[str, Any] = {name: bindparam(prefix + name) for name in sorted(self.columns)}
        changed = sorted(self.columns - set(self.keys))
        if not _required(self.table, self.keys) <= self.columns:
            where = [self.table.c[key] == given[key] for key in self.keys]
            return self.table.update().where(*where).values({name: given[name] for name in changed})
        new = insert(self.table).values(given)
        values: dict[str, Any] = {name: new.excluded[name] for name in changed}
        if self.alone:
            others = set(self.table.c.keys()) - self.columns - CLAIM_COLUMNS
            values |= {name: literal_column("DEFAULT") for name in sorted(others)}
        return new.on_conflict_do_update(index_elements=list(self.keys), set_=values)


def changes_of(case_id: UUID, events: Iterable[CaseEvent]) -> list[tuple[Shape, Row]]:
    """What a batch of events changes in the read model: each row once, with the driver's values."""
    folded = Folded(case_id)
    for event in events:
        folded.add(event)
    every: list[tuple[Table, tuple[str, ...], Row]] = [
        (CASES, ("case_id",), {**folded.case, "case_id": str(case_id)})
    ]
    for name, table, keys in KINDS:
        every += [(table, keys, row) for row in folded.rows[name].values()]
    return [(Shape(table, keys, frozenset(row)), typed(table, row)) for table, keys, row in every]


async def rebuild(connection: AsyncConnection, case_id: UUID, events: Iterable[CaseEvent]) -> None:
    """Write the case's rows anew from all its events; claims stay as they are."""
    folded = Folded(case_id)
    for event in events:
        folded.add(event)
    kept = set(folded.rows["tasks"])
    tasks = _table(TaskRow)
    present = await connection.execute(select(tasks.c.task_id).where(tasks.c.case_id == case_id))
    if gone := [t for (t,) in present if (t,) not in kept]:
        await connection.execute(delete(tasks).where(tasks.c.task_id.in_(gone)))
    for name, table, _ in KINDS:
        if name != "tasks":
            owner = table.c.parent_case if name == "links" else table.c.case_id
            await connection.execute(delete(table).where(owner == case_id))
    if not folded.case:
        await connection.execute(delete(CASES).where(CASES.c.case_id == case_id))
        return
    for shape, row in changes_of(case_id, events):
        await _change(replace(shape, alone=True)).run(connection, **row)


@lru_cache(maxsize=512)
def _change(shape: Shape) -> Prepared:
    return Prepared(shape(""))


def expected(case_id: UUID, events: Iterable[CaseEvent]) -> Folded:
    """What the read model must say: for comparing without writing."""
    folded = Folded(case_id)
    for event in events:
        folded.add(event)
    return folded
