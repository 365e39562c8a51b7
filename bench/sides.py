"""The two sides of the comparison, both up for the whole run, and what one case is on each of them."""

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import httpx
from temporalio.client import Client

from banjian.compose import Core, connect_engine, core_of
from banjian.player import bureau
from banjian.settings import Settings
from banjian.stack import layout, processes, temporal
from banjian.stack.layout import Program
from banjian.stack.parts import ProcessPart, file_says_ready
from banjian.stack.supervisor import LocalStack
from bench import floor

PROGRAMS = (
    Program("worker", ("-m", "bench.worker")),
    Program("api", ("-m", "bench.api", "--port", "{port}"), "/readyz"),
)
ANSWERS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("acceptor", {"decision": "accept"}),
    ("reviewer", {"finding": "conforms", "no_interest": True}),
    ("approver", {"decision": "grant", "no_interest": True}),
)


class Side(Protocol):
    """One system under measurement."""

    name: str

    @property
    def pids(self) -> dict[str, int]:
        """Its processes by role."""

    async def case(self, latencies: list[float]) -> uuid.UUID:
        """Play one reference case; adds the seconds of each act that opened a next task."""


class Unexpected(Exception):
    """The API answered otherwise than the reference case expects."""


@dataclass
class Ours:
    """The product over HTTP, with a sign-in per person."""

    stack: LocalStack
    core: Core
    client: Client
    http: httpx.AsyncClient
    tokens: dict[str, str] = field(default_factory=dict)
    name: str = "ours"

    @property
    def pids(self) -> dict[str, int]:
        found = {name: self.stack.pid(name) or 0 for name in self.stack.names}
        return {"engine": found["temporal"], **{n: found[n] for n in ("worker", "api", "postgres")}}

    async def sign_in(self, passwords: dict[str, str], people: list[str]) -> None:
        for who in people:
            answer = await self.http.post(
                "/api/v1/sessions", json={"sign_in": who, "password": passwords[who]}
            )
            self.tokens[who] = answer.raise_for_status().json()["token"]

    async def post(self, who: str, path: str, body: Any = None, **headers: str) -> Any:
        """One act of a person, under a fresh idempotency key."""
        answer = await self.http.post(
            path,
            json={} if body is None else body,
            headers={
                "Authorization": f"Bearer {self.tokens[who]}",
                "Idempotency-Key": uuid.uuid4().hex,
                **headers,
            },
        )
        if answer.status_code >= 300:
            raise Unexpected(f"{path}: {answer.status_code} {answer.text[:300]}")
        return answer.json()

    async def case(self, latencies: list[float]) -> uuid.UUID:
        draft = await self.post(
            "applicant",
            "/api/v1/applications",
            {"procedure": "reference", "form": {"name": "随州市曾都区红光商贸有限公司"}},
        )
        case_id = uuid.UUID(draft["id"])
        receipt = await self.post(
            "applicant", f"/api/v1/applications/{case_id}/submissions", {"declaration": True}
        )
        for number, (who, answers) in enumerate(ANSWERS, start=1):
            task = f"/api/v1/tasks/{case_id}-{number}"
            # Claiming the task that the last act opened proves that its answer came when it was visible.
            await self.post(who, f"{task}/claim", **{"If-Match": "*"})
            began = time.perf_counter()
            done = await self.post(who, f"{task}/complete", answers, **{"If-Match": "*"})
            if done["state"] != "applied":
                raise Unexpected(f"{task}: not readable within the API's patience")
            if number < len(ANSWERS):
                latencies.append(time.perf_counter() - began)
        closed = await self.post("applicant", f"/api/v1/cases/{receipt['receipt_no']}/closings")
        if closed["current"]["stage"] != "done":
            raise Unexpected(f"case {case_id} is in {closed['current']['stage']}")
        return case_id


@dataclass
class Floor:
    """The bare workflow, driven by the engine's own client."""

    client: Client
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
async def raised(folder: Path, say: Callable[[str], None]) -> AsyncIterator[Bench]:
    """Raise both sides in a folder; ends what it started."""
    stack = LocalStack(
        folder / "ours",
        settings=Settings(banjian_env="local"),
        programs=PROGRAMS,
        say=say,
    )
    async with contextlib.AsyncExitStack() as held:
        await held.enter_async_context(stack)
        core = core_of(stack.settings)
        held.push_async_callback(core.engine.dispose)
        http = await held.enter_async_context(
            httpx.AsyncClient(base_url=stack.settings.public_url, timeout=60)
        )
        ours = Ours(stack, core, await connect_engine(core), http)
        passwords = await bureau.seed(core.engine)
        await ours.sign_in(passwords, ["applicant", *(who for who, _ in ANSWERS)])
        bare = await held.enter_async_context(_floor(folder / "floor", stack))
        yield Bench(ours, bare)


@contextlib.asynccontextmanager
async def _floor(folder: Path, stack: LocalStack) -> AsyncIterator[Floor]:
    """A second engine of the same configuration, with a worker of its own; keys in the same PostgreSQL."""
    folder.mkdir(parents=True, exist_ok=True)
    port = processes.free_port()
    settings = stack.settings.model_copy(update={"temporal_address": f"127.0.0.1:{port}"})
    engine = ProcessPart(
        "temporal",
        temporal.server_command(port, folder / "temporal.db", settings.temporal_namespace),
        layout.environment(settings, "floor-engine", temporal.GO_ENVIRONMENT),
        folder / "temporal.log",
        lambda: temporal.serving(settings.temporal_address),
    )
    ready = folder / "worker.ready"
    worker = ProcessPart(
        "worker",
        layout.python(("-m", "bench.floor")),
        layout.environment(settings, "floor-worker", {"BANJIAN_READY_FILE": str(ready)}),
        folder / "worker.log",
        lambda: False,
    )
    worker.health = file_says_ready(ready, lambda: worker.pid)
    core = core_of(settings)
    try:
        for part in (engine, worker):
            part.start()
            await _healthy(part)
        client = await connect_engine(core)
        yield Floor(client, {"temporal": engine, "worker": worker}, lambda: stack.pid("postgres") or 0)
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


Play = Callable[[list[float]], Awaitable[uuid.UUID]]
