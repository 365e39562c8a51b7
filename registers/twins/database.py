"""The twins' engine, their schema at start-up, and their only clock."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, RowMapping, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from registers.twins.schema import SCHEMA, counters, metadata


class ClockMissing(RuntimeError):
    """app_now() does not exist: the bureau's migrations have not run on this database."""


def create_engine(database_url: str, pool_size: int) -> AsyncEngine:
    url = make_url(database_url).set(drivername="postgresql+asyncpg")
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        # A failed statement's parameters would carry ID numbers into the log.
        hide_parameters=True,
    )


async def create_schema(engine: AsyncEngine) -> None:
    """Create what is missing. Two twins may start at once: an advisory lock lets one at a time do it."""
    async with engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('twins', 0))"))
        if await connection.scalar(text("SELECT to_regprocedure('app_now()')")) is None:
            raise ClockMissing("app_now() is missing; run the migrations before the twins")
        await connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
        await connection.run_sync(metadata.create_all)


async def app_now(connection: AsyncConnection) -> datetime:
    """The instant that counts, a story's frozen one included."""
    now = await connection.scalar(select(func.app_now()))
    if not isinstance(now, datetime):
        raise ClockMissing("app_now() answered no instant")
    return now


async def one(connection: AsyncConnection, statement: Any) -> RowMapping | None:
    """The first row of `statement`, or None."""
    return (await connection.execute(statement)).mappings().first()


async def lock(connection: AsyncConnection, name: str) -> None:
    """Wait for a lock by name, held until the transaction ends."""
    await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


async def try_lock(connection: AsyncConnection, name: str) -> bool:
    statement = select(func.pg_try_advisory_xact_lock(func.hashtextextended(name, 0)))
    return bool(await connection.scalar(statement))


async def next_number(connection: AsyncConnection, name: str) -> int:
    """The next running number under `name`; the row stays locked, so a rollback leaves no gap."""
    statement: Insert = (
        insert(counters)
        .values(name=name, last=1)
        .on_conflict_do_update(index_elements=["name"], set_={"last": counters.c.last + 1})
        .returning(counters.c.last)
    )
    return int((await connection.execute(statement)).scalar_one())


Row = Mapping[str, Any]
