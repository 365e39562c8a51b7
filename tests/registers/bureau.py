"""The bureau's side of the registers in tests: a real twin under uvicorn, and a receiver of callbacks."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import Response
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from banjian.serve import KEEP_ALIVE
from registers.callbacks import RegisterCallback, verify_callback
from registers.client import Endpoint
from registers.clients import Registers, connect
from registers.messages import Register
from registers.twins.app import create_twins
from registers.twins.settings import TwinSettings

KEYS = {r: f"key-of-{r.value}" for r in Register}
SECRETS = {r: f"callback-secret-of-{r.value}" for r in Register}
ADMIN = {"Authorization": "Bearer admin-key"}


def free_socket() -> socket.socket:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    return listener


@contextlib.asynccontextmanager
async def serve(app: FastAPI, listener: socket.socket) -> AsyncIterator[str]:
    """Run an application under uvicorn in this loop; yield its base URL."""
    config = uvicorn.Config(
        app, log_level="critical", lifespan="on", ws="none", timeout_keep_alive=KEEP_ALIVE
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        if task.done():
            await task
            raise RuntimeError("uvicorn ended at its start")
        await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


@dataclass
class Inbox:
    """What our API would get. `statuses` are answered first, then 204; every arrival is verified."""

    engine: AsyncEngine
    callbacks: list[RegisterCallback] = field(default_factory=list)
    raw: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/api/v1/registry-callbacks/{register}")
        async def receive(register: Register, request: Request) -> Response:
            body = await request.body()
            if self.statuses:
                return Response(status_code=self.statuses.pop(0))
            async with self.engine.connect() as connection:
                now = await connection.scalar(text("SELECT app_now()"))
            callback = verify_callback(
                request.headers, body, SECRETS[register], now, timedelta(minutes=5)
            )
            self.callbacks.append(callback)
            self.raw.append((dict(request.headers), body))
            self.arrived.set()
            return Response(status_code=204)

        return app


@dataclass
class World:
    """Everything a test needs: our clients, the twins' admin door, and the inbox of callbacks."""

    url: str
    registers: Registers
    admin: httpx.AsyncClient
    people: httpx.AsyncClient
    inbox: Inbox
    engine: AsyncEngine

    async def fault(self, register: Register, kind: str, **more: Any) -> None:
        order = {"register": register.value, "kind": kind, "times": 1} | more
        (await self.admin.post("/admin/faults", json=order)).raise_for_status()

    async def seed(self, **world: Any) -> None:
        (await self.admin.post("/admin/world", json=world)).raise_for_status()

    async def tick(self) -> dict[str, int]:
        answer = await self.admin.post("/admin/tick")
        counts: dict[str, int] = answer.raise_for_status().json()["counts"]
        return counts

    async def effects(self, **params: str) -> list[dict[str, Any]]:
        answer = await self.admin.get("/admin/effects", params=params)
        rows: list[dict[str, Any]] = answer.raise_for_status().json()
        return rows

    async def freeze(self, instant: str | None) -> None:
        """Set app_now(); None lets it run again."""
        async with self.engine.begin() as connection:
            await connection.execute(text("DELETE FROM app_clock"))
            if instant is not None:
                await connection.execute(
                    text(
                        "INSERT INTO app_clock (id, frozen_at) VALUES (1, CAST(:i AS text)::timestamptz)"
                    ),
                    {"i": instant},
                )


def endpoints(url: str, **more: Any) -> dict[Register, Endpoint]:
    return {
        r: Endpoint(f"{url}/{r.value}", SecretStr(KEYS[r]), **{"total_timeout": 30.0} | more)
        for r in Register
    }


@contextlib.asynccontextmanager
async def world(engine: AsyncEngine, database_url: str, **settings: Any) -> AsyncIterator[World]:
    inbox = Inbox(engine)
    listener = free_socket()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with contextlib.AsyncExitStack() as stack:
        api = await stack.enter_async_context(serve(inbox.app(), free_socket()))
        given: dict[str, Any] = {
            "background": False,
            "callback_url": api,
            "public_url": url,
        } | settings
        twins = create_twins(
            TwinSettings(
                database_url=database_url,
                api_keys=KEYS,
                callback_secrets=SECRETS,
                admin_key="admin-key",
                **given,
            )
        )
        await stack.enter_async_context(serve(twins, listener))
        yield World(
            url=url,
            registers=await stack.enter_async_context(connect(endpoints(url))),
            admin=await stack.enter_async_context(
                httpx.AsyncClient(base_url=url, headers=ADMIN, trust_env=False)
            ),
            people=await stack.enter_async_context(
                httpx.AsyncClient(base_url=url, trust_env=False)
            ),
            inbox=inbox,
            engine=engine,
        )
