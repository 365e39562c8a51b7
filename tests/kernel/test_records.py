"""Related cases, the permanent record of a closed case, and erasure at the end of retention."""

import asyncio
import gzip
import json
import uuid
from collections.abc import AsyncIterator
from datetime import datetime

import pytest
import pytest_asyncio

from banjian.player.stage import stage
from bench.reference import ROW, Reference
from law import catalogue
from storage.chain import genesis, link
from storage.erasure import erase
from storage.keys import KeyDestroyed
from tests.kernel import parent
from tests.kernel.desk import APPLICANT, Case, Desk

STARTS = datetime.fromisoformat("2026-03-02T09:00:00+08:00")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(module_database: str) -> AsyncIterator[Desk]:
    catalogue.add(ROW)
    catalogue.add(parent.ROW)
    async with stage(module_database, starts=STARTS, procedures=[Reference, parent.Parent]) as made:
        yield Desk(made)


async def child_of(case: Case) -> Case:
    async def poll() -> uuid.UUID:
        while True:
            rows = await case.rows("SELECT child_case FROM case_links WHERE parent_case = :c")
            if rows:
                found: uuid.UUID = rows[0].child_case
                return found
            await asyncio.sleep(0.05)

    return Case(case.desk, await asyncio.wait_for(poll(), 15))


async def test_a_related_case_is_a_case_of_its_own_and_reports_its_end_once(desk: Desk) -> None:
    case = await desk.open("parent")
    child = await child_of(case)
    await case.reaches("waiting")
    rows = await child.rows("SELECT owner, procedure FROM cases WHERE case_id = :c")
    assert (rows[0].owner, rows[0].procedure) == (APPLICANT.person_id, "reference")
    await child.reach_notice()
    assert await case.stage() == "waiting"
    await child.act("close", APPLICANT)
    await case.reaches("done")
    assert (await case.kinds()).count("related_ended") == 1
    tie = await case.rows("SELECT state, outcome FROM case_links WHERE parent_case = :c")
    assert (tie[0].state, tie[0].outcome) == ("ended", "done")


async def test_the_engine_history_of_a_closed_case_is_kept_sealed(desk: Desk) -> None:
    case = await desk.open()
    await case.reach_notice()
    await case.act("close", APPLICANT)
    client = desk.stage.client
    for turn in range(2):
        kept = await client.execute_workflow(
            "keep_records", id=f"records-{turn}", task_queue="banjian-cases", result_type=dict
        )
        assert kept["left"] == 0
    rows = await case.rows("SELECT stored_id FROM files WHERE case_id=:c AND part='engine_history'")
    assert len(rows) == 1
    packed = await desk.stage.core.files.get(case.id, rows[0].stored_id)
    events = json.loads(gzip.decompress(packed))
    assert events[0]["eventType"] == "EVENT_TYPE_WORKFLOW_EXECUTION_STARTED"
    assert events[-1]["eventType"] == "EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED"
    assert "周晓岚".encode() not in gzip.decompress(packed)


async def test_erasure_destroys_the_person_and_leaves_the_chain_whole(desk: Desk) -> None:
    case = await desk.open()
    await case.reach_notice()
    await case.act("close", APPLICANT)
    core = desk.stage.core
    for _ in range(2):
        await erase(core.engine, core.keys, case.id)
    rows = await case.rows(
        "SELECT canonical, hash, details, salt FROM case_events WHERE case_id=:c ORDER BY revision"
    )
    prev = genesis(case.id)
    for row in rows:
        assert row.details is None
        assert row.salt is None
        assert link(prev, row.canonical) == row.hash
        prev = row.hash
    with pytest.raises(KeyDestroyed):
        await core.keys.get(case.id)
    everything = await desk.rows(
        "SELECT to_jsonb(c)::text AS body FROM cases c WHERE case_id = :c"
        " UNION ALL SELECT to_jsonb(t)::text FROM tasks t WHERE case_id = :c"
        " UNION ALL SELECT to_jsonb(e)::text FROM case_events e WHERE case_id = :c",
        c=case.id,
    )
    assert not [r for r in everything if "周晓岚" in r.body or "红光" in r.body]
