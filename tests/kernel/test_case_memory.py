"""A serving worker lets a case go without the collector, and keeps what lives out of its way (ADR 0014)."""

import asyncio
import gc
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from weakref import WeakSet, finalize

import pytest
from temporalio import workflow
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from banjian import case_memory
from banjian.worker import served

AT_HAND, STARTED = 2, 6
_left: asyncio.Queue[None] = asyncio.Queue()


@workflow.defn(name="waits")
class Waits:
    """A knot, as cases are: tasks, conditions and closures that lead back to it."""

    def __init__(self) -> None:
        finalize(self, _left.put_nowait, None)
        self.told = False
        self.beside: asyncio.Task[None] | None = None

    @workflow.run
    async def run(self) -> str:
        self.beside = asyncio.create_task(self._beside())
        await workflow.wait_condition(lambda: self.told)
        await self.beside
        return "told"

    async def _beside(self) -> None:
        await workflow.wait_condition(lambda: self.told)

    @workflow.update
    def tell(self) -> str:
        self.told = True
        return "heard"


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()
    gc.unfreeze()


@pytest.mark.asyncio
async def test_a_case_that_left_is_freed_and_comes_back(no_collector: None) -> None:
    engine = Path(sys.executable).parent / "temporal"
    async with (
        await WorkflowEnvironment.start_local(
            dev_server_existing_path=str(engine), dev_server_log_level="error"
        ) as env,
        Worker(
            env.client,
            task_queue="q",
            workflows=[Waits],
            max_cached_workflows=AT_HAND,
            **served(),
        ),
        asyncio.timeout(30),
    ):
        handles = [
            await env.client.start_workflow(Waits.run, id=str(uuid.uuid4()), task_queue="q")
            for _ in range(STARTED)
        ]
        # Each is read again from its history, and another one makes room for it.
        for handle in handles:
            assert await handle.execute_update(Waits.tell) == "heard"
            assert await handle.result() == "told"
        for _ in range(STARTED - AT_HAND):
            await _left.get()


def test_what_lives_is_set_apart_and_garbage_is_not(no_collector: None) -> None:
    class Knot:
        def __init__(self) -> None:
            self.itself = self

    kept, thrown = Knot(), WeakSet([Knot()])
    case_memory.set_apart()
    assert not thrown
    assert not any(found is kept for found in gc.get_objects())
