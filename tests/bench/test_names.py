"""The library finds what looking at every name finds: on the bench's own names, in the database."""

from collections.abc import AsyncIterator

import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bench import names
from law.names.compare import rule_between
from law.names.parse import read_name
from storage.engine import create_engine
from storage.names_registry import collisions
from storage.names_rows import COLUMNS, core_of

COUNT = 4_000
SEED = 20261125


@pytest_asyncio.fixture(loop_scope="session")
async def engine(fresh_database: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(fresh_database)
    yield engine
    await engine.dispose()


async def test_keys_find_all_that_an_exhaustive_comparison_finds(engine: AsyncEngine) -> None:
    timing = await names.measure(engine, SEED, COUNT, calls=20)
    assert timing.names == COUNT
    assert timing.keys > 3 * COUNT
    maker = names.Maker(SEED + 1)
    hits = 0
    async with engine.connect() as connection:
        rows = (await connection.execute(text(f"SELECT {COLUMNS} FROM names AS n"))).mappings()
        library = [(row["id"], core_of(row)) for row in rows]
        assert len(library) == COUNT
        for _ in range(150):
            name = read_name(maker.name(), seat=names.SEAT)
            core = name.core
            every = {
                (row_id, rule.id)
                for row_id, old in library
                if (rule := rule_between(core, old)) is not None
            }
            found = await collisions(connection, name, jurisdiction=names.CITY)
            assert {(c.held.id, c.rule.id) for c in found} == every
            hits += len(every)
    assert hits > 50
