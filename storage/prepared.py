"""Statements of the hot paths: written in SQLAlchemy, compiled once, executed by the driver itself.

Building and executing a statement through the whole of SQLAlchemy costs five to ten times what the driver
needs for it. What stays: its pool, its transactions, its types, its errors.

    FIND = Prepared(select(TASKS).where(TASKS.c.task_id == bindparam("task_id")))
    row = await FIND.first(connection, task_id=task_id)

A statement runs on a connection, in its transaction if it has begun one, or, given the engine, as a
transaction by itself on a connection of the pool (`at_hand`).
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Executable,
    Insert,
    Select,
    Table,
    Update,
    bindparam,
    func,
    insert,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.ext.compiler import compiles

from storage import at_hand

T = TypeVar("T")
Place = AsyncConnection | AsyncEngine
Values = Mapping[str, Any]
Step = Callable[[Any], Any]
Columns = tuple[Sequence[str], Sequence[Step | None] | None]
Lists = dict[str, list[dict[str, Any]]]


def detached(kind: type[T], values: Values) -> T:
    """A row to look at: the mapped class with these columns, without what a session would need of it."""
    made = kind.__new__(kind)
    made.__dict__.update(values)
    return made


class Prepared:
    """One statement with named parameters (`bindparam`). Lists of a length of their own do not fit in."""

    def __init__(self, statement: Executable) -> None:
        compiled = statement.compile(dialect=_DIALECT)  # type: ignore[attr-defined]
        self.sql = str(compiled.string)
        names: Sequence[str] = compiled.positiontup or ()
        steps: Mapping[str, Step] = compiled._bind_processors
        self._binds = [(name, steps.get(name)) for name in names]
        self._fixed = {
            name: bind.value
            for bind, name in compiled.bind_names.items()
            if not bind.required and name in names
        }
        self._columns = _columns((entry.name, entry.type) for entry in compiled._result_columns)

    async def all(self, place: Place, /, **values: Any) -> list[dict[str, Any]]:
        """Every row, by column name."""
        return [_row(self._columns, record) for record in await self._fetch(place, values)]

    async def first(self, place: Place, /, **values: Any) -> dict[str, Any] | None:
        """The first row, or None."""
        records = await self._fetch(place, values)
        return _row(self._columns, records[0]) if records else None

    async def scalar(self, place: Place, /, **values: Any) -> Any:
        """The first column of the first row, or None."""
        records = await self._fetch(place, values)
        return next(iter(_row(self._columns, records[0]).values())) if records else None

    async def run(self, place: Place, /, **values: Any) -> None:
        """For its effect."""
        await self._fetch(place, values)

    async def many(self, place: Place, rows: Iterable[Values]) -> None:
        """For its effect, once per row, all sent together."""
        every = [self._arguments(values) for values in rows]
        if len(every) == 1:
            await _execute(place, self.sql, "fetch", every[0])
        else:
            await _execute(place, self.sql, "executemany", [every])

    async def _fetch(self, place: Place, values: Values) -> Sequence[Any]:
        found: Sequence[Any] = await _execute(place, self.sql, "fetch", self._arguments(values))
        return found

    def _arguments(self, values: Values) -> list[Any]:
        found = []
        for name, step in self._binds:
            value = values[name] if name in values else self._fixed[name]
            found.append(value if step is None else step(value))
        return found


class Together:
    """Several lists in one round trip: what a page needs of a case, each list with its own order.

    WHOLE = Together(case=select(CASES)…, clocks=select(CLOCKS)…)
    found = await WHOLE.read(engine, case_id=case_id)  # {"case": […], "clocks": […]}
    """

    def __init__(self, **lists: Select[*tuple[Any, ...]]) -> None:
        self.arrays = tuple(_Array(_as_rows(part)).label(name) for name, part in lists.items())
        self._statement = Prepared(select(*self.arrays))
        self._lists = {
            name: _columns((c.name, c.type) for c in part.selected_columns)
            for name, part in lists.items()
        }

    async def read(self, place: Place, /, **values: Any) -> Lists:
        """Each list's rows by column name."""
        found = await self._statement.first(place, **values)
        assert found is not None, "a statement without FROM has one row"
        return self.taken_from(found)

    def taken_from(self, found: dict[str, Any]) -> Lists:
        """The lists out of a row that has them as its last columns."""
        return {
            name: [_row(columns, record) for record in found.pop(name)]
            for name, columns in self._lists.items()
        }


class AsOne(Prepared):
    """Several changes as one statement: all of them or none, in one round trip.

    Each names its parameters apart from the others'. All see the rows as they were before, so no two of
    them may touch the same row.
    """

    def __init__(self, *changes: Insert | Update) -> None:
        parts = [change.cte(f"change_{number}") for number, change in enumerate(changes)]
        super().__init__(select(literal_column("1").label("done")).add_cte(*parts))


def _as_rows(part: Select[*tuple[Any, ...]]) -> Select[Any]:
    return part.with_only_columns(func.row(*part.selected_columns), maintain_column_froms=True)


class _Array(ColumnElement[Any]):
    """`ARRAY(SELECT …)`: all rows of a query as one value."""

    inherit_cache = False

    def __init__(self, query: Select[Any]) -> None:
        self.query = query


@compiles(_Array)
def _array(element: _Array, compiler: Any, **options: Any) -> str:
    return f"ARRAY({compiler.process(element.query, **options)})"


def _columns(named: Iterable[tuple[str, Any]]) -> Columns:
    every = [(name, kind._cached_result_processor(_DIALECT, None)) for name, kind in named]
    steps = [step for _name, step in every]
    return [name for name, _step in every], steps if any(steps) else None


def _row(columns: Columns, record: Any) -> dict[str, Any]:
    names, steps = columns
    values = record
    if steps is not None:
        values = [
            value if step is None else step(value)
            for step, value in zip(steps, values, strict=True)
        ]
    return dict(zip(names, values, strict=True))


async def _execute(place: Place, sql: str, how: str, arguments: Sequence[Any]) -> Any:
    """By the driver's own connection, inside the transaction that SQLAlchemy has begun, if it has.

    Outside of one each statement is a transaction by itself: one round trip instead of three.
    """
    if isinstance(place, AsyncEngine):
        return await _on_any(place, sql, how, arguments)
    sync = place.sync_connection
    assert sync is not None, "the connection is open"
    adapter: Any = sync.connection.dbapi_connection
    try:
        if sync.in_transaction() and adapter._transaction is None:
            await adapter._start_transaction()
        return await getattr(adapter.driver_connection, how)(sql, *arguments)
    except (asyncio.CancelledError, TimeoutError):
        # Given up while BEGIN was on its way, the server is in a transaction that the adapter knows nothing of:
        # every later one would be a savepoint in it, never committed. As SQLAlchemy does, nobody gets it again.
        await place.invalidate()
        raise
    except Exception as error:
        found, gone = _translated(sync.dialect, adapter, sql, error)
        if gone:
            # It leaves the pool.
            await place.invalidate(error)
        raise found from error


async def _on_any(engine: AsyncEngine, sql: str, how: str, arguments: Sequence[Any]) -> Any:
    lent = await at_hand.take(engine)
    adapter: Any = lent.dbapi_connection
    try:
        found = await getattr(adapter.driver_connection, how)(sql, *arguments)
    except (asyncio.CancelledError, TimeoutError):
        await at_hand.drop(engine, lent)
        raise
    except Exception as error:
        translated, gone = _translated(engine.dialect, adapter, sql, error)
        if gone:
            await at_hand.drop(engine, lent, error)
        else:
            await at_hand.give_back(engine, lent)
        raise translated from error
    await at_hand.give_back(engine, lent)
    return found


def _translated(
    dialect: Dialect, adapter: Any, sql: str, error: Exception
) -> tuple[Exception, bool]:
    """As SQLAlchemy would raise it, and whether the connection is dead."""
    base: Any = dialect.loaded_dbapi.Error
    translated: BaseException = error
    try:
        adapter._handle_exception(error)
    except Exception as known:
        translated = known
    if not isinstance(translated, base):
        return error, False
    gone = dialect.is_disconnect(translated, adapter, None) or adapter.driver_connection.is_closed()
    found = DBAPIError.instance(
        sql, None, translated, base, connection_invalidated=gone, dialect=dialect
    )
    assert isinstance(found, Exception)
    return found, gone


@cache
def inserting(table: Table, names: frozenset[str], now: frozenset[str] = frozenset()) -> Prepared:
    """`INSERT` of these columns; those of `now` get app_now()."""
    values: dict[str, Any] = {name: bindparam(name) for name in names}
    return Prepared(insert(table).values(values | {name: func.app_now() for name in now}))


# Only for compiling: types and parameter style are the same for every server.
_DIALECT: Any = asyncpg_dialect()  # type: ignore[no-untyped-call]
