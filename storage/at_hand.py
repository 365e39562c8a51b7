"""Connections for statements that are a transaction by themselves: taken from an engine's pool and kept at hand.

Going through the pool costs a statement 0.1 ms of CPU each time (two greenlets, events, a reset), as much as the
driver's own part. So a few of its connections stay lent between two such statements. They still are the pool's:
it opens them, counts them, and closes them when the engine is disposed of or the server has gone.
"""

import asyncio
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool
from sqlalchemy.util.concurrency import greenlet_spawn

SHARE = 3
"""One connection in so many may be kept; the others stay for those who hold a transaction."""

SECONDS = 60.0
"""A connection that was not wanted for so long goes back, so that the pool's age limit gets to see it."""

_kept: WeakKeyDictionary[Engine, list[tuple[Any, float]]] = WeakKeyDictionary()


async def take(engine: AsyncEngine) -> Any:
    """A connection of the pool, lent to the caller alone: `give_back` or `drop` it.

    Raises:
        OperationalError: the server cannot be reached. Nothing was executed.
    """
    now = asyncio.get_running_loop().time()
    kept = _of(engine)
    while kept:
        lent, since = kept.pop()
        if now - since < SECONDS:
            return lent
        await greenlet_spawn(lent.close)
    try:
        return await engine.raw_connection()
    except engine.dialect.loaded_dbapi.Error as error:
        # The server starts up, or knows no such database.
        raise OperationalError(None, None, error) from error


async def give_back(engine: AsyncEngine, lent: Any) -> None:
    """The statement is over, with an answer or with an error of its own; the connection is sound."""
    kept = _of(engine)
    if len(kept) < _room(engine):
        kept.append((lent, asyncio.get_running_loop().time()))
    else:
        await greenlet_spawn(lent.close)


async def drop(engine: AsyncEngine, lent: Any, error: Exception | None = None) -> None:
    """Nobody gets this connection again. With an error the server has gone: then neither any that is kept."""
    if error is not None:
        kept = _of(engine)
        others, kept[:] = list(kept), []
        for other, _since in others:
            await greenlet_spawn(other.invalidate, error)
    await greenlet_spawn(lent.invalidate, error)


def _room(engine: AsyncEngine) -> int:
    pool = engine.pool
    return pool.size() // SHARE if isinstance(pool, QueuePool) else 0


def _of(engine: AsyncEngine) -> list[tuple[Any, float]]:
    kept = _kept.get(engine.sync_engine)
    if kept is None:
        kept = _kept[engine.sync_engine] = []
        event.listen(engine.sync_engine, "engine_disposed", _disposed)
    return kept


def _disposed(engine: Engine) -> None:
    for lent, _since in _kept.pop(engine, ()):
        lent.invalidate()
