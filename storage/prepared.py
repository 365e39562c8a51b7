"""Statements of the hot paths: written in SQLAlchemy, compiled once, executed by the driver itself.

Building and executing a statement through the whole of SQLAlchemy costs five to ten times what the driver
needs for it. What stays: its pool, its transactions, its types, its errors.

    FIND = Prepared(select(TASKS).where(TASKS.c.task_id == bindparam("task_id")))
    row = await FIND.first(connection, task_id=task_id)
"""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

Values = Mapping[str, Any]
Step = Callable[[Any], Any]


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
        self._columns: list[tuple[str, Step | None]] = [
            (entry.name, entry.type._cached_result_processor(_DIALECT, None))
            for entry in compiled._result_columns
        ]
        self._plain = not any(step for _name, step in self._columns)

    async def all(self, connection: AsyncConnection, **values: Any) -> list[dict[str, Any]]:
        """Every row, by column name."""
        records = await self._fetch(connection, values)
        if self._plain:
            return [dict(record) for record in records]
        return [
            {
                name: value if step is None else step(value)
                for (name, step), value in zip(self._columns, record.values(), strict=True)
            }
            for record in records
        ]

    async def first(self, connection: AsyncConnection, **values: Any) -> dict[str, Any] | None:
        """The first row, or None."""
        rows = await self.all(connection, **values)
        return rows[0] if rows else None

    async def scalar(self, connection: AsyncConnection, **values: Any) -> Any:
        """The first column of the first row, or None."""
        rows = await self.all(connection, **values)
        return next(iter(rows[0].values())) if rows else None

    async def run(self, connection: AsyncConnection, **values: Any) -> None:
        """For its effect."""
        await self._fetch(connection, values)

    async def many(self, connection: AsyncConnection, rows: Iterable[Values]) -> None:
        """For its effect, once per row, all sent together."""
        every = [self._arguments(values) for values in rows]
        async with _driver(connection, self.sql) as driver:
            if len(every) == 1:
                await driver.fetch(self.sql, *every[0])
            else:
                await driver.executemany(self.sql, every)

    async def _fetch(self, connection: AsyncConnection, values: Values) -> Sequence[Any]:
        arguments = self._arguments(values)
        async with _driver(connection, self.sql) as driver:
            found: Sequence[Any] = await driver.fetch(self.sql, *arguments)
        return found

    def _arguments(self, values: Values) -> list[Any]:
        found = []
        for name, step in self._binds:
            value = values[name] if name in values else self._fixed[name]
            found.append(value if step is None else step(value))
        return found


@asynccontextmanager
async def _driver(connection: AsyncConnection, sql: str) -> AsyncIterator[Any]:
    """The driver's own connection, inside the transaction that SQLAlchemy has begun, if it has.

    Outside of one each statement is a transaction by itself: one round trip instead of three.
    """
    sync = connection.sync_connection
    assert sync is not None, "the connection is open"
    adapter: Any = sync.connection.dbapi_connection
    try:
        if sync.in_transaction() and adapter._transaction is None:
            await adapter._start_transaction()
        yield adapter.driver_connection
    except Exception as error:
        raise await _translated(connection, sync, adapter, sql, error) from error


async def _translated(
    connection: AsyncConnection, sync: Connection, adapter: Any, sql: str, error: Exception
) -> Exception:
    """As SQLAlchemy would raise it; a connection that died leaves the pool."""
    dialect: Dialect = sync.dialect
    base: Any = dialect.loaded_dbapi.Error
    translated: BaseException = error
    try:
        adapter._handle_exception(error)
    except Exception as known:
        translated = known
    if not isinstance(translated, base):
        return error
    gone = dialect.is_disconnect(translated, adapter, None) or adapter.driver_connection.is_closed()
    if gone:
        await connection.invalidate(translated)
    found = DBAPIError.instance(
        sql, None, translated, base, connection_invalidated=gone, dialect=dialect
    )
    assert isinstance(found, Exception)
    return found


# Only for compiling: types and parameter style are the same for every server.
_DIALECT: Any = asyncpg_dialect()  # type: ignore[no-untyped-call]
