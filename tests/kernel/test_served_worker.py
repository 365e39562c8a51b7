"""A served case outlives a pause of its worker's machine (ADR 0014)."""

import asyncio
import sys
import time
import uuid
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.api.enums.v1 import EventType
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from banjian.worker import served, tried

# The SDK interrupts what has not yielded for two seconds.
STOOD_STILL = 2.5


@workflow.defn(name="stands_still", sandboxed=False)
class StandsStill:
    """Its first task takes as long as if the machine had been paused in the middle of it."""

    @workflow.run
    async def run(self) -> str:
        if not workflow.unsafe.is_replaying():
            time.sleep(STOOD_STILL)  # noqa: ASYNC251 - the pause itself
        await asyncio.sleep(0.01)
        return "went on"


@pytest.mark.asyncio
async def test_a_case_goes_on_after_its_machine_stood_still() -> None:
    engine = Path(sys.executable).parent / "temporal"
    async with (
        await WorkflowEnvironment.start_local(
            dev_server_existing_path=str(engine), dev_server_log_level="error"
        ) as env,
        Worker(env.client, task_queue="q", workflows=[StandsStill], **served()),
        asyncio.timeout(30),
    ):
        handle = await env.client.start_workflow(
            StandsStill.run, id=str(uuid.uuid4()), task_queue="q"
        )
        assert await handle.result() == "went on"
        history = await handle.fetch_history()
    kinds = {EventType.Name(e.event_type) for e in history.events}
    assert "EVENT_TYPE_WORKFLOW_TASK_FAILED" not in kinds


def test_where_code_is_tried_a_workflow_that_does_not_yield_is_told() -> None:
    assert not tried()["debug_mode"]
