"""The two sides of the comparison, both up for the whole run."""

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from sqlalchemy import text
from temporalio.client import Client

from banjian.compose import Core, connect_engine, core_of
from banjian.player import bureau
from banjian.settings import Settings
from banjian.stack import layout, processes, temporal
from banjian.stack.layout import TWINS, Program
from banjian.stack.parts import ProcessPart, file_says_ready
from banjian.stack.supervisor import LocalStack
from bench import floor
from bench.people import People

PROGRAMS = (
    Program("worker", ("-m", "bench.worker")),
    Program("api", ("-m", "bench.api", "--port", "{port}"), "/readyz"),
)


class Side(Protocol):
    """One system under measurement."""

    name: str

    @property
    def pids(self) -> dict[str, int]:
        """Its processes by role."""

    async def case(self, latencies: list[float]) -> uuid.UUID:
        """Play one reference case; adds the seconds of each act that opened a next task."""


@dataclass
class Ours:
    """The product over HTTP."""

    stack: LocalStack
    core: Core
    client: Client
    people: People
    name: str = "ours"

    @property
    def pids(self) -> dict[str, int]:
        found = {name: self.stack.pid(name) or 0 for name in self.stack.names}
        return {"engine": found["temporal"], **{n: found[n] for n in ("worker", "api", "postgres")}}

    async def case(self, latencies: list[float]) -> uuid.UUID:
        return await self.people.case(latencies)


@dataclass
class Floor:
    """The bare workflow, driven by the engine's own client."""

    client: Client
    timers: Client
    parts: dict[str, ProcessPart]
    postgres: Callable[[], int]
    name: str = "floor"

    @property
    def pids(self) -> dict[str, int]:
        found = {name: part.pid or 0 for name, part in self.parts.items()}
        return {"engine": found["temporal"], "worker": found["worker"], "postgres": self.postgres()}

    async def case(self, latencies: list[float]) -> uuid.UUID:
        case_id = uuid.uuid4()
        handle = await floor.start(self.client, case_id)
        for number, step in enumerate(floor.STEPS, start=1):
            began = time.perf_counter()
            await floor.complete(handle, step)
            if number < len(floor.STEPS):
                latencies.append(time.perf_counter() - began)
        await floor.close(handle)
        return case_id


@dataclass(frozen=True)
class Bench:
    """Both sides and what the other measurements need."""

    ours: Ours
    floor: Floor


@contextlib.asynccontextmanager
async def raised(
    folder: Path,
    say: Callable[[str], None],
    *,
    offset: timedelta = timedelta(0),
    registers: bool = False,
) -> AsyncIterator[Bench]:
    """Raise both sides in a folder; ends what it started.

    Args:
        offset: how far ahead of the machine's clock ours is.
        registers: with the twins of the registers, for procedures that ask them.
    """
    stack = LocalStack(
        folder / "ours",
        # Parts of its own, whatever the environment points at.
        settings=Settings(
            banjian_env="local",
            database_url="",
            temporal_address="",
            registers_url="",
            public_url="",
            banjian_story_offset=offset.total_seconds(),
        ),
        programs=(TWINS, *PROGRAMS) if registers else PROGRAMS,
        say=say,
    )
    async with contextlib.AsyncExitStack() as held:
        await held.enter_async_context(stack)
        core = core_of(stack.settings)
        held.push_async_callback(core.engine.dispose)
        if offset:
            await _ahead(core, offset)
        people = People(stack.settings.public_url)
        held.callback(people.wire.close)
        await people.sign_in(await bureau.seed(core.engine))
        ours = Ours(stack, core, await connect_engine(core), people)
        bare = await held.enter_async_context(_floor(folder, stack))
        yield Bench(ours, bare)


async def _ahead(core: Core, offset: timedelta) -> None:
    """The one clock of SQL, API and twins runs so far ahead; the cases are told by the setting."""
    async with core.engine.begin() as connection:
        await connection.execute(
            text(
                "CREATE OR REPLACE FUNCTION app_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS"
                f" $$ SELECT clock_timestamp() + interval '{offset.total_seconds()} seconds' $$"
            )
        )


@contextlib.asynccontextmanager
async def _floor(folder: Path, stack: LocalStack) -> AsyncIterator[Floor]:
    """A second engine of the same configuration, with a worker of its own; keys in the same PostgreSQL."""
    port = processes.free_port()
    settings = stack.settings.model_copy(update={"temporal_address": f"127.0.0.1:{port}"})
    engine = ProcessPart(
        "temporal",
        temporal.server_command(port, folder / "floor.db", settings.temporal_namespace),
        layout.environment(settings, "floor-engine", temporal.GO_ENVIRONMENT),
        folder / "floor-engine.log",
        lambda: temporal.serving(settings.temporal_address),
    )
    ready = folder / "floor.ready"
    worker = ProcessPart(
        "worker",
        layout.python(("-m", "bench.floor")),
        layout.environment(settings, "floor-worker", {"BANJIAN_READY_FILE": str(ready)}),
        folder / "floor-worker.log",
        lambda: False,
    )
    worker.health = file_says_ready(ready, lambda: worker.pid)
    core = core_of(settings)
    try:
        for part in (engine, worker):
            part.start()
            await _healthy(part)
        client = await connect_engine(core)
        yield Floor(
            client,
            await floor.plain_client(settings),
            {"temporal": engine, "worker": worker},
            lambda: stack.pid("postgres") or 0,
        )
    finally:
        await core.engine.dispose()
        await asyncio.to_thread(worker.stop)
        await asyncio.to_thread(engine.stop)


async def _healthy(part: ProcessPart, timeout: float = 60) -> None:
    limit = time.monotonic() + timeout
    while not await asyncio.to_thread(part.healthy):
        if time.monotonic() > limit or part.pid is None:
            raise RuntimeError(f"{part.name} is not ready: {part.log.read_text()[-2000:]}")
        await asyncio.sleep(0.05)
