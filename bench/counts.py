"""What the engine recorded of a case: the costs that do not depend on the machine."""

import statistics
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client


@dataclass(frozen=True)
class Recorded:
    """Of one case, or medians of several."""

    workflow_tasks: float
    events: float
    updates: float


async def recorded(client: Client, case_id: uuid.UUID) -> Recorded:
    """Workflow tasks (also failed and timed-out ones), events and accepted updates of a case's history."""
    history = await client.get_workflow_handle(str(case_id)).fetch_history()
    kinds = [event.event_type for event in history.events]
    return Recorded(
        workflow_tasks=kinds.count(EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED),
        events=len(kinds),
        updates=kinds.count(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED),
    )


async def medians(client: Client, cases: Iterable[uuid.UUID]) -> Recorded:
    """Under load a workflow task may time out and come again; the median case has none of that."""
    found = [await recorded(client, case_id) for case_id in cases]
    return Recorded(
        workflow_tasks=statistics.median(f.workflow_tasks for f in found),
        events=statistics.median(f.events for f in found),
        updates=statistics.median(f.updates for f in found),
    )
