"""The raw floor: the reference case as a bare Temporal workflow, nothing else.

The case: start; three completing updates, the first two of which call a register by a local activity; a
20-day timer; a closing update that ends it. Claims, status, SQL, HTTP and authorisation are not in it.
What it shares with ours is what nobody could leave out: payloads sealed with a key per case, taken from
PostgreSQL once per case and process.

`python -m bench.floor` is its worker: unsandboxed, uvloop, the SDK's defaults for everything else.
"""

import asyncio
import contextlib
import signal
import uuid
from datetime import timedelta

import uvloop
from pydantic import BaseModel
from temporalio import activity, workflow
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from banjian.compose import connect_engine, core_of
from banjian.settings import Settings

QUEUE = "bench-floor"
TIMERS = "bench-timers"
STEPS = ("accept", "examine", "approve")
NOTICE = timedelta(days=20)


class Opening(BaseModel):
    """What the bare case starts from."""

    case_id: str
    title: str
    applicant: str


class Completion(BaseModel):
    """A completed step."""

    step: str
    officer: str
    answers: dict[str, str | bool]


class Lookup(BaseModel):
    """A short, idempotent call to a register."""

    case_id: str
    step: str


@activity.defn(name="floor_register")
async def call_register(lookup: Lookup) -> str:
    return f"{lookup.step}:{lookup.case_id}"


@workflow.defn(name="floor")
class FloorCase:
    """Five workflow tasks at most: the first merges with the start."""

    def __init__(self) -> None:
        self.case_id = ""
        self.open = 0
        self.called = 0
        self.closed = False

    @workflow.run
    async def run(self, opening: Opening) -> str:
        self.case_id = opening.case_id
        for number in range(len(STEPS)):
            await workflow.wait_condition(lambda n=number: self.open > n)  # type: ignore[misc]
            if number < len(STEPS) - 1:
                await workflow.execute_local_activity(
                    call_register,
                    Lookup(case_id=self.case_id, step=STEPS[number]),
                    start_to_close_timeout=timedelta(seconds=5),
                )
            self.called = number + 1
        with contextlib.suppress(TimeoutError):
            await workflow.wait_condition(lambda: self.closed, timeout=NOTICE)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return "closed" if self.closed else "lapsed"

    @workflow.update
    async def complete(self, done: Completion) -> str:
        """Returns the next step once it is open."""
        number = STEPS.index(done.step) + 1
        self.open = number
        await workflow.wait_condition(lambda: self.called >= number)
        return STEPS[number] if number < len(STEPS) else "notice"

    @workflow.update
    async def close(self) -> str:
        self.closed = True
        return "closed"


@workflow.defn(name="floor_timer")
class Timer:
    """One timer and nothing else: what a storm of clocks is measured against."""

    @workflow.run
    async def run(self, due: float) -> float:
        """Seconds that it fired late."""
        await workflow.sleep(max(0.0, due - workflow.now().timestamp()))
        return workflow.now().timestamp() - due


Handle = WorkflowHandle[FloorCase, str]


async def start(client: Client, case_id: uuid.UUID) -> Handle:
    """Open a bare case."""
    return await client.start_workflow(
        FloorCase.run,
        Opening(case_id=str(case_id), title="随州市曾都区红光商贸有限公司", applicant="周晓岚"),
        id=str(case_id),
        task_queue=QUEUE,
    )


async def complete(handle: Handle, step: str) -> None:
    """One act: returns when the next step is open."""
    done = Completion(
        step=step, officer="刘敏", answers={"decision": "accept", "no_interest": True}
    )
    await handle.execute_update(FloorCase.complete, done)


async def close(handle: Handle) -> None:
    await handle.execute_update(FloorCase.close)


async def plain_client(settings: Settings) -> Client:
    """The same engine without seals on the payloads."""
    return await Client.connect(settings.temporal_address, namespace=settings.temporal_namespace)


async def serve(settings: Settings) -> None:
    """The floor's worker process."""
    core = core_of(settings)
    client = await connect_engine(core)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    worker = Worker(
        client,
        task_queue=QUEUE,
        workflows=[FloorCase],
        activities=[call_register],
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_cached_workflows=2000,
    )
    timers = Worker(
        await plain_client(settings),
        task_queue=TIMERS,
        workflows=[Timer],
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_cached_workflows=2000,
    )
    async with worker, timers:
        settings.announce_ready()
        await stop.wait()
    await core.engine.dispose()


if __name__ == "__main__":
    uvloop.run(serve(Settings()))
