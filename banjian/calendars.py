"""Each process knows the calendars that were published in the installation: read at start, and again and again."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import timedelta

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from storage import calendars

EVERY = timedelta(seconds=5)
"""Two small values are read so often; an edition is known here long before somebody can approve it."""

log = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def kept_known(engine: AsyncEngine) -> AsyncIterator[None]:
    """While the process runs. Its first reading comes before anything else; a database that is away is asked again."""
    await _read(engine)
    reading = asyncio.create_task(_again(engine))
    try:
        yield
    finally:
        reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reading


async def _again(engine: AsyncEngine) -> None:
    while True:
        await asyncio.sleep(EVERY.total_seconds())
        await _read(engine)


async def _read(engine: AsyncEngine) -> None:
    try:
        await calendars.load(engine)
    except (OSError, TimeoutError, DBAPIError) as error:
        log.warning("calendars cannot be read: %s", type(error).__name__)
