"""Alembic environment: one dialect, PostgreSQL; every migration sets a lock timeout."""

import asyncio

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.pool import NullPool

from storage import (
    tables,
    tables_accounts,
    tables_calendars,
    tables_device_news,
    tables_devices,
    tables_erasure,
    tables_field,
    tables_names,
    tables_notices,
)
from storage.base import Base
from storage.engine import async_url

# Imported for their side effect: they fill Base.metadata.
REGISTERED = (
    tables,
    tables_accounts,
    tables_calendars,
    tables_device_news,
    tables_devices,
    tables_erasure,
    tables_field,
    tables_names,
    tables_notices,
)


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        include_schemas=False,
    )
    with context.begin_transaction():
        connection.execute(text("SET lock_timeout = '5s'"))
        context.run_migrations()


async def online() -> None:
    from sqlalchemy.ext.asyncio import create_async_engine

    url = context.config.attributes["url"]
    engine = create_async_engine(async_url(url), poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)
        await connection.commit()
    await engine.dispose()


if (given := context.config.attributes.get("connection")) is not None:
    run(given)
else:
    asyncio.run(online())
