"""The reference case costs what the bench says, whatever the machine: counted in the engine's history."""

from collections import Counter
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from temporalio.api.enums.v1 import EventType

from banjian.player import bureau
from banjian.player.stage import Stage, stage
from bench import api as bench_api
from bench.application import Application
from bench.counts import recorded
from bench.people import People
from bench.reference import ROW, Reference
from forms.registry import APPLICATIONS
from law import catalogue
from workflows.registry import PROCEDURES


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def played(module_database: str) -> AsyncIterator[tuple[Stage, People]]:
    """The real dev server, worker and API; the reference procedure is registered here only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(APPLICATIONS, Application.code, Application)
        patch.setitem(PROCEDURES, ROW.workflow, Reference)
        catalogue.add(ROW)
        async with stage(module_database) as made:
            made.app.include_router(bench_api.router)
            people = People(made.api_url)
            await people.sign_in(await bureau.seed(made.core.engine))
            yield made, people
            people.wire.close()


async def test_a_case_over_http_costs_five_workflow_tasks_and_thirty_five_events(
    played: tuple[Stage, People],
) -> None:
    made, people = played
    # The first case fills caches; a workflow task of it may take long enough to be repeated.
    await people.case([])
    case_id = await people.case([])
    counted = await recorded(made.client, case_id)
    assert counted.workflow_tasks == 5
    assert counted.updates == 4
    assert counted.events == 35


async def test_each_workflow_task_makes_one_projection_and_one_timer_guards_each_clock(
    played: tuple[Stage, People],
) -> None:
    made, people = played
    case_id = await people.case([])
    history = await made.client.get_workflow_handle(str(case_id)).fetch_history()
    kinds = Counter(event.event_type for event in history.events)
    assert (
        kinds[EventType.EVENT_TYPE_MARKER_RECORDED]
        == kinds[EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED]
    )
    assert kinds[EventType.EVENT_TYPE_TIMER_STARTED] == 2
    assert kinds[EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED] == 0


async def test_an_act_over_http_is_answered_when_the_next_task_can_be_claimed(
    played: tuple[Stage, People],
) -> None:
    _, people = played
    latencies: list[float] = []
    await people.case(latencies)
    # `People.case` claims the next task straight away and fails where it is not there yet.
    assert len(latencies) == 2
