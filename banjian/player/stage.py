"""A stage for stories: the real worker, API, storage and twins; only time is skipped.

All cases of a story share one clock: the time-skipping test server has a global one. `app_now()` is
frozen and moved by hand, hop by hop, from due rung to due rung; between hops the sweep, the reconciler
and the twins' due answers run, so that nothing due is passed over.
"""

import asyncio
import contextlib
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from sqlalchemy import text
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from banjian.compose import Core, core_of, registers_of
from banjian.compose_api import api_of, services_of
from banjian.compose_twins import twin_settings
from banjian.secret_files import create_missing
from banjian.serve import KEEP_ALIVE
from banjian.settings import Settings
from banjian.worker import Turns, workers
from law.calendars import forget_published
from law.zone import civil_date, day_start
from registers.trust import trusted
from registers.twins.app import create_twins
from storage import obligations
from storage.codec import data_converter
from storage.migrate import upgrade_async

SEARCH_ATTRIBUTES = ("CaseProcedure", "CaseOffice", "CaseOpenedOn", "CaseOutcome")
# Real seconds that a case may take to deal with what fell due; a story that needs more hangs.
SETTLE = 20.0
# From this length on, a hop is a leap over which nothing that is on its way may be carried; and the steps in which it waits.
LEAP = timedelta(hours=1)
BREATH = timedelta(seconds=1)


def listener() -> socket.socket:
    """A port of the loopback interface that is ours from now on: one that is only looked up, somebody else takes."""
    held = socket.socket()
    held.bind(("127.0.0.1", 0))
    return held


def url_of(held: socket.socket) -> str:
    return f"http://127.0.0.1:{held.getsockname()[1]}"


@contextlib.asynccontextmanager
async def served(application: FastAPI, held: socket.socket) -> AsyncIterator[None]:
    """The application under a real server on the held port, which it closes at the end.

    Raises:
        RuntimeError: it did not start.
    """
    server = uvicorn.Server(
        uvicorn.Config(
            application,
            log_level="warning",
            access_log=False,
            timeout_keep_alive=KEEP_ALIVE,
        )
    )
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]

    async def serve() -> None:
        try:
            await server.serve(sockets=[held])
        except SystemExit as refused:
            # It would end the loop of everything else that runs here.
            raise RuntimeError("the server did not start") from refused

    running = asyncio.create_task(serve())
    while not server.started:
        if running.done():
            running.result()
            raise RuntimeError("the server ended before it started")
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await running


@dataclass
class Stage:
    """A running stage. `http` speaks to the API, `twins` to the registers as their administrator."""

    core: Core
    client: Client
    env: WorkflowEnvironment | None
    http: httpx.AsyncClient
    twins: httpx.AsyncClient
    app: FastAPI
    api_url: str
    twins_url: str
    offset: timedelta
    turns: Turns
    # Awaited after each hop, where what it set going must have come to rest before the next.
    at_rest: Callable[[], Awaitable[None]] | None = None

    # -- time ------------------------------------------------------------------------------------

    async def now(self) -> datetime:
        async with self.core.engine.connect() as connection:
            found: datetime = (await connection.execute(text("SELECT app_now()"))).scalar_one()
            return found

    async def set_now(self, instant: datetime) -> None:
        async with self.core.engine.begin() as connection:
            await connection.execute(
                text("UPDATE app_clock SET frozen_at = :at WHERE id = 1"), {"at": instant}
            )

    async def _engine_to(self, instant: datetime) -> None:
        """Skip the engine's clock to the instant; a passed one is no reason to wait."""
        assert self.env is not None
        ahead = instant - (await self.env.get_current_time() + self.offset)
        if ahead > timedelta(0):
            await self.env.sleep(ahead)

    async def advance(self, to: datetime) -> None:
        """Hop from due rung to due rung up to the instant."""
        while True:
            now = await self.now()
            rung, there = await self._next_due(to), await self._next_at_registers(now, to)
            coming = (rung, there, await self._next_duty(now, to))
            if not any(coming):
                break
            due = min(instant for instant in coming if instant is not None)
            await self._hop(max(due, now))
            if due == rung:
                await self._settled_until(due)
            if self.at_rest is not None:
                await self.at_rest()
        await self._hop(to)

    async def _at_rest(self, before: datetime) -> None:
        """Before a leap: let what is on its way come to its end at the old time, as it would with weeks to do so.

        The engine skips its clock only while no task is being worked on; a second that took less says that none was.
        """
        if self.env is None or before - await self.now() < LEAP:
            return
        clock = asyncio.get_running_loop().time
        for _ in range(int(SETTLE / BREATH.total_seconds())):
            began = clock()
            await self.env.sleep(BREATH)
            if clock() - began < BREATH.total_seconds() / 2:
                return

    async def _hop(self, instant: datetime) -> None:
        await self._at_rest(instant)
        await self.set_now(instant)
        await self._engine_to(instant)
        await self.turns.hear()
        await self.turns.hear_of_devices()
        await self.upkeep()

    async def upkeep(self) -> None:
        """What the schedules and the twins' background do in a live installation.

        The schedules' workflows only run these two; through the engine they cost more than all the rest of a step.
        """
        await self.turns.open_duties()
        await self.turns.reconcile()
        await self.turns.sweep()
        await self.twins.post("/admin/tick")

    async def _next_due(self, to: datetime) -> datetime | None:
        async with self.core.engine.connect() as connection:
            found: datetime | None = (
                await connection.execute(
                    text(
                        "SELECT min(next_rung_at) FROM clocks"
                        " WHERE state = 'running' AND next_rung_at <= :to"
                    ),
                    {"to": to},
                )
            ).scalar_one()
            return found

    async def _next_duty(self, now: datetime, to: datetime) -> datetime | None:
        """The morning on which the next duty's case opens. What could have opened by now was tried at the hop to now."""
        async with self.core.engine.connect() as connection:
            day = await obligations.next_opening(connection, civil_date(now))
        at = day_start(day) if day is not None else None
        return at if at is not None and now < at <= to else None

    async def _next_at_registers(self, now: datetime, to: datetime) -> datetime | None:
        """When a register answers next. What is due by now was asked for at the hop to now."""
        answer = (await self.twins.get("/admin/due")).raise_for_status().json()
        due = instant(answer["at"]) if answer["at"] else None
        return due if due is not None and now < due <= to else None

    async def _settled_until(self, due: datetime) -> None:
        """Wait until no clock has a rung at or before `due` that did not fire."""

        async def poll() -> None:
            while True:
                left = await self._next_due(due)
                if left is None:
                    return
                await asyncio.sleep(0.02)
                await self.upkeep()

        await asyncio.wait_for(poll(), SETTLE)


async def _register_attributes(env: WorkflowEnvironment) -> None:
    await env.client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(
            namespace=env.client.namespace,
            search_attributes={
                name: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD for name in SEARCH_ATTRIBUTES
            },
        )
    )


@contextlib.asynccontextmanager
async def stage(
    database_url: str,
    *,
    starts: datetime | None = None,
    folder: Path | None = None,
    procedures: Sequence[type] = (),
    engine_arguments: Sequence[str] = (),
    sandboxed: bool = True,
    answer_seconds: int | None = None,
) -> AsyncIterator[Stage]:
    """Raise a stage on an empty or migrated database.

    Args:
        database_url: the story's own database.
        starts: the story's first instant; time stands there until `advance`. Without it real time
            runs on the dev server (for tests that need no skipping).
        folder: data folder; a temporary one without it.
        procedures: workflows beside the registered ones.
        engine_arguments: for the dev server (without `starts`).
        sandboxed: False runs the workflows as an installation does (ADR 0014); many cases need that.
        answer_seconds: after which departments answer; half a working day in a story, a second in real time.
    """
    if answer_seconds is None:
        answer_seconds = 14_400 if starts is not None else 1
    await upgrade_async(database_url)
    # Calendars that another story of this process published are none of this bureau's.
    forget_published()
    binaries = Path(sys.executable).parent
    async with contextlib.AsyncExitStack() as stack:
        data = folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        # Closed by their servers, or here where those never came to be.
        api_held, twins_held = stack.enter_context(listener()), stack.enter_context(listener())
        api_url, twins_url = url_of(api_held), url_of(twins_held)
        create_missing(data / "secrets")
        settings = Settings(
            banjian_env="test",
            banjian_data=data,
            database_url=database_url,
            registers_url=twins_url,
            public_url=api_url,
            api_port=api_held.getsockname()[1],
            twins_answer_seconds=answer_seconds,
        )
        core = core_of(settings)
        stack.push_async_callback(core.engine.dispose)
        converter = data_converter(core.keys)
        offset = timedelta(0)
        if starts is not None:
            env = await WorkflowEnvironment.start_time_skipping(
                test_server_existing_path=str(binaries / "temporal-test-server"),
                data_converter=converter,
            )
            stack.push_async_callback(_shut, env)
            await _register_attributes(env)
            offset = starts - await env.get_current_time()
        else:
            env = await WorkflowEnvironment.start_local(
                dev_server_existing_path=str(binaries / "temporal"),
                data_converter=converter,
                dev_server_log_level="error",
                dev_server_extra_args=[
                    *engine_arguments,
                    *(
                        part
                        for name in SEARCH_ATTRIBUTES
                        for part in ("--search-attribute", f"{name}=Keyword")
                    ),
                ],
            )
            stack.push_async_callback(_shut, env)
        # A client of its own: the environment's would skip time while it waits for a result.
        client = await Client.connect(
            env.client.service_client.config.target_host, data_converter=converter
        )
        registers = await stack.enter_async_context(registers_of(core))
        seconds = offset.total_seconds()
        services = services_of(core, client, offset=lambda: seconds, sweep=starts is not None)
        stack.push_async_callback(services.settled)
        app = api_of(services, settings)
        twins_app = create_twins(twin_settings(settings, background=starts is None))
        await stack.enter_async_context(served(twins_app, twins_held))
        await stack.enter_async_context(served(app, api_held))
        turns = await stack.enter_async_context(
            workers(
                core,
                client,
                registers,
                sweep=starts is not None,
                offset=seconds,
                procedures=procedures,
                sandboxed=sandboxed,
                # Time passes here only between acts.
                in_time=timedelta(0),
            )
        )
        admin = core.secrets.registers.admin_key.get_secret_value()
        http = await stack.enter_async_context(
            httpx.AsyncClient(base_url=api_url, timeout=30, verify=trusted())
        )
        twins = await stack.enter_async_context(
            httpx.AsyncClient(
                base_url=twins_url,
                headers={"Authorization": f"Bearer {admin}"},
                timeout=30,
                verify=trusted(),
            )
        )
        made = Stage(core, client, env, http, twins, app, api_url, twins_url, offset, turns)
        if starts is not None:
            await made.set_now(starts.astimezone(UTC))
        yield made


async def _shut(env: WorkflowEnvironment) -> None:
    await env.shutdown()
    # The interpreter can die at exit while the core still ends its threads.
    await asyncio.sleep(0.3)


def instant(value: Any) -> datetime:
    """An instant with its zone from a scenario file."""
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    if found.tzinfo is None:
        raise ValueError(f"{value}: an instant needs its zone, e.g. +08:00")
    return found
