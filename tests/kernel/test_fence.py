"""The instant that fences a projection: the beginning of its workflow task, whatever ran within it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest_asyncio
from temporalio.api.enums.v1 import EventType

from banjian.player.stage import stage
from law import catalogue
from tests.kernel import numbered
from tests.kernel.desk import Desk

STARTS = datetime.fromisoformat("2026-03-02T09:00:00+08:00")
# workflow.now() is a float of seconds inside.
ROUNDING = timedelta(microseconds=2)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(module_database: str) -> AsyncIterator[Desk]:
    catalogue.add(numbered.ROW)
    async with stage(module_database, starts=STARTS, procedures=[numbered.Numbered]) as made:
        yield Desk(made)


async def test_a_projection_bears_the_beginning_of_its_task(desk: Desk) -> None:
    """Numbers are taken before the stage is shown: by then `workflow.now()` has moved on."""
    case = await desk.open("numbered")
    await case.reaches("done")
    began = set()
    handle = desk.stage.client.get_workflow_handle(str(case.id))
    async for event in handle.fetch_history_events():
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED:
            began.add(event.event_time.ToDatetime(tzinfo=UTC))
    rows = await case.rows("SELECT revision, task_at FROM case_events WHERE case_id = :c")
    assert len(rows) >= 4
    strays = [
        (row.revision, row.task_at)
        for row in rows
        if not any(abs(row.task_at - instant) <= ROUNDING for instant in began)
    ]
    assert strays == []
