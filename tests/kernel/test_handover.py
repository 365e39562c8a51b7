"""Continue-as-new: between stages only, one unbroken story; what is carried stays small."""

import gzip
import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from temporalio.converter import WorkflowSerializationContext
from temporalio.testing import ActivityEnvironment

from activities.records import RecordActivities
from banjian.histories import ClientHistory
from banjian.player.stage import stage
from bench.reference import ROW, Reference
from domain.contracts import CaseInput, CaseState, Command
from law import calendars as law
from law import catalogue
from law.provisional import statutory_holidays
from storage import acts
from storage.projector import stored_events
from storage.tables import ActRow
from tests.kernel.desk import APPLICANT, Case, Desk
from tests.law.notice import notice


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(module_database: str) -> AsyncIterator[Desk]:
    catalogue.add(ROW)
    suggest = ["--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=10"]
    async with stage(module_database, procedures=[Reference], engine_arguments=suggest) as made:
        yield Desk(made)


async def test_a_case_handed_over_between_stages_has_one_unbroken_story(desk: Desk) -> None:
    case = await desk.open()
    await case.reach_notice()
    done = await case.act("close", APPLICANT)
    assert done.state == "applied"
    assert await case.stage() == "done"
    runs = await case.rows("SELECT DISTINCT run_id FROM case_events WHERE case_id = :c")
    assert len(runs) > 1
    revisions = await case.rows("SELECT revision FROM case_events WHERE case_id=:c ORDER BY 1")
    assert [r.revision for r in revisions] == list(range(1, len(revisions) + 1))
    assert (await case.kinds()).count("submitted") == 1


async def test_an_act_repeated_after_the_handover_is_still_one_act(desk: Desk) -> None:
    case = await desk.open()
    first = await case.decide("acceptor", {"decision": "accept"})
    await case.decide("reviewer", {"finding": "conforms", "no_interest": True})
    command_rows = await case.rows("SELECT id FROM acts WHERE id = :a", a=first.act_id)
    assert command_rows
    async with desk.stage.core.engine.connect() as connection:
        row = await acts.find(connection, first.act_id)
        assert row is not None
        command = await acts.command_of(desk.stage.core.keys, row)
    # The engine forgot the update's id with the run; the case remembers the act.
    await desk.acts._sender.send(command.model_copy())
    assert (await case.kinds()).count("task_completed") == 2


async def test_a_calendar_learned_before_the_handover_counts_after_it(desk: Desk) -> None:
    case = await desk.open()
    await case.task("acceptor")
    year = (await desk.stage.now()).year
    edition = law.edition_from_json(notice(year=year, version=101, days=statutory(year)))
    law.learn(edition)
    law.put_in_force(law.Published(order=7, pins={year: edition.pin}, paper="测试"))
    try:
        await case.reach_notice()
        rows = await case.rows(
            "SELECT body->'calendar_pins' AS pins FROM clocks WHERE case_id = :c AND clock_id = 'D01'"
        )
        assert edition.pin in rows[0].pins
        runs = await case.rows("SELECT DISTINCT run_id FROM case_events WHERE case_id = :c")
        assert len(runs) > 1
        handle = desk.stage.client.get_workflow_handle(str(case.id))
        begun = (await handle.fetch_history()).events[0].workflow_execution_started_event_attributes
        (carried,) = await desk.stage.client.data_converter.with_context(
            WorkflowSerializationContext(
                namespace=desk.stage.client.namespace, workflow_id=str(case.id)
            )
        ).decode(begun.input.payloads, [CaseInput])
        assert carried.resumed.calendar_order == 7
        assert edition.pin in carried.resumed.calendar_pins
        await case.act("close", APPLICANT)
    finally:
        law.forget_published()


def statutory(year: int) -> list[dict[str, str]]:
    return [
        {"date": day.isoformat(), "kind": "off_day", "holiday": name}
        for day, name in sorted(statutory_holidays(year).items())
    ]


async def test_what_a_full_case_carries_stays_under_a_megabyte(desk: Desk) -> None:
    """A case with far more than any real one: 60 parties, 200 papers, 100 clocks, 1000 acts."""
    case = await desk.open()
    await case.reach_notice()
    async with desk.stage.core.engine.connect() as connection:
        events = await stored_events(
            connection, case.id, await desk.stage.core.keys.cipher(case.id)
        )
    clocks = [c for e in events for c in e.changes.clocks if c["clock_id"] == "G02"]
    clock = clocks[-1]["body"]
    state = CaseState.model_validate(
        {
            "stage": "notice",
            "clocks": {f"G02#{n}": {**clock, "key": f"G02#{n}"} for n in range(100)},
            "parties": [
                {"party_id": f"p{n}", "name": "欧阳" + "某" * 8, "parts": ["shareholder"]}
                for n in range(60)
            ],
            "papers": [
                {
                    "document_id": f"{case.id}:notice:{n}",
                    "kind": "notice",
                    "number": f"曾市监〔2026〕登设补字第{n:06d}号",
                    "title": "一次性告知书",
                    "sha256": "a" * 64,
                    "stored_id": "permanent/" + "b" * 64,
                    "size": 40000,
                    "issued_at": "2026-09-23T02:00:00Z",
                }
                for n in range(200)
            ],
            "applied": [str(case.id)] * 1001,
        }
    )
    carried = CaseInput(
        case_id=str(case.id),
        procedure="reference",
        office="421303",
        catalogue_version="1",
        table_version="1",
        law_edition="2026.1",
        opening=(await _opening(desk, case.id)),
        resumed=state,
    )
    assert len(json.dumps(carried.model_dump(mode="json"), ensure_ascii=False).encode()) < 1_000_000


async def kept(desk: Desk, case: Case) -> dict[str, list[dict[str, Any]]]:
    """What the record keeps of the engine's histories after a turn of the upkeep: part → events of each run."""
    turn = await desk.stage.client.execute_workflow(
        "keep_records", id=f"records-{uuid.uuid4()}", task_queue="banjian-cases", result_type=dict
    )
    assert turn["left"] == 0
    rows = await case.rows("SELECT part, stored_id FROM files WHERE case_id = :c ORDER BY id")
    found: dict[str, list[Any]] = {}
    for row in rows:
        packed = await desk.stage.core.files.get(case.id, row.stored_id)
        found.setdefault(row.part, []).append(json.loads(gzip.decompress(packed)))
    return found


def started(events: Any) -> dict[str, Any]:
    attributes: dict[str, Any] = events[0]["workflowExecutionStartedEventAttributes"]
    return attributes


async def test_the_histories_of_all_runs_are_kept_each_once(desk: Desk) -> None:
    case = await desk.open()
    await case.reach_notice()
    runs = await case.rows(
        "SELECT run_id FROM case_events WHERE case_id = :c GROUP BY 1 ORDER BY min(revision)"
    )
    before = await kept(desk, case)
    # A run is forgotten by the day of its own end: those that were followed are kept while the case is open.
    assert set(before) == {"engine_history_of_run"}
    assert len(before["engine_history_of_run"]) == len(runs) - 1 >= 1

    await case.act("close", APPLICANT)
    for _ in range(2):
        after = await kept(desk, case)
        [last] = after["engine_history"]
        assert last[-1]["eventType"] == "EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED"
        earlier = {started(e)["originalExecutionRunId"]: e for e in after["engine_history_of_run"]}
        assert len(earlier) == len(after["engine_history_of_run"])
        # From the last run back to the first, without a gap.
        walked, run = 0, started(last).get("continuedExecutionRunId")
        while run:
            assert earlier[run][-1]["eventType"].endswith("_CONTINUED_AS_NEW")
            walked, run = walked + 1, started(earlier[run]).get("continuedExecutionRunId")
        assert walked == len(earlier) >= len(runs) - 1


async def test_a_run_that_the_engine_has_forgotten_does_not_stop_the_record(desk: Desk) -> None:
    case = await desk.open()
    await case.reach_notice()
    await kept(desk, case)
    await case.act("close", APPLICANT)
    core = desk.stage.core
    whole = ClientHistory(lambda: desk.stage.client)

    async def newest_only(case_id: uuid.UUID, run_id: str | None) -> list[dict[str, object]]:
        return [] if run_id else await whole.run(case_id)

    await ActivityEnvironment().run(
        RecordActivities(core.engine, core.files, newest_only).keep_histories
    )
    rows = await case.rows("SELECT part, count(*) AS n FROM files WHERE case_id = :c GROUP BY 1")
    found = {r.part: r.n for r in rows}
    assert found["engine_history"] == 1
    assert found["engine_history_of_run"] >= 1


async def _opening(desk: Desk, case_id: object) -> Command:
    rows = await desk.rows("SELECT id FROM acts WHERE case_id = :c AND kind = 'open'", c=case_id)
    async with desk.stage.core.engine.connect() as connection:
        row = await acts.find(connection, rows[0].id)
    assert isinstance(row, ActRow)
    return await acts.command_of(desk.stage.core.keys, row)
