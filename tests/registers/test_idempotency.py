"""One effect per key, whatever is sent, lost, repeated or raced; and the ways back to a lost answer."""

import asyncio

import pytest
from sqlalchemy import text

from registers.clients import MarketClient
from registers.errors import OutcomeUnknown, RegisterRefused, RegisterUnavailable, WrongAnswer
from registers.messages import Register, canonical, sha256_hex
from registers.ports import EnterpriseRegistered
from registers.twins.market_rules import name_core
from tests.registers.bureau import KEYS, World
from tests.registers.samples import CHEN, authentication, enterprise, notice

KEY = "case-1.register_enterprise.1"
MARKET = Register.MARKET


def market(twins: World) -> MarketClient:
    return twins.registers.market


async def test_the_same_request_again_is_the_same_answer(twins: World) -> None:
    first = await market(twins).register_enterprise(enterprise(), key=KEY)
    assert await market(twins).register_enterprise(enterprise(), key=KEY) == first
    assert await market(twins).find(enterprise(), key=KEY) == first
    (effect,) = await twins.effects()
    assert effect["key"] == KEY
    assert effect["case_ref"] == "case-1"
    assert effect["result"]["uscc"] == first.uscc
    assert effect["request_hash"] == sha256_hex(canonical(enterprise()))


async def test_another_request_under_a_used_key_is_refused(twins: World) -> None:
    await market(twins).register_enterprise(enterprise(), key=KEY)
    other = enterprise("随州市曾都区长青农业有限公司")
    with pytest.raises(RegisterRefused) as refused:
        await market(twins).register_enterprise(other, key=KEY)
    assert refused.value.code == "key_reused"
    # Asking for it by that key is told apart as well: the stored answer is another request's.
    with pytest.raises(WrongAnswer):
        await market(twins).find(other, key=KEY)
    assert len(await twins.effects()) == 1


async def test_a_key_belongs_to_one_register(twins: World) -> None:
    await market(twins).register_enterprise(enterprise(), key=KEY)
    assert await twins.registers.identity.find(authentication(), key=KEY) is None


async def test_thirty_two_senders_of_one_key_make_one_effect(twins: World) -> None:
    sent = [market(twins).register_enterprise(enterprise(), key=KEY) for _ in range(32)]
    answers = await asyncio.gather(*sent, return_exceptions=True)
    done = {a.uscc for a in answers if isinstance(a, EnterpriseRegistered)}
    busy = {a.code for a in answers if isinstance(a, RegisterUnavailable)}
    assert len(done) == 1
    assert busy <= {"in_progress"}
    assert all(isinstance(a, (EnterpriseRegistered, RegisterUnavailable)) for a in answers)
    assert len(await twins.effects()) == 1


async def test_in_progress_is_said_while_the_first_still_runs(twins: World) -> None:
    async with twins.engine.begin() as connection:
        # What the first request holds until it commits.
        await connection.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"),
            {"name": f"market:{KEY}"},
        )
        with pytest.raises(RegisterUnavailable, match="in_progress"):
            await market(twins).register_enterprise(enterprise(), key=KEY)
        with pytest.raises(RegisterUnavailable, match="in_progress"):
            await market(twins).find(enterprise(), key=KEY)
    assert await market(twins).find(enterprise(), key=KEY) is None


async def test_a_lost_answer_is_found_again(twins: World) -> None:
    await twins.fault(MARKET, "lose_answer_after_commit")
    with pytest.raises(OutcomeUnknown) as lost:
        await market(twins).register_enterprise(enterprise(), key=KEY)
    assert lost.value.register is MARKET
    assert lost.value.retryable
    found = await market(twins).find(enterprise(), key=KEY)
    assert found is not None
    assert await market(twins).settle(enterprise(), key=KEY) == found
    assert len(await twins.effects()) == 1


async def test_settle_sends_what_was_never_done(twins: World) -> None:
    assert await market(twins).find(enterprise(), key=KEY) is None
    done = await market(twins).settle(enterprise(), key=KEY)
    assert await market(twins).find(enterprise(), key=KEY) == done


async def test_lost_thrice_in_a_row_is_still_one_effect(twins: World) -> None:
    await twins.fault(MARKET, "lose_answer_after_commit", times=3)
    for _ in range(3):
        with pytest.raises(OutcomeUnknown):
            await market(twins).register_enterprise(enterprise(), key=KEY)
    await market(twins).settle(enterprise(), key=KEY)
    assert len(await twins.effects()) == 1


async def test_a_refusal_is_an_answer_and_leaves_nothing_behind(twins: World) -> None:
    bar = {
        "article": "条例第四十条",
        "ground": "虚假登记",
        "scope": "any_post",
        "since": "2020-01-01",
    }
    await twins.seed(bars=[{**CHEN.model_dump(), **bar, "until": "2099-01-01"}])
    for _ in range(2):
        with pytest.raises(RegisterRefused, match="person_barred"):
            await market(twins).register_enterprise(enterprise(), key=KEY)
    # The bar goes; the answer to this key stays, a new attempt needs a new key.
    await twins.seed(bars=[{**CHEN.model_dump(), **bar, "until": "2020-01-02"}])
    for call in (market(twins).register_enterprise, market(twins).find):
        with pytest.raises(RegisterRefused, match="person_barred"):
            await call(enterprise(), key=KEY)
    assert await twins.effects() == []
    await market(twins).register_enterprise(enterprise(), key="case-1.register_enterprise.2")


async def test_without_a_key_nothing_is_done(twins: World) -> None:
    body = canonical(enterprise())
    headers = {
        "Authorization": f"Bearer {KEYS[MARKET]}",
        "Content-Type": "application/json",
        "X-Request-Hash": sha256_hex(body),
    }
    answer = await twins.people.post("/market/enterprises", content=body, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/Idempotency-Key"
    for key in ("short", "a" * 129, "case 1 register", "案件-1.register.1"):
        with pytest.raises(ValueError, match="idempotency key"):
            await market(twins).register_enterprise(enterprise(), key=key)
    assert await twins.effects() == []


async def test_new_keys_for_one_effect_show_in_the_registers_own_list(twins: World) -> None:
    """What a caller without stable keys would cause: the mutant that chaos has to catch."""
    for attempt in range(3):
        await twins.registers.necips.publish_notice(
            notice(open_until="2099-01-01"), key=f"case-2.notice.{attempt}"
        )
    rows = await twins.effects(case_ref="case-2")
    assert [r["operation"] for r in rows] == ["publish_notice"] * 3
    assert len(await twins.effects(case_ref="case-2", after=str(rows[0]["id"]))) == 2


async def test_a_register_that_loses_its_database_midway(twins: World) -> None:
    """The transaction breaks off before the commit: our side cannot know that, so it asks."""
    async with twins.engine.begin() as blocker:
        name = f"market-name:{name_core(enterprise().name)}"
        await blocker.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name}
        )
        sent = asyncio.create_task(market(twins).register_enterprise(enterprise(), key=KEY))
        killed = 0
        while not killed:
            killed = await blocker.scalar(
                text(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_locks"
                    " WHERE locktype = 'advisory' AND NOT granted"
                )
            )
        with pytest.raises(OutcomeUnknown, match="status_500"):
            await sent
    assert await market(twins).find(enterprise(), key=KEY) is None
    await market(twins).settle(enterprise(), key=KEY)
    assert len(await twins.effects()) == 1
