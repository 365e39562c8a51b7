"""Brings a database to the newest schema, and says whether it is there."""

import asyncio
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from storage import (
    tables,
    tables_accounts,
    tables_calendars,
    tables_erasure,
    tables_field,
    tables_names,
    tables_notices,
)
from storage.base import Base
from storage.engine import async_url

REGISTERED = (
    tables,
    tables_accounts,
    tables_calendars,
    tables_erasure,
    tables_field,
    tables_names,
    tables_notices,
)
# Two processes that start at once must not migrate at once.
LOCK = 0x62616E6A


def config() -> Config:
    cfg = Config()
    cfg.set_main_option(
        "script_location", str(Path(__file__).parent / "migrations").replace("%", "%%")
    )
    return cfg


async def upgrade_async(url: str) -> None:
    """Runs every missing migration under an advisory lock. Safe to run twice and side by side."""
    engine = create_async_engine(async_url(url), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.execute(text(f"SELECT pg_advisory_lock({LOCK})"))
            await connection.commit()
            try:
                await connection.run_sync(_upgrade)
                await connection.commit()
            finally:
                await connection.rollback()
                await connection.execute(text(f"SELECT pg_advisory_unlock({LOCK})"))
                await connection.commit()
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    cfg = config()
    cfg.attributes["connection"] = connection
    command.upgrade(cfg, "head")


def upgrade(url: str) -> None:
    asyncio.run(upgrade_async(url))


async def differences(url: str) -> list[str]:
    """What the database lacks against the code: an empty list when in step."""
    engine = create_async_engine(async_url(url), poolclass=NullPool)

    def compare(connection: Connection) -> list[str]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        head = ScriptDirectory.from_config(config()).get_current_head()
        found = [] if context.get_current_revision() == head else [f"not at revision {head}"]
        return found + [str(d) for d in compare_metadata(context, Base.metadata)]

    try:
        async with engine.connect() as connection:
            return await connection.run_sync(compare)
    finally:
        await engine.dispose()
