"""One running product per module: each attack reads, and proves that it changed nothing."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.security.ground import Ground, ground


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def live(module_database: str) -> AsyncIterator[Ground]:
    async with ground(module_database) as made:
        yield made


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The long runs are asked for (`-m long`); without it they are not part of the suite."""
    if config.getoption("-m"):
        return
    long = [item for item in items if item.get_closest_marker("long")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]
