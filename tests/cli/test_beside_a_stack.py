"""`case show`, `task list`, `audit verify` and `replay check` beside a running installation."""

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import text

from banjian.player.stage import Stage, instant, stage
from banjian.player.story import Scenario, load, play_on
from tests.cli.invoke import beside
from tests.replay import mutants
from workflows.registry import PROCEDURES

STORY = Path(__file__).parents[1] / "scenarios" / "establishment_registration" / "straight_way.yaml"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def told(module_database: str) -> AsyncIterator[tuple[Stage, str]]:
    """A case that was accepted and lies with the reviewer; its receipt number."""
    story: Scenario = load(STORY)
    accepted = story.model_copy(update={"steps": story.steps[:2]})
    async with stage(module_database, starts=instant(story.steps[0].at)) as on:
        played = await play_on(on, accepted, lambda _: None)
        assert played.ok, played.failures
        with pytest.MonkeyPatch.context() as environment:
            settings = on.core.settings
            environment.setenv("BANJIAN_DATA", str(settings.banjian_data))
            environment.setenv("DATABASE_URL", settings.database_url)
            environment.setenv("TEMPORAL_ADDRESS", on.client.service_client.config.target_host)
            yield on, str(played.cases["case"]["number"])


async def test_a_case_is_shown_by_any_of_its_numbers(told: tuple[Stage, str]) -> None:
    _, receipt = told
    shown = await beside("case", "show", receipt, "--json")
    assert (shown.status, shown.err) == (0, "")
    case = shown.document
    assert (case["number"], case["stage"]) == (receipt, "under_review")
    assert case["waiting_for"]["holder"] == "staff"
    running = [c for c in case["clocks"] if c["state"] == "running"]
    assert [(c["clock_id"], c["legal_end"]) for c in running] == [("R01", "2026-09-29")]
    assert (case["events"]["submitted"], case["events"]["accepted"]) == (1, 1)
    assert case["record"]["ok"] is True
    assert case["record"]["events"] == sum(case["events"].values())
    numbers = [n for n in (case["case_no"], case["case_id"], case["documents"][0]["number"]) if n]
    for number in numbers:
        again = await beside("case", "show", number, "--json")
        assert again.document["case_id"] == case["case_id"]


async def test_a_case_in_words(told: tuple[Stage, str]) -> None:
    shown = await beside("case", "show", told[1])
    assert shown.status == 0
    for word in ("under_review", "R01#1", "法定届满 2026-09-29", "核验一致"):
        assert word in shown.out


async def test_an_unknown_number_is_status_3(told: tuple[Stage, str]) -> None:
    for command in (("case", "show"), ("audit", "verify")):
        missing = await beside(*command, "没有-1", "--json")
        assert (missing.status, missing.out) == (3, "")
        assert "没有-1" in missing.err


async def test_open_tasks_are_listed_by_post(told: tuple[Stage, str]) -> None:
    listed = await beside("task", "list", "--json")
    assert (listed.status, listed.err) == (0, "")
    [task] = listed.document["items"]
    assert (task["number"], task["role"], task["due"]) == (told[1], "reviewer", "2026-09-29")
    assert task["overdue"] is False
    for role, count in (("reviewer", 1), ("approver", 0)):
        mine = await beside("task", "list", "--role", role, "--json")
        assert len(mine.document["items"]) == count
    assert told[1] in (await beside("task", "list")).out


async def test_a_changed_record_is_found_and_shown(told: tuple[Stage, str]) -> None:
    on, receipt = told
    assert (await beside("audit", "verify", receipt)).status == 0

    async def title(value: str) -> None:
        async with on.core.engine.begin() as connection:
            await connection.execute(text("UPDATE cases SET title = :t"), {"t": value})

    before = (await beside("case", "show", receipt, "--json")).document["title"]
    await title("被改动的标题")
    try:
        assert (await beside("audit", "verify", "--all", "--json")).status == 6
        shown = (await beside("case", "show", receipt, "--json")).document
        assert shown["record"]["ok"] is False
    finally:
        await title(before)


async def test_this_release_carries_on_with_its_own_cases(told: tuple[Stage, str]) -> None:
    checked = await beside("replay", "check", "--json")
    assert (checked.status, checked.err) == (0, "")
    assert checked.document == {"ok": True, "open": 1, "closed": 0, "erased": 0, "findings": []}


async def test_a_release_that_would_stop_a_case_names_it(
    told: tuple[Stage, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PROCEDURES, "establishment_registration", mutants.EstablishmentWaiting)
    checked = await beside("replay", "check", "--json")
    assert checked.status == 6
    [found] = checked.document["findings"]
    assert (found["code"], found["number"]) == ("breaks", told[1])
    said = await beside("replay", "check")
    assert (said.status, told[1] in said.out) == (6, True)


async def test_an_open_case_that_the_engine_does_not_know_is_a_finding(
    told: tuple[Stage, str],
) -> None:
    on, _ = told
    lost = uuid.uuid4()
    async with on.core.engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO cases (case_id, procedure, office, owner, stage, revision,"
                " table_version, catalogue_version, law_edition, opened_at)"
                " SELECT :lost, procedure, office, owner, stage, revision,"
                " table_version, catalogue_version, law_edition, opened_at FROM cases LIMIT 1"
            ),
            {"lost": lost},
        )
    try:
        checked = await beside("replay", "check", "--json")
        assert checked.status == 6
        assert [(f["code"], f["case_id"]) for f in checked.document["findings"]] == [
            ("missing", str(lost))
        ]
        first = await beside("replay", "check", "--limit", "1", "--json")
        assert first.document["open"] + first.document["closed"] == 1
    finally:
        async with on.core.engine.begin() as connection:
            await connection.execute(text("DELETE FROM cases WHERE case_id = :c"), {"c": lost})
