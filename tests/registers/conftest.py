"""Fixtures of the registers' tests: one twin per module on a database of its own, emptied between tests."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from registers.twins.schema import metadata
from tests.registers.bureau import World, world


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def engine(module_database: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(module_database)
    yield engine
    await engine.dispose()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared_world(engine: AsyncEngine, module_database: str) -> AsyncIterator[World]:
    async with world(engine, module_database) as running:
        yield running


@pytest.fixture
async def twins(shared_world: World) -> World:
    """The running twins with nothing in their memory and the clock running."""
    tables = ", ".join(f"{t.schema}.{t.name}" for t in metadata.sorted_tables)
    async with shared_world.engine.begin() as connection:
        await connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY"))
    await shared_world.freeze(None)
    shared_world.inbox.callbacks.clear()
    shared_world.inbox.raw.clear()
    shared_world.inbox.statuses.clear()
    shared_world.inbox.arrived.clear()
    return shared_world
