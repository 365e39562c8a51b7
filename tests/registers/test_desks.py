"""Errands at departments: taken now, answered later by a signed callback; the same for every kind."""

import asyncio

import pytest
from pydantic import ValidationError

from registers.errands import (
    BAD,
    DESKS,
    ERRANDS,
    GOOD,
    KINDS,
    WITHDRAWALS,
    ErrandState,
    errand_request,
)
from registers.errors import (
    OutcomeUnknown,
    RegisterRefused,
    RegisterUnavailable,
    WrongAnswer,
)
from registers.messages import Register, canonical, sha256_hex
from registers.twins.desk_routes import ALL as ALL_DESKS
from registers.twins.desk_routes import BY_ERRAND
from registers.twins.faults import Wrong
from tests.registers.bureau import World
from tests.registers.desk_samples import (
    ALL,
    ALONE,
    ANSWERING,
    FACTS,
    NAME,
    USCC,
    errand,
    of,
    opened,
    seed_enterprise,
    take_time,
)
from tests.registers.samples import CHEN

KEY = "case-1.open_errand.1"


async def state(twins: World, kind: str, key: str = KEY) -> ErrandState:
    found = await twins.registers.desk(of(kind)).errand(key)
    assert found is not None
    return found


def test_every_kind_has_a_desk_and_every_register_its_withdrawal() -> None:
    assert set(BY_ERRAND) == set(ERRANDS) == set(FACTS)
    assert len(ALL_DESKS) == len(KINDS)
    assert set(WITHDRAWALS) == set(DESKS)
    assert not GOOD & BAD
    prefixes = [desk.prefix for desk in ALL_DESKS]
    assert len(set(prefixes)) == len(prefixes)


@pytest.mark.parametrize("kind", ANSWERING)
async def test_taken_at_once_and_answered_when_its_time_has_come(twins: World, kind: str) -> None:
    await twins.freeze("2026-09-24T10:00:00+08:00")
    await seed_enterprise(twins)
    request = await opened(twins, kind, "case-1.before.1")
    twins.inbox.callbacks.clear()
    await twins.tick()
    await take_time(twins, of(kind), 3600)
    uscc = "91421303MA0BANJ13A"
    await seed_enterprise(twins, uscc)
    request = request.model_copy(update={"uscc": uscc})
    if kind == "licence_verification":
        request = request.model_copy(update={"uscc": USCC})
    twins.inbox.callbacks.clear()
    answer = await twins.registers.desk(of(kind)).open_errand(request, key=KEY)
    assert (answer.case_ref, answer.errand) == ("case-1", kind)
    assert (await twins.tick())["settled"] == 0
    assert (await state(twins, kind)).state == "open"
    due = (await twins.admin.get("/admin/due")).json()["at"]
    assert due == "2026-09-24T03:00:00Z"

    await twins.freeze("2026-09-24T11:00:00+08:00")
    assert (await twins.tick())["settled"] == 1
    (callback,) = twins.inbox.callbacks
    assert callback.request_id == KEY
    assert callback.request_hash == sha256_hex(canonical(request))
    assert callback.outcome == request.good
    assert callback.occurred_at.isoformat() == "2026-09-24T03:00:00+00:00"
    told = dict(callback.payload)
    number = told.pop("number")
    place = {f: v for f, v in FACTS[kind].items() if f in ("department", "item")}
    assert told == {"case_ref": "case-1", "errand": kind, "uscc": request.uscc} | place
    assert number.startswith(BY_ERRAND[kind].prefix + "-2026-")
    now = await state(twins, kind)
    assert (now.state, now.number, now.reason) == (request.good, number, None)
    assert CHEN.id_number not in str(callback.payload)


@pytest.mark.parametrize("kind", ALONE)
async def test_a_department_asks_the_market_register_for_itself(twins: World, kind: str) -> None:
    await take_time(twins, of(kind), 0)
    await seed_enterprise(twins, name="随州市曾都区长青农业有限公司")
    desk = twins.registers.desk(of(kind))
    await desk.open_errand(errand(kind), key=KEY)
    await desk.open_errand(errand(kind, "case-2", "91421303MA0BANJ13A"), key="case-2.open_errand.1")
    await seed_enterprise(twins, "91421303MA0BANJ215", status="revoked", ended_on="2026-01-05")
    await desk.open_errand(errand(kind, "case-3", "91421303MA0BANJ215"), key="case-3.open_errand.1")
    await twins.tick()
    assert len(twins.inbox.callbacks) == 3
    for callback in twins.inbox.callbacks:
        assert callback.outcome == ERRANDS[kind].bad
        assert "number" not in callback.payload
        assert callback.payload["code"] in {"enterprise_unknown"}
        assert callback.payload["reason"] == "登记库中没有此名称、代码的存续企业"


@pytest.mark.parametrize("kind", ALL)
async def test_opened_once_however_often_it_is_sent(twins: World, kind: str) -> None:
    await seed_enterprise(twins)
    request = await opened(twins, kind)
    desk = twins.registers.desk(of(kind))
    first = await desk.find(request, key=KEY)
    assert first is not None
    assert await desk.open_errand(request, key=KEY) == first
    assert await desk.settle(request, key=KEY) == first
    same = await asyncio.gather(
        *(desk.open_errand(request, key=KEY) for _ in range(4)), return_exceptions=True
    )
    assert all(a == first or isinstance(a, RegisterUnavailable) for a in same)
    with pytest.raises(RegisterRefused, match="key_reused"):
        await desk.open_errand(request.model_copy(update={"name": "别的公司"}), key=KEY)
    rows = (await twins.admin.get("/admin/desk-errands", params={"state": "open"})).json()
    assert [(r["register"], r["errand"], r["key"]) for r in rows] == [(of(kind).value, kind, KEY)]
    assert await desk.errand("case-9.open_errand.1") is None
    effects = await twins.effects(register=of(kind).value, case_ref="case-1")
    assert len([e for e in effects if e["operation"] == f"open_{kind}"]) == 1


@pytest.mark.parametrize("kind", ALL)
async def test_an_officer_decides_whatever_the_rule_says(twins: World, kind: str) -> None:
    await seed_enterprise(twins)
    await opened(twins, kind)
    (row,) = (await twins.admin.get("/admin/desk-errands", params={"state": "open"})).json()
    path = f"/admin/desk-errands/{row['id']}/answer"
    no = {"decision": "refuse", "code": "papers_missing", "reason": "材料不齐"}
    answered = await twins.admin.post(path, json=no)
    assert answered.json()["state"] == ERRANDS[kind].bad
    again = await twins.admin.post(path, json={"decision": "confirm"})
    assert (again.status_code, again.json()["code"]) == (409, "not_open")
    await twins.tick()
    (callback,) = twins.inbox.callbacks
    assert callback.outcome == ERRANDS[kind].bad
    assert callback.payload["code"] == "papers_missing"
    assert callback.payload["reason"] == "材料不齐"
    unknown = await twins.admin.post(f"/admin/desk-errands/{'x' * 32}/answer", json=no)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "errand_unknown")


@pytest.mark.parametrize("kind", ALL)
async def test_taken_back_nothing_is_answered_any_more(twins: World, kind: str) -> None:
    await twins.freeze("2026-09-24T10:00:00+08:00")
    await seed_enterprise(twins)
    await opened(twins, kind)
    desk = twins.registers.desk(of(kind))
    with pytest.raises(RegisterRefused, match="other_case"):
        await desk.withdraw_errand("case-2", KEY, "申请人撤回", key="case-2.withdraw.1")
    with pytest.raises(RegisterRefused, match="errand_unknown"):
        await desk.withdraw_errand("case-1", "case-1.never.1", "撤回", key="case-1.withdraw.0")
    done = await desk.withdraw_errand("case-1", KEY, "申请人撤回", key="case-1.withdraw.1")
    assert await desk.withdraw_errand("case-1", KEY, "申请人撤回", key="case-1.withdraw.1") == done
    assert (await state(twins, kind)).state == "withdrawn"
    await twins.freeze("2026-10-24T10:00:00+08:00")
    await twins.tick()
    assert twins.inbox.callbacks == []
    with pytest.raises(RegisterRefused, match="not_open"):
        await desk.withdraw_errand("case-1", KEY, "再撤回", key="case-1.withdraw.2")


async def test_without_an_order_a_department_takes_what_the_twins_were_told(twins: World) -> None:
    await twins.freeze("2026-09-24T10:00:00+08:00")
    await seed_enterprise(twins)
    await opened(twins, "tax_confirmation")
    (row,) = (await twins.admin.get("/admin/desk-errands")).json()
    assert row["answer_at"] == "2026-09-24T06:00:00Z"
    await take_time(twins, Register.SEAL, None)
    await opened(twins, "seal_filing")
    await twins.freeze("2026-12-24T10:00:00+08:00")
    await twins.tick()
    assert [c.payload["errand"] for c in twins.inbox.callbacks] == ["tax_confirmation"]
    assert (await state(twins, "seal_filing")).state == "open"


async def test_only_registers_that_answer_later_have_a_time(twins: World) -> None:
    order = {"register": "archive", "auto_answer_seconds": 1}
    answer = await twins.admin.put("/admin/behaviours", json=order)
    assert (answer.status_code, answer.json()["code"]) == (422, "nobody_answers")


def test_a_request_of_plain_data() -> None:
    facts = {"uscc": USCC, "name": NAME, "legal_representative": CHEN.model_dump()}
    for kind in ALONE:
        made = errand_request(of(kind), kind, case_ref="case-1", facts=facts | FACTS[kind])
        assert made == errand(kind)
        assert CHEN.id_number not in repr(made)
    with pytest.raises(KeyError, match="no errand of seal"):
        errand_request(Register.SEAL, "tax_confirmation", case_ref="case-1", facts=facts)
    with pytest.raises(KeyError):
        errand_request(Register.TAX, "tax_refund", case_ref="case-1", facts=facts)
    for wrong in ({"employees": -1}, {"employees": 1, "unknown": 1}, {}):
        with pytest.raises(ValidationError):
            errand_request(
                Register.HOUSING, "housing_account", case_ref="case-1", facts=facts | wrong
            )
    with pytest.raises(ValidationError, match="named twice"):
        errand("seal_filing", seals=["official", "official"])


# -- faults ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ALONE)
async def test_faults_of_the_request(twins: World, kind: str) -> None:
    await seed_enterprise(twins)
    desk, request = twins.registers.desk(of(kind)), errand(kind)
    await twins.fault(of(kind), "refuse")
    with pytest.raises(RegisterRefused, match="refused_by_order"):
        await desk.open_errand(request, key=KEY)
    await twins.fault(of(kind), "down", times=2)
    with pytest.raises(RegisterUnavailable):
        await desk.open_errand(request, key=KEY)
    with pytest.raises(RegisterUnavailable):
        await desk.errand(KEY)
    assert await desk.find(request, key=KEY) is None
    await twins.fault(of(kind), "lose_answer_after_commit")
    with pytest.raises(OutcomeUnknown):
        await desk.open_errand(request, key=KEY)
    first = await desk.settle(request, key=KEY)
    await twins.fault(of(kind), "wrong_answer", variant=Wrong.OTHER_CASE.value)
    with pytest.raises(WrongAnswer, match="other_case"):
        await desk.open_errand(request, key=KEY)
    assert await desk.find(request, key=KEY) == first
    await twins.fault(of(kind), "slow", delay=0.05)
    assert await desk.open_errand(request, key=KEY) == first
    assert len(await twins.effects(register=of(kind).value)) == 1


@pytest.mark.parametrize("kind", ALL)
async def test_a_department_that_never_answers(twins: World, kind: str) -> None:
    await twins.freeze("2026-09-24T10:00:00+08:00")
    await seed_enterprise(twins)
    await opened(twins, kind)
    await twins.fault(of(kind), "never_answers")
    await twins.freeze("2027-09-24T10:00:00+08:00")
    await twins.tick()
    await twins.tick()
    assert twins.inbox.callbacks == []
    assert (await state(twins, kind)).state == "open"
    assert (await twins.admin.get("/admin/due")).json()["at"] is None
    # Until somebody there is asked in person.
    (row,) = (await twins.admin.get("/admin/desk-errands", params={"state": "open"})).json()
    await twins.admin.post(f"/admin/desk-errands/{row['id']}/answer", json={"decision": "confirm"})
    await twins.tick()
    assert [c.outcome for c in twins.inbox.callbacks] == [ERRANDS[kind].good]


@pytest.mark.parametrize("register", [r for r in Register if r not in DESKS])
async def test_only_a_department_can_never_answer(twins: World, register: Register) -> None:
    order = {"register": register.value, "kind": "never_answers"}
    answer = await twins.admin.post("/admin/faults", json=order)
    assert (answer.status_code, answer.json()["code"]) == (422, "no_desk")


@pytest.mark.parametrize("kind", ALONE)
async def test_an_answer_about_another_case_and_then_the_right_one(twins: World, kind: str) -> None:
    await twins.freeze("2026-09-24T10:00:00+08:00")
    await take_time(twins, of(kind), 60)
    await seed_enterprise(twins)
    await opened(twins, kind)
    await twins.fault(of(kind), "answers_other_case", delay=600)
    await twins.freeze("2026-09-24T10:01:00+08:00")
    await twins.tick()
    (astray,) = twins.inbox.callbacks
    assert (astray.request_id, astray.payload["case_ref"]) == (KEY, "OTHER-CASE")
    assert (await twins.admin.get("/admin/due")).json()["at"] == "2026-09-24T02:11:00Z"
    await twins.freeze("2026-09-24T10:11:00+08:00")
    await twins.tick()
    right = twins.inbox.callbacks[-1]
    assert (right.request_id, right.payload["case_ref"]) == (KEY, "case-1")
    assert right.message_id != astray.message_id
    assert len(twins.inbox.callbacks) == 2


async def test_files_mixed_up_at_the_tax_office(twins: World) -> None:
    """The answer to one is sent under the file of the other that waits there."""
    await twins.freeze("2026-09-24T10:00:00+08:00")
    await take_time(twins, Register.TAX, 60)
    await seed_enterprise(twins)
    await opened(twins, "tax_confirmation")
    await take_time(twins, Register.TAX, None)
    other = errand("tax_confirmation", "case-2", "91421303MA0BANJ13A")
    await twins.registers.tax.open_errand(other, key="case-2.open_errand.1")
    await twins.fault(Register.TAX, "answers_other_case", delay=0)
    await twins.freeze("2026-09-24T10:01:00+08:00")
    await twins.tick()
    astray, right = twins.inbox.callbacks
    assert astray.request_id == "case-2.open_errand.1"
    assert astray.request_hash == sha256_hex(canonical(other))
    assert astray.payload["case_ref"] == "case-1"
    assert (right.request_id, right.payload) == (KEY, astray.payload)


@pytest.mark.parametrize("register", DESKS)
async def test_answers_that_come_twice_and_out_of_order(twins: World, register: Register) -> None:
    kind = next(k for k in ALONE if of(k) is register)
    await twins.freeze("2026-09-24T10:00:00+08:00")
    await seed_enterprise(twins)
    await opened(twins, kind)
    await twins.fault(register, "duplicate_callbacks")
    await twins.fault(register, "reorder_callbacks", delay=100, seed=5)
    await twins.freeze("2026-09-24T15:00:00+08:00")
    await twins.tick()
    await twins.freeze("2026-09-24T15:02:00+08:00")
    await twins.tick()
    assert len(twins.inbox.callbacks) == 3
    assert len({c.message_id for c in twins.inbox.callbacks}) == 2
    assert len({body for _, body in twins.inbox.raw}) == 1
