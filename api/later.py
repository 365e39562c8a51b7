"""Notes that need not be made before an answer: gathered for a moment, then written together.

What is lost with the process must cost a question more and nothing else: whoever uses this says why.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

Key = TypeVar("Key", bound=Hashable)
Note = TypeVar("Note")

EVERY = 0.25
"""Seconds that a note waits for others."""
MOST = 10_000
"""Notes kept while the database is away; older ones are given up then."""

log = structlog.get_logger(__name__)


class Later(Generic[Key, Note]):
    """Notes by key, readable until they are written.

    Args:
        write: writes them all or none.
    """

    def __init__(self, write: Callable[[dict[Key, Note]], Awaitable[None]]) -> None:
        self._write = write
        self._notes: dict[Key, Note] = {}
        self._writing: asyncio.Task[None] | None = None

    def add(self, key: Key, note: Note) -> None:
        """Note it; a later note under the same key takes its place."""
        self._notes[key] = note
        if len(self._notes) > MOST:
            del self._notes[next(iter(self._notes))]
        if self._writing is None or self._writing.done():
            self._writing = asyncio.get_running_loop().create_task(self._turns())

    def get(self, key: Key) -> Note | None:
        """The note, while it is not written yet."""
        return self._notes.get(key)

    async def written(self) -> None:
        """Returns when every note so far is written or given up."""
        if self._writing is not None:
            await self._writing

    async def _turns(self) -> None:
        failures = 0
        while self._notes and failures < 3:
            await asyncio.sleep(EVERY)
            batch = dict(self._notes)
            try:
                await self._write(batch)
            except (SQLAlchemyError, OSError, TimeoutError) as error:
                failures += 1
                log.warning("notes not written", notes=len(batch), error=type(error).__name__)
                continue
            failures = 0
            for key, note in batch.items():
                if self._notes.get(key) is note:
                    del self._notes[key]
