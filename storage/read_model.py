"""The read model is a fold over events: the live projector and a rebuild run the same code.

Each event carries what it changes (`Changes`): columns of the case, rows of tasks, clocks, documents,
messages and links. Folding is "the last value of a column wins".
"""

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Date, DateTime, Table, Uuid, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.contracts import CaseEvent, Changes
from storage.prepared import Prepared
from storage.tables import CaseLinkRow, CaseRow, ClockRow, DocumentRow, MessageRow, TaskRow

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
)
CASES = _table(CaseRow)


class Folded:
    """What a run of events adds up to: one row per key."""

    def __init__(self, case_id: UUID) -> None:
        self.case_id = case_id
        self.case: Row = {}
        self.rows: dict[str, dict[tuple[Any, ...], Row]] = {name: {} for name, _, _ in KINDS}

    def add(self, revision: int, changes: Changes) -> None:
        self.case.update(changes.case)
        self.case["revision"] = revision
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


async def _write(
    connection: AsyncConnection, table: Table, keys: tuple[str, ...], rows: list[Row]
) -> None:
    """New rows are inserted whole, known ones updated in the columns that changed."""
    required = {
        c.name
        for c in table.c
        if not c.nullable and c.server_default is None and c.name not in keys
    }
    whole: dict[frozenset[str], list[Row]] = {}
    partial: dict[frozenset[str], list[Row]] = {}
    for row in rows:
        shape = frozenset(row)
        (whole if required <= shape else partial).setdefault(shape, []).append(typed(table, row))
    for shape, group in whole.items():
        await _upsert(table, keys, shape).many(connection, group)
    for shape, group in partial.items():
        await _update(table, keys, shape).many(connection, group)


# The shapes of a procedure's rows are few, and the same for each of its cases.
@lru_cache(maxsize=512)
def _upsert(table: Table, keys: tuple[str, ...], shape: frozenset[str]) -> Prepared:
    statement = insert(table).values({n: bindparam(n) for n in sorted(shape)})
    changed = {n: statement.excluded[n] for n in sorted(shape) if n not in keys}
    return Prepared(statement.on_conflict_do_update(index_elements=list(keys), set_=changed))


@lru_cache(maxsize=512)
def _update(table: Table, keys: tuple[str, ...], shape: frozenset[str]) -> Prepared:
    where = [table.c[k] == bindparam(f"{k}") for k in keys]
    values: dict[str, Any] = {n: bindparam(n) for n in sorted(shape) if n not in keys}
    return Prepared(table.update().where(*where).values(values))


async def apply(connection: AsyncConnection, case_id: UUID, events: Iterable[CaseEvent]) -> None:
    """Bring the read model forward by a batch of events."""
    folded = Folded(case_id)
    for event in events:
        folded.add(event.revision, event.changes)
    await _write(connection, CASES, ("case_id",), [{**folded.case, "case_id": str(case_id)}])
    for name, table, keys in KINDS:
        if rows := list(folded.rows[name].values()):
            await _write(connection, table, keys, rows)


async def rebuild(connection: AsyncConnection, case_id: UUID, events: Iterable[CaseEvent]) -> None:
    """Write the case's rows anew from all its events; claims stay as they are."""
    folded = Folded(case_id)
    for event in events:
        folded.add(event.revision, event.changes)
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
    await _write(connection, CASES, ("case_id",), [{**folded.case, "case_id": str(case_id)}])
    for name, table, keys in KINDS:
        if rows := list(folded.rows[name].values()):
            await _write(connection, table, keys, rows)


def expected(case_id: UUID, events: Iterable[CaseEvent]) -> Folded:
    """What the read model must say: for comparing without writing."""
    folded = Folded(case_id)
    for event in events:
        folded.add(event.revision, event.changes)
    return folded
