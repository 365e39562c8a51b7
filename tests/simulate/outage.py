"""The engine is killed before a deadline and comes back after it: an objection of the last minute still wins."""

import asyncio
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.acts import Acts, Draft
from banjian.compose import connect_engine, core_of
from banjian.compose_api import services_of
from banjian.settings import Settings
from banjian.stack.layout import Program
from banjian.stack.supervisor import LocalStack
from law import catalogue
from law.offices import DEFAULT_OFFICE
from tests.kernel.any_clock import ROW
from tests.kernel.desk import APPLICANT

# Four hours, at whose end the result is final (食品安全法 88): it may end at any second.
CLOCK: Final = "F12"
TERM: Final = timedelta(hours=4)
LEFT: Final = timedelta(seconds=25)
DOWN_AFTER: Final = timedelta(seconds=12)
PATIENCE: Final = 120.0


async def play(say: Callable[[str], None]) -> list[str]:
    """Two cases of one end: somebody objects in one of them while the engine is dead, nobody in the other."""
    with tempfile.TemporaryDirectory(prefix="banjian-outage-") as folder:
        stack = LocalStack(
            Path(folder) / "data",
            settings=Settings(
                banjian_env="test",
                database_url="",
                temporal_address="",
                registers_url="",
                public_url="",
            ),
            programs=(Program("worker", ("-m", "tests.simulate.worker")),),
            say=lambda _: None,
        )
        async with stack:
            return await _over_the_end(stack, say)


async def _over_the_end(stack: LocalStack, say: Callable[[str], None]) -> list[str]:
    catalogue.add(ROW)
    core = core_of(stack.settings)
    try:
        client = await connect_engine(core)
        acts = services_of(core, client, offset=lambda: 0.0, sweep=True).acts
        ends = datetime.now().astimezone().replace(microsecond=0) + LEFT
        objecting, silent = [await _begin(acts, ends) for _ in range(2)]
        await asyncio.to_thread(stack.kill, "temporal", restart=False)
        draft = Draft(uuid.uuid4(), objecting, "object", APPLICANT, {})
        received = await acts.perform(draft)
        say(
            f"engine killed; objection {received.state} {ends - received.received_at} before the end"
        )
        if received.state != "received" or received.received_at >= ends:
            return ["the objection was not durable in time while the engine was dead"]
        left = (ends + DOWN_AFTER - datetime.now().astimezone()).total_seconds()
        await asyncio.sleep(max(0.0, left))
        await asyncio.to_thread(stack.restart, "temporal", PATIENCE)
        say("engine back after the end")
        faults = []
        for case, stage, event in (
            (objecting, "acted", "objected"),
            (silent, "after", "clock_expired"),
        ):
            found, kinds = await _outcome(core.engine, case, {"acted", "after"})
            if found != stage or kinds.count(event) != 1:
                faults.append(f"the case is {found}, not {stage}: {kinds}")
            if {"objected", "clock_expired"} <= set(kinds):
                faults.append(f"both took effect: {kinds}")
        return faults
    finally:
        await core.engine.dispose()


async def _begin(acts: Acts, ends: datetime) -> uuid.UUID:
    case = uuid.uuid4()
    body = {
        "procedure": ROW.procedure,
        "catalogue_version": ROW.version,
        "table_version": "1",
        "office": DEFAULT_OFFICE,
        "title": "红光商贸",
        "receipt_no": str(case),
        "digest": "a" * 64,
    }
    await acts.perform(Draft(uuid.uuid4(), case, "open", APPLICANT, body))
    start = {"clock_id": CLOCK, "trigger": (ends - TERM).isoformat()}
    started = await acts.perform(Draft(uuid.uuid4(), case, "start", APPLICANT, start))
    assert started.state == "applied"
    return case


async def _outcome(engine: AsyncEngine, case: uuid.UUID, stages: set[str]) -> tuple[str, list[str]]:
    """The case once it is in one of the stages, with the kinds of its events; whatever it is after the patience."""
    end = time.monotonic() + PATIENCE
    while True:
        async with engine.connect() as connection:
            stage = await connection.scalar(
                text("SELECT stage FROM cases WHERE case_id = :c"), {"c": case}
            )
            kinds = await connection.scalars(
                text("SELECT kind FROM case_events WHERE case_id = :c ORDER BY revision"),
                {"c": case},
            )
        if stage in stages or time.monotonic() > end:
            return str(stage), list(kinds)
        await asyncio.sleep(0.2)
