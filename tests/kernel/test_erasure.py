"""Erasure by order: an archivist and a head, then turns of the upkeep; what is left still proves itself."""

import uuid
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from api.security import passwords
from banjian.player.stage import stage
from bench.reference import ROW, Reference
from domain.roles import Role
from law import catalogue
from storage import accounts, idempotency
from tests.cli.invoke import Answer, beside
from tests.kernel.desk import APPLICANT, Case, Desk

STARTS = datetime.fromisoformat("2026-03-02T09:00:00+08:00")
WORD = "青山绿水 correct horse"
PEOPLE = {
    "danganyuan": {Role.ARCHIVIST},
    "juzhang": {Role.BUREAU_HEAD, Role.ARCHIVIST},
    "fujuzhang": {Role.REGISTRY_HEAD},
    "shencha": {Role.REVIEWER},
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(module_database: str) -> AsyncIterator[Desk]:
    catalogue.add(ROW)
    async with stage(module_database, starts=STARTS, procedures=[Reference]) as made:
        async with AsyncSession(made.core.engine) as db, db.begin():
            for name, roles in PEOPLE.items():
                await accounts.create_account(
                    db,
                    sign_in=name,
                    display_name=name,
                    password_hash=await passwords.hashed(WORD),
                    roles=frozenset(roles),
                    office="421303",
                )
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("BANJIAN_DATA", str(made.core.settings.banjian_data))
            environment.setenv("DATABASE_URL", made.core.settings.database_url)
            yield Desk(made)


async def closed(desk: Desk) -> Case:
    case = await desk.open()
    await case.reach_notice()
    await case.act("close", APPLICANT)
    return case


async def turn(desk: Desk, workflow: str) -> int:
    done = await desk.stage.client.execute_workflow(
        workflow, id=f"{workflow}-{uuid.uuid4()}", task_queue="banjian-cases", result_type=dict
    )
    return int(done["done"])


async def erasure(*arguments: str, typed: str | None = None) -> Answer:
    return await beside("erasure", *arguments, "--json", typed=typed)


async def test_two_persons_order_it_and_the_record_still_verifies(desk: Desk) -> None:
    cases = [await closed(desk) for _ in range(3)]
    tomorrow = (await desk.stage.now() + timedelta(days=1)).date().isoformat()
    today = (await desk.stage.now()).date().isoformat()
    listing = ("list", "--closed-before", tomorrow)
    # Not before the engine's history is in the record: a destroyed key seals nothing any more.
    assert (await erasure(*listing)).document["items"] == []
    assert await turn(desk, "keep_records") == 3
    listed = (await erasure(*listing)).document
    assert {i["case_id"] for i in listed["items"]} == {str(c.id) for c in cases}
    assert (await erasure("list", "--closed-before", today)).document["items"] == []

    making = ("order", "--closed-before", tomorrow, "--ground", "保管期满鉴定 1 号", "--limit", "2")
    refused = await erasure(*making, "--by", "shencha", typed=f"{WORD}\n")
    assert (refused.status, refused.out.strip()) == (5, "")
    assert (await erasure(*making, "--by", "juzhang", typed="wrong\n")).status == 5
    ordered = await erasure(*making, "--by", "juzhang", typed=f"{WORD}\n")
    assert ordered.status == 0
    number = str(ordered.document["order"])
    assert ordered.document["cases"] == 2

    # Nothing happens by one person's word.
    assert await turn(desk, "erase_due") == 0
    same = await erasure("confirm", number, "--by", "juzhang", typed=f"{WORD}\n")
    assert (same.status, "不能确认" in same.err) == (5, True)
    assert (await erasure("confirm", number, "--by", "danganyuan", typed=f"{WORD}\n")).status == 5
    assert (await erasure("confirm", "999", "--by", "fujuzhang", typed=f"{WORD}\n")).status == 3
    assert (await erasure("confirm", number, "--by", "fujuzhang", typed=f"{WORD}\n")).status == 0
    assert (await erasure("confirm", number, "--by", "fujuzhang", typed=f"{WORD}\n")).status == 4
    assert (await erasure("drop", number, "--by", "fujuzhang", typed=f"{WORD}\n")).status == 4

    assert (await erasure("run", "--limit", "1")).document == {"erased": 1}
    assert (await erasure("orders")).document["items"][0]["state"] == "confirmed"
    assert await turn(desk, "erase_due") == 1
    assert await turn(desk, "erase_due") == 0
    [shown] = (await erasure("orders")).document["items"]
    assert (shown["state"], shown["erased"]) == ("done", 2)
    assert (shown["ordered_by"], shown["confirmed_by"]) == ("juzhang", "fujuzhang")

    verdicts = {}
    for case in cases:
        found = await beside("audit", "verify", str(case.id), "--json")
        assert found.status == 0
        [verdict] = found.document["verdicts"]
        verdicts[str(case.id)] = verdict["erased"]
    assert sorted(verdicts.values()) == [False, True, True]
    gone = [case for case in cases if verdicts[str(case.id)]]
    for case in gone:
        for table in ("cases", "tasks", "documents", "messages", "case_events", "submissions"):
            rows = await case.rows(
                f"SELECT to_jsonb(t)::text AS body FROM {table} t WHERE case_id = :c"
            )
            assert not [r for r in rows if "周晓岚" in r.body or "红光" in r.body], table
    log = (await beside("audit", "log", "--json")).document["items"]
    assert [e["act"] for e in log] == [
        "case_erased",
        "case_erased",
        "erasure_confirmed",
        "erasure_ordered",
    ]
    assert {e["subject"] for e in log[:2]} == {str(c.id) for c in gone}
    assert (log[0]["actor"], log[1]["actor"].startswith("os:")) == ("system", True)
    # The turns of the upkeep go on beside erased cases.
    assert await turn(desk, "keep_records") == 0


async def test_an_order_that_is_dropped_frees_its_cases(desk: Desk) -> None:
    case = await closed(desk)
    await turn(desk, "keep_records")
    tomorrow = (await desk.stage.now() + timedelta(days=1)).date().isoformat()
    making = ("order", "--closed-before", tomorrow, "--ground", "误列", "--by", "danganyuan")
    number = str((await erasure(*making, typed=f"{WORD}\n")).document["order"])
    listing = ("list", "--closed-before", tomorrow)
    assert (await erasure(*listing)).document["items"] == []
    empty = await erasure(*making, typed=f"{WORD}\n")
    assert (empty.status, empty.out.strip()) == (3, "")
    assert (await erasure("drop", number, "--by", "danganyuan", typed=f"{WORD}\n")).status == 0
    listed = {i["case_id"] for i in (await erasure(*listing)).document["items"]}
    assert str(case.id) in listed
    assert await turn(desk, "erase_due") == 0
    assert (await erasure("list", "--closed-before", "tomorrow")).status == 2
    other = ("--outcome", "withdrawn", "--procedure", "reference")
    assert (await erasure(*listing, *other)).document["items"] == []


async def test_kept_answers_are_forgotten_after_a_week(desk: Desk) -> None:
    """They repeat what people filled in, under no case's key."""
    engine = desk.stage.core.engine
    for key in ("old", "new"):
        assert await idempotency.reserve(engine, "applicant-1", key, "digest") is None
        kept = idempotency.Kept("digest", 201, b"sealed", None, None)
        await idempotency.keep(engine, {("applicant-1", key): kept})
        if key == "old":
            await desk.advance(idempotency.KEPT)
    await turn(desk, "erase_due")
    assert await idempotency.reserve(engine, "applicant-1", "new", "digest") is not None
    assert await idempotency.reserve(engine, "applicant-1", "old", "another") is None
