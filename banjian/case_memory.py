"""What a worker keeps of the cases that it has at hand, and how a case leaves it without the collector.

Python's collector walks everything that is alive whenever enough was made since: with two thousand cases at hand that
took a second where they had just been opened, and five to ten where they had a past; whoever waited in the process, waited as long.
So what lives is set apart (`gc.freeze`) again and again, and only what was made since is walked. What is set apart and
dies is freed by its last reference, never by the collector: a case is a knot of references to itself, so it is taken
apart when the engine's library lets it go.
"""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from temporalio.worker import (
    UnsandboxedWorkflowRunner,
    WorkflowInstance,
    WorkflowInstanceDetails,
)

EVERY = timedelta(seconds=10)
"""Seconds of a busy worker make some ten thousand objects that live: walking them takes a twentieth of a second."""


class LettingGo(WorkflowInstance):
    """A workflow as the library runs it; taken apart when it leaves the worker."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def activate(self, act: Any) -> Any:
        """As the library does. The activation that removes it is the last."""
        done = self._inner.activate(act)
        if any(job.HasField("remove_from_cache") for job in act.jobs):
            case = getattr(self._inner, "_object", None)
            if case is not None:
                vars(case).clear()
            vars(self._inner).clear()
        return done

    def get_serialization_context(self, command_info: Any) -> Any:
        return self._inner.get_serialization_context(command_info)

    def get_external_store_context(self, command_info: Any) -> Any:
        return self._inner.get_external_store_context(command_info)

    def get_info(self) -> Any:
        return self._inner.get_info()

    def get_thread_id(self) -> int | None:
        found: int | None = self._inner.get_thread_id()
        return found


class ServedRunner(UnsandboxedWorkflowRunner):
    """Runs the workflows of an installation (ADR 0014)."""

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        return LettingGo(super().create_instance(det))


def set_apart() -> None:
    """What lives now is not walked again."""
    # First what is dead already: set apart, it would stay for ever.
    gc.collect(1)
    gc.freeze()


@contextlib.asynccontextmanager
async def kept_apart() -> AsyncIterator[None]:
    """While a worker serves: what lives is set apart again and again."""
    setting = asyncio.create_task(_again())
    try:
        yield
    finally:
        setting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await setting


async def _again() -> None:
    while True:
        await asyncio.sleep(EVERY.total_seconds())
        set_apart()
