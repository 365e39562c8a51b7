"""Every fault that can be ordered, and what our clients make of it."""

import asyncio
import contextlib
import time

import pytest

from registers.client import Endpoint
from registers.clients import connect
from registers.errors import OutcomeUnknown, RegisterRefused, RegisterUnavailable, WrongAnswer
from registers.messages import Register
from registers.ports import CheckCapital
from registers.twins.faults import Wrong
from tests.registers.bureau import World, endpoints
from tests.registers.samples import CHEN, authentication, enterprise, pdf

MARKET = Register.MARKET
KEY = "case-1.register_enterprise.1"


async def test_refuse(twins: World) -> None:
    await twins.fault(MARKET, "refuse")
    with pytest.raises(RegisterRefused) as refused:
        await twins.registers.market.register_enterprise(enterprise(), key=KEY)
    assert (refused.value.register, refused.value.code) == (MARKET, "refused_by_order")
    assert not refused.value.retryable
    assert await twins.registers.market.find(enterprise(), key=KEY) is None
    await twins.registers.market.register_enterprise(enterprise(), key=KEY)


async def test_down(twins: World) -> None:
    await twins.fault(MARKET, "down", times=3)
    market = twins.registers.market
    with pytest.raises(RegisterUnavailable) as unavailable:
        await market.register_enterprise(enterprise(), key=KEY)
    assert unavailable.value.retry_after == 1.0
    with pytest.raises(RegisterUnavailable):
        await market.find(enterprise(), key=KEY)
    with pytest.raises(RegisterUnavailable):
        await market.check_name("随州市曾都区红光商贸有限公司")
    # The others are up, and the third refusal was the last.
    await twins.registers.identity.open_authentication(authentication(), key="case-1.auth.1")
    await market.register_enterprise(enterprise(), key=KEY)


async def test_slow_beyond_the_deadline_is_an_unknown_outcome(twins: World) -> None:
    await twins.fault(MARKET, "slow", times=1, delay=0.6)
    await twins.fault(MARKET, "slow", times=1, delay=0.6, operation="check_name")
    async with connect(endpoints(twins.url, total_timeout=0.2)) as hasty:
        with pytest.raises(OutcomeUnknown):
            await hasty.market.register_enterprise(enterprise(), key=KEY)
        with pytest.raises(RegisterUnavailable, match="no_answer"):
            await hasty.market.check_name("随州市曾都区长青农业有限公司")
    # The patient one settles it: done once, whether or not the slow one got through meanwhile.
    outcome = None
    for _ in range(200):
        with contextlib.suppress(RegisterUnavailable):
            outcome = outcome or await twins.registers.market.settle(enterprise(), key=KEY)
    assert outcome is not None
    assert len(await twins.effects()) == 1


async def test_slow_within_the_deadline_only_takes_longer(twins: World) -> None:
    await twins.fault(MARKET, "slow", delay=0.3)
    started = time.monotonic()
    await twins.registers.market.register_enterprise(enterprise(), key=KEY)
    assert time.monotonic() - started >= 0.3


@pytest.mark.parametrize("way", list(Wrong))
async def test_a_wrong_answer_is_seen_and_the_right_one_found(twins: World, way: Wrong) -> None:
    await twins.fault(MARKET, "wrong_answer", variant=way.value)
    with pytest.raises(WrongAnswer):
        await twins.registers.market.register_enterprise(enterprise(), key=KEY)
    assert len(await twins.effects()) == 1
    found = await twins.registers.market.find(enterprise(), key=KEY)
    assert found is not None
    # Should that answer be wrong as well, it is seen too.
    await twins.fault(MARKET, "wrong_answer", variant=way.value, operation="find")
    with pytest.raises(WrongAnswer):
        await twins.registers.market.find(enterprise(), key=KEY)
    assert await twins.registers.market.settle(enterprise(), key=KEY) == found


@pytest.mark.parametrize("way", [w for w in Wrong if w is not Wrong.OTHER_CASE])
async def test_wrong_answers_to_questions_and_files(twins: World, way: Wrong) -> None:
    await twins.fault(MARKET, "wrong_answer", variant=way.value, times=3)
    market = twins.registers.market
    with pytest.raises(WrongAnswer):
        await market.check_name("随州市曾都区红光商贸有限公司")
    with pytest.raises(WrongAnswer):
        await market.check_person_bars(CHEN.id_number, CHEN.name)
    with pytest.raises(WrongAnswer):
        await market.check_capital(CheckCapital(entity_type="partnership", amount="1"))
    await twins.fault(Register.SIGNATURE, "wrong_answer", variant=way.value)
    with pytest.raises(WrongAnswer):
        await twins.registers.signature.put_document(pdf())
    await twins.fault(Register.ARCHIVE, "wrong_answer", variant=way.value, operation="content")
    digest = await twins.registers.archive.put_package(b"package")
    if way in (Wrong.HTML, Wrong.EMPTY, Wrong.OVERSIZED):
        with pytest.raises(WrongAnswer, match="content_hash"):
            await twins.registers.archive.package(digest)


async def test_a_probability_with_a_seed_can_be_repeated(twins: World) -> None:
    async def run() -> list[bool]:
        await twins.fault(MARKET, "down", times=None, probability=0.4, seed=20260924)
        struck = []
        for _ in range(20):
            try:
                await twins.registers.market.check_name("随州市曾都区红光商贸有限公司")
                struck.append(False)
            except RegisterUnavailable:
                struck.append(True)
        (fault,) = (await twins.admin.get("/admin/faults")).json()
        assert (fault["draws"], fault["hits"]) == (20, sum(struck))
        cleared = await twins.admin.delete("/admin/faults", params={"register": "market"})
        assert cleared.json()["counts"]["cleared"] == 1
        return struck

    first = await run()
    assert first == await run()
    assert 2 <= sum(first) <= 14


async def test_times_is_exact_under_concurrency(twins: World) -> None:
    await twins.fault(MARKET, "down", times=7)
    asked = [twins.registers.market.check_name("随州市曾都区红光商贸有限公司") for _ in range(24)]
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(r, RegisterUnavailable) for r in results) == 7


async def confirmed(twins: World, count: int) -> None:
    for i in range(count):
        request = authentication(case_ref=f"case-{i}")
        opened = await twins.registers.identity.open_authentication(request, key=f"case-{i}.auth.1")
        await twins.people.post(f"{opened.link}/confirm", json=CHEN.model_dump())


async def test_duplicate_callbacks(twins: World) -> None:
    await twins.fault(Register.IDENTITY, "duplicate_callbacks")
    await confirmed(twins, 1)
    assert (await twins.tick())["delivered"] == 3
    assert len({c.message_id for c in twins.inbox.callbacks}) == 2
    assert {c.request_id for c in twins.inbox.callbacks} == {"case-0.auth.1"}
    assert len({body for _, body in twins.inbox.raw}) == 1


async def test_reordered_callbacks(twins: World) -> None:
    await twins.freeze("2026-09-24T11:00:00+08:00")
    await twins.fault(Register.IDENTITY, "reorder_callbacks", times=None, delay=100, seed=3)
    await confirmed(twins, 6)
    assert (await twins.tick())["delivered"] < 6
    await twins.freeze("2026-09-24T11:02:00+08:00")
    assert (await twins.tick())["waiting"] == 0
    order = [c.request_id for c in twins.inbox.callbacks]
    assert sorted(order) == [f"case-{i}.auth.1" for i in range(6)]
    assert order != sorted(order)


async def test_orders_that_make_no_sense_are_refused(twins: World) -> None:
    for order in (
        {"register": "market", "kind": "slow", "variant": "html"},
        {"register": "identity", "kind": "duplicate_callbacks", "operation": "find"},
        {"register": "market", "kind": "explode"},
        {"register": "police", "kind": "slow"},
        {"register": "market", "kind": "slow", "probability": 0},
        {"register": "market", "kind": "slow", "times": 0},
    ):
        assert (await twins.admin.post("/admin/faults", json=order)).status_code == 422


async def test_nobody_listens(twins: World) -> None:
    given = endpoints(twins.url)
    given[MARKET] = Endpoint("http://127.0.0.1:9", given[MARKET].api_key, connect_timeout=1.0)
    async with connect(given) as registers:
        with pytest.raises(RegisterUnavailable, match="unreachable"):
            await registers.market.register_enterprise(enterprise(), key=KEY)
