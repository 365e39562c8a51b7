"""Who may make a check of special equipment: two inspectors, each with a certificate that holds, and somebody new at the recheck."""

import uuid
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import httpx
import pytest
import pytest_asyncio
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from banjian.player import bureau
from banjian.player.cast import Cast
from banjian.player.deeds import Play
from banjian.player.stage import stage
from domain.contracts import Actor, Command
from domain.refusals import Refusal
from domain.signing import CommandSigner
from storage.projector import stored_events
from tests.api.case_stage import RING, Live
from tests.api.hazards import STEM, hazard, inspection, inspector, recheck

STARTS = datetime.fromisoformat("2026-10-09T15:30:00+08:00")
TODAY, AT = "2026-10-09", "2026-10-09T15:00"
FORM, RECHECK = f"{STEM}.inspection", f"{STEM}.recheck"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def live(module_database: str) -> AsyncIterator[Live]:
    async with stage(module_database, starts=STARTS) as on:
        passwords = dict(await bureau.seed(on.core.engine, RING))
        yield Live(on, Play(Cast(on.http, passwords), on.twins), passwords)


async def hands_in(
    live: Live, who: str, task: str, answers: dict[str, Any], key: str | None = None
) -> httpx.Response:
    """Claims and completes as the person; the answer as it is."""
    await live.claim(who, task)
    path = f"/api/v1/tasks/{task}/complete"
    return await live.cast.call(who, "POST", path, key=key, json=answers, headers={"If-Match": "*"})


async def gives_back(live: Live, who: str, task: str) -> None:
    await live.cast.call(who, "POST", f"/api/v1/tasks/{task}/release", headers={"If-Match": "*"})


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, str]:
    """Pointer → message of the problem."""
    body = answer.json()
    assert (answer.status_code, body["code"]) == (status, code), answer.text
    return {e.get("pointer", ""): e["detail"] for e in body.get("errors", ())}


async def events(live: Live, case: str) -> list[Any]:
    ident = uuid.UUID(live.ident(case))
    async with live.on.core.engine.connect() as connection:
        cipher = await live.on.core.keys.cipher(ident)
        return await stored_events(connection, ident, cipher)


async def inspected(live: Live) -> str:
    """A hazard that 王海 and 冯丽 found, at its instruction."""
    case = await hazard(live, TODAY)
    await live.complete("inspector", case, task=FORM, **inspection(AT))
    await live.stage_is(case, "instructing")
    return case


async def at_recheck(live: Live) -> tuple[str, str]:
    """A case at its recheck, and the task."""
    case = await inspected(live)
    await live.complete(
        "inspector", case, task=f"{STEM}.instruction", measures=["修复门锁"], days=5
    )
    await live.complete(
        "inspector", case, task=f"{STEM}.report", received_on=TODAY, report="门锁已经修复"
    )
    await live.stage_is(case, "recheck")
    return case, (await live.task("inspector", case, RECHECK))["task_id"]


async def test_the_record_says_who_was_certified_and_by_what(live: Live) -> None:
    case = await inspected(live)
    done = next(e for e in await events(live, case) if e.kind == "task_completed")
    known = done.internal["known"]["certificates"]
    assert {(c["name"], c["number"]) for c in known} == {
        ("王海", "鄂S13X0001"),
        ("王海", "鄂TS13X0001"),
        ("冯丽", "鄂S13X0002"),
        ("冯丽", "鄂TS13X0002"),
    }


async def test_one_alone_or_with_a_stranger_is_refused(live: Live) -> None:
    case = await hazard(live, TODAY)
    task = (await live.task("inspector", case, FORM))["task_id"]
    alone = await hands_in(live, "inspector", task, inspection(AT, officers=["王海"]))
    refused(alone, 403, "separation_of_duties")
    twice = await hands_in(live, "inspector", task, inspection(AT, officers=["王海", "王海 "]))
    refused(twice, 403, "separation_of_duties")
    unknown = await hands_in(live, "inspector", task, inspection(AT, officers=["王海", "张无名"]))
    assert "张无名" in refused(unknown, 422, "invalid_answers")["/officers"]
    # A colleague who is no inspector takes part in no check.
    clerk = await hands_in(live, "inspector", task, inspection(AT, officers=["王海", "陈思远"]))
    assert "陈思远" in refused(clerk, 422, "invalid_answers")["/officers"]
    assert [e.kind for e in await events(live, case)].count("inspected") == 0


@pytest.mark.parametrize(
    ("name", "terms", "told"),
    [
        ("田甲", [], "田甲没有登记特种设备安全行政执法证"),
        ("田乙", [("2021-01-01", "2026-10-08")], "有效期至2026年10月8日，2026年10月9日已经失效"),
        ("田丙", [("2026-10-10", "2031-10-09")], "从2026年10月10日起有效，2026年10月9日还没有生效"),
    ],
)
async def test_a_colleague_without_a_certificate_that_holds_is_named_and_until_when(
    live: Live, name: str, terms: list[tuple[str, str]], told: str
) -> None:
    sign_in = await inspector(live, name, *terms)
    case = await hazard(live, TODAY)
    task = (await live.task("inspector", case, FORM))["task_id"]
    answer = await hands_in(live, "inspector", task, inspection(AT, officers=["王海", name]))
    said = refused(answer, 403, "not_certified")["/officers"]
    assert name in said
    assert told in said
    assert "特种设备安全法第65条" in said
    english = await live.cast.call(
        "inspector",
        "POST",
        f"/api/v1/tasks/{task}/complete",
        json=inspection(AT, officers=["王海", name]),
        headers={"If-Match": "*", "Accept-Language": "en"},
    )
    assert name in english.json()["errors"][0]["detail"]
    await gives_back(live, "inspector", task)
    # As the signer, together with somebody who is certified: the same.
    own = await hands_in(live, sign_in, task, inspection(AT, officers=[name, "冯丽"]))
    assert told in refused(own, 403, "not_certified")["/officers"]
    quality = await live.rows(
        "SELECT kind FROM quality_events WHERE case_id = :c", c=live.ident(case)
    )
    assert {q.kind for q in quality} == {"not_certified"}


async def test_a_revoked_certificate_ends_at_once_and_a_check_of_before_keeps_it(
    live: Live,
) -> None:
    # Certified yesterday, and revoked today.
    name = "田丁"
    sign_in = await inspector(live, name, ("2021-01-01", "2030-12-31"))
    await live.do("revoke_certificate", "admin", number=f"鄂T{sign_in}", reason="调离执法岗位")
    case = await hazard(live, "2026-10-08")
    task = (await live.task("inspector", case, FORM))["task_id"]
    answer = await hands_in(live, "inspector", task, inspection(AT, officers=["王海", name]))
    assert "已于2026年10月9日收回" in refused(answer, 403, "not_certified")["/officers"]
    before = inspection("2026-10-08T10:00", officers=["王海", name])
    taken = await hands_in(live, "inspector", task, before)
    assert taken.status_code in {200, 202}, taken.text
    # Who signs needs one that holds when the record is handed in.
    other = await hazard(live, "2026-10-08")
    task = (await live.task("inspector", other, FORM))["task_id"]
    own = await hands_in(live, sign_in, task, before | {"officers": [name, "王海"]})
    assert "2026年10月9日" in refused(own, 403, "not_certified")["/officers"]


async def test_another_kind_of_certificate_is_not_enough_for_equipment(live: Live) -> None:
    name = "田戊"
    sign_in = await inspector(live, name)
    await live.do(
        "certify",
        "admin",
        account=sign_in,
        kind="enforcement",
        number="鄂S99X0001",
        valid_from="2026-01-01",
        valid_until="2030-12-31",
    )
    case = await hazard(live, TODAY)
    task = (await live.task("inspector", case, FORM))["task_id"]
    answer = await hands_in(live, "inspector", task, inspection(AT, officers=["王海", name]))
    assert "没有登记特种设备安全行政执法证" in refused(answer, 403, "not_certified")["/officers"]


async def test_two_with_one_name_both_need_one_and_who_signs_is_nobody_else(live: Live) -> None:
    name = "田壬"
    certified = await inspector(live, name, ("2021-01-01", "2030-12-31"))
    namesake = await inspector(live, name)
    case = await hazard(live, TODAY)
    task = (await live.task("inspector", case, FORM))["task_id"]
    answer = await hands_in(live, "inspector", task, inspection(AT, officers=["王海", name]))
    assert name in refused(answer, 403, "not_certified")["/officers"]
    await gives_back(live, "inspector", task)
    own = await hands_in(live, namesake, task, inspection(AT, officers=[name, "冯丽"]))
    refused(own, 403, "not_certified")
    await gives_back(live, namesake, task)
    right = await hands_in(live, certified, task, inspection(AT, officers=[name, "冯丽"]))
    assert right.status_code in {200, 202}, right.text


async def test_the_same_act_again_is_the_same_also_when_a_certificate_has_gone(live: Live) -> None:
    name = "田己"
    sign_in = await inspector(live, name, ("2021-01-01", "2030-12-31"))
    case = await hazard(live, TODAY)
    task = (await live.task("inspector", case, FORM))["task_id"]
    key, answers = str(uuid.uuid4()), inspection(AT, officers=["王海", name])
    first = await hands_in(live, "inspector", task, answers, key)
    assert first.status_code in {200, 202}, first.text
    await live.do("revoke_certificate", "admin", number=f"鄂T{sign_in}", reason="证件被收回")
    again = await hands_in(live, "inspector", task, answers, key)
    assert again.json()["act_id"] == first.json()["act_id"]
    assert [e.kind for e in await events(live, case)].count("inspected") == 1


async def test_nobody_rechecks_the_own_check_alone(live: Live) -> None:
    case, task = await at_recheck(live)
    same = await hands_in(live, "inspector", task, recheck(AT, officers=["王海"]))
    refused(same, 403, "separation_of_duties")
    both = await hands_in(live, "inspector", task, recheck(AT, officers=["王海", "冯丽"]))
    assert "换一名复查人员" in refused(both, 403, "separation_of_duties")["/officers"]
    await gives_back(live, "inspector", task)
    # Handed to the first inspector by a head: the same.
    given = await live.cast.call(
        "section_head",
        "POST",
        f"/api/v1/tasks/{task}/reassign",
        json={"to": "inspector", "reason": "人手不足"},
    )
    assert given.status_code in {200, 202}, given.text
    again = await hands_in(live, "inspector", task, recheck(AT, officers=["王海", "冯丽"]))
    refused(again, 403, "separation_of_duties")
    # Nor in the name of a third who did not sign.
    third = await hands_in(live, "inspector", task, recheck(AT, officers=["马骁", "冯丽"]))
    refused(third, 422, "invalid_answers")
    await gives_back(live, "inspector", task)
    right = await hands_in(live, "inspector", task, recheck(AT, officers=["王海", "马骁"]))
    assert right.status_code in {200, 202}, right.text
    assert [e.kind for e in await events(live, case)].count("hazard_rechecked") == 1


async def test_a_claim_of_another_does_not_lend_its_name(live: Live) -> None:
    case, task = await at_recheck(live)
    assert (await live.claim("inspecting_head", task)).status_code == 200
    path = f"/api/v1/tasks/{task}/complete"
    answers = recheck(AT, officers=["王海", "马骁"])
    stolen = await live.cast.call(
        "inspector", "POST", path, json=answers, headers={"If-Match": "*"}
    )
    refused(stolen, 409, "not_your_task")
    assert [e.kind for e in await events(live, case)].count("hazard_rechecked") == 0


async def test_what_the_database_says_cannot_be_put_in_by_the_caller(live: Live) -> None:
    case = await hazard(live, TODAY)
    task = (await live.task("inspector", case, FORM))["task_id"]
    name = "田庚"
    await inspector(live, name)
    claimed = [{"person_id": "x", "name": name, "number": "1", "kind": "equipment"}]
    for more in ({"known": {"certificates": claimed}}, {"certificates": claimed}):
        answer = await hands_in(
            live, "inspector", task, inspection(AT, officers=["王海", name], **more)
        )
        assert answer.json()["code"] == "invalid_answers"


async def test_a_forged_command_with_certificates_is_refused(live: Live) -> None:
    case = await hazard(live, TODAY)
    task = (await live.task("inspector", case, FORM))["task_id"]
    held = [
        {
            "person_id": person,
            "name": name,
            "number": number,
            "kind": "equipment",
            "valid_from": "2020-01-01",
            "valid_until": "2039-12-31",
        }
        for person, name, number in (("forged-1", "王海", "1"), ("forged-2", "冯丽", "2"))
    ]
    actor = Actor(
        person_id="forged-1",
        name="王海",
        roles=["inspector"],
        office="421303",
        certificates=["1"],
    )
    command = Command(
        act_id=str(uuid.uuid4()),
        case_id=live.ident(case),
        kind="complete",
        task_id=task,
        received_at=await live.on.now(),
        actor=actor,
        data=inspection(AT),
        known={"certificates": held},
    )
    signer: CommandSigner = live.on.app.state.services.signer
    lapsed = [c | {"valid_until": "2026-10-08"} for c in held]
    honest = signer.sign(command.model_copy(update={"known": {"certificates": lapsed}}))
    forged = [
        # Unsigned; signed by a worker's key for a person; the facts changed, or added, after the API signed.
        command,
        live.on.core.system_signer.sign(command),
        honest.model_copy(update={"known": {"certificates": held}}),
        signer.sign(command.model_copy(update={"known": {}})).model_copy(
            update={"known": {"certificates": held}}
        ),
        honest.model_copy(update={"actor": actor.model_copy(update={"certificates": ["1", "3"]})}),
    ]
    handle = live.on.client.get_workflow_handle(live.ident(case))
    why = []
    for one in (*forged, honest):
        with pytest.raises(WorkflowUpdateFailedError) as failed:
            await handle.execute_update("act", one, id=str(uuid.uuid4()))
        assert isinstance(failed.value.cause, ApplicationError)
        why.append(failed.value.cause.type)
    assert why == [Refusal.FORGED_ACTOR] * len(forged) + [Refusal.NOT_CERTIFIED]
