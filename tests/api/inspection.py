"""The inspector's page and answer as its tests read them."""

import asyncio
import dataclasses
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from bs4 import BeautifulSoup
from temporalio.client import Client

from api.views import history_shapes
from banjian.engine_records import ClientRecords
from storage.codec import data_converter
from tests.api.test_tasks_pages import soup
from tests.security.ground import Ground


async def history(ground: Ground, case: str, who: str = "admin", query: str = "") -> dict[str, Any]:
    path = f"/api/v1/admin/cases/{ground.number(case)}/history{query}"
    found: dict[str, Any] = await ground.get(who, path)
    history_shapes.CaseHistory.model_validate(found)
    return found


async def page(
    ground: Ground, case: str, who: str = "admin", query: str = "", language: str = "zh-CN"
) -> BeautifulSoup:
    client = await ground.pages(who, language)
    answer = await client.get(f"/admin/cases/{ground.number(case)}{query}")
    assert answer.status_code == 200, answer.text[:500]
    return soup(answer)


async def until(
    ground: Ground, case: str, wanted: Callable[[dict[str, Any]], Any]
) -> dict[str, Any]:
    # The engine tries a deletion again after half a minute where it came before the case's end was through.
    async with asyncio.timeout(90):
        while True:
            found = await history(ground, case)
            if wanted(found):
                return found
            await asyncio.sleep(0.2)


def why(page: BeautifulSoup) -> str:
    inset = page.select_one("main .inset p")
    assert inset is not None
    return inset.text


def section(page: BeautifulSoup, title: str) -> str:
    head = page.find("h2", string=title)
    assert head is not None, title
    panel = head.find_parent("section")
    assert panel is not None
    return panel.text


def payloads(event: dict[str, Any], key: str = "payload") -> list[Any]:
    """Every payload of an event that was (or was not) opened."""
    found: list[Any] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if key in value and set(value) <= {key, "bytes"}:
                found.append(value[key])
                return
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(event)
    return found


@asynccontextmanager
async def engine_away(ground: Ground) -> AsyncIterator[None]:
    """The site's link to the engine leads to a port where nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        client = await Client.connect(
            f"127.0.0.1:{held.getsockname()[1]}",
            data_converter=data_converter(ground.on.core.keys),
            lazy=True,
        )
        state, core = ground.on.app.state, ground.on.core
        before = state.services
        records = ClientRecords(lambda: client, core.engine, core.files, core.keys, patience=1)
        state.services = dataclasses.replace(before, engine_records=records)
        try:
            yield
        finally:
            state.services = before
