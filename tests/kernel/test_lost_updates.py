"""An act that the engine lost with the task that was to judge it is sent again; its case is not taken for ended."""

import sys
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.client import Client, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from domain.contracts import SYSTEM, Command
from domain.refusals import NotYet
from workflows.dispatch import CaseUnknown, Dispatcher


@pytest_asyncio.fixture
async def client() -> AsyncIterator[Client]:
    engine = Path(sys.executable).parent / "temporal"
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(engine),
        dev_server_log_level="error",
        data_converter=pydantic_data_converter,
    ) as env:
        yield env.client


class Lost:
    """A handle by which every update is sent and then forgotten by the engine: its outcome is asked for alone."""

    def __init__(self, handle: WorkflowHandle[Any, Any]) -> None:
        self._handle = handle

    async def describe(self, **_: Any) -> Any:
        return await self._handle.describe()

    async def execute_update(self, _name: str, _argument: Command, *, id: str, **_: Any) -> Any:
        return await self._handle.get_update_handle(id).result()


class Forgetful:
    """The engine's client, whose updates get lost."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def get_workflow_handle(self, case_id: str) -> Lost:
        return Lost(self._client.get_workflow_handle(case_id))


def command(case_id: str) -> Command:
    return Command(
        act_id=str(uuid.uuid4()),
        case_id=case_id,
        kind="withdraw",
        received_at=datetime(2026, 9, 18, tzinfo=UTC),
        actor=SYSTEM,
    )


@pytest.mark.asyncio
async def test_an_update_that_the_engine_lost_is_not_yet_judged(client: Client) -> None:
    case_id = str(uuid.uuid4())
    # Nobody serves it: it runs and does nothing.
    await client.start_workflow("establishment_registration", id=case_id, task_queue="nobody")
    with pytest.raises(NotYet):
        await Dispatcher(Forgetful(client)).send(command(case_id))  # type: ignore[arg-type]


@pytest.mark.asyncio
async def test_an_update_lost_by_a_case_that_has_ended_is_unknown(client: Client) -> None:
    case_id = str(uuid.uuid4())
    handle = await client.start_workflow(
        "establishment_registration", id=case_id, task_queue="nobody"
    )
    await handle.terminate()
    with pytest.raises(CaseUnknown):
        await Dispatcher(Forgetful(client)).send(command(case_id))  # type: ignore[arg-type]


@pytest.mark.asyncio
async def test_a_case_that_the_engine_does_not_run_is_unknown(client: Client) -> None:
    with pytest.raises(CaseUnknown):
        await Dispatcher(client).send(command(str(uuid.uuid4())))
