"""One running product for the whole package: each attack reads, and proves that it changed nothing."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.conftest import _copy
from tests.security.ground import Ground, ground


@pytest.fixture(scope="package")
def package_database(database_url: str, migrated_template: str) -> Iterator[str]:
    yield from _copy(database_url, migrated_template)


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def live(package_database: str) -> AsyncIterator[Ground]:
    async with ground(package_database) as made:
        yield made


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The long runs are asked for (`-m long`); without it they are not part of the suite."""
    if config.getoption("-m"):
        return
    long = [item for item in items if item.get_closest_marker("long")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]
