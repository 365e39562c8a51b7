"""One stage in skipped time for all kernel tests of a module; every test opens cases of its own."""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest_asyncio

from banjian.player.stage import stage
from bench.reference import ROW, Reference
from law import catalogue
from tests.kernel.desk import Desk

STARTS = datetime.fromisoformat("2026-03-02T09:00:00+08:00")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(module_database: str) -> AsyncIterator[Desk]:
    catalogue.add(ROW)
    async with stage(module_database, starts=STARTS, procedures=[Reference]) as made:
        yield Desk(made)
