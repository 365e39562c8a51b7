"""Separation of duties in the procedures of special equipment, attacked by every way there is: the task, a reassignment, an update
sent to the case itself with and without the installation's signature."""

import uuid
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from api.security import passwords
from banjian.player import bureau, credit_deeds, inspection_deeds
from banjian.player.cast import Cast
from banjian.player.deeds import DEEDS, Deed, Play
from banjian.player.stage import stage
from domain.contracts import Actor, Command
from domain.roles import Role
from law.offices import DEFAULT_OFFICE
from storage import accounts
from tests.api.case_stage import RING, Live
from tests.api.hazards import STEM, hazard, inspection, inspector
from tests.api.test_certified_officers import gives_back, hands_in, refused

assert credit_deeds
assert inspection_deeds
STARTS = datetime.fromisoformat("2026-10-09T15:30:00+08:00")
AT = "2026-10-09T15:00"
BOTH = "doing_and_deciding"
"""May do everything that an inspector does, and decide everything that a head decides."""
SEIZED = {
    "uscc": "91421303MA0QH1006C",
    "name": "随州市曾都区红光商贸有限公司",
    "kind": "seal",
    "items": ["曳引驱动乘客电梯一台"],
    "place": "烈山大道1号",
    "ground": "限速器失效，仍在载客",
}
APPROVED = {"decision": "approve", "reasons": "同意查封", "no_interest": True}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def live(module_database: str) -> AsyncIterator[Live]:
    async with stage(module_database, starts=STARTS) as on:
        made = dict(await bureau.seed(on.core.engine, RING))
        made[BOTH] = uuid.uuid4().hex
        async with AsyncSession(on.core.engine) as db:
            await accounts.create_account(
                db,
                sign_in=BOTH,
                display_name="潘岩",
                password_hash=await passwords.hashed(made[BOTH]),
                roles=frozenset({Role.INSPECTOR, Role.SECTION_HEAD, Role.BUREAU_HEAD}),
                office=DEFAULT_OFFICE,
            )
            await db.commit()
        live = Live(on, Play(Cast(on.http, made), on.twins), made)
        held = {"valid_from": "2026-01-01", "valid_until": "2031-12-31"}
        await live.do(
            "certify", "admin", account=BOTH, kind="enforcement", number="鄂S99X1", **held
        )
        yield live


async def opened(live: Live, who: str, procedure: str, **form: Any) -> str:
    case = str(uuid.uuid4())
    await DEEDS["propose"](live.play, Deed(who, case, form, procedure))
    return case


async def person_id(live: Live, who: str) -> str:
    [row] = await live.rows("SELECT id FROM accounts WHERE sign_in = :s", s=who)
    return str(row.id)


async def attack(
    live: Live, who: str, case: str, form: str, answers: dict[str, Any], *, by: str
) -> None:
    """Nobody gets past the rule; a colleague who is free of it (`by`) does.

    Args:
        who: holds the post, and has taken the other duty in the case.
    """
    task = (await live.task(by, case, form))["task_id"]
    # The task itself.
    refused(await hands_in(live, who, task, answers), 403, "separation_of_duties")
    await gives_back(live, who, task)
    # Given to the same person by a head: at the latest the answer is refused.
    given = await live.cast.call(
        "section_head",
        "POST",
        f"/api/v1/tasks/{task}/reassign",
        json={"to": who, "reason": "人手不足"},
    )
    if given.status_code >= 400:
        refused(given, 403, "separation_of_duties")
    else:
        refused(await hands_in(live, who, task, answers), 403, "separation_of_duties")
        await gives_back(live, who, task)
    # To the case itself: unsigned, and as a route would sign that forgot every check.
    [row] = await live.rows("SELECT role, assignee FROM tasks WHERE task_id = :t", t=task)
    actor = Actor(
        person_id=await person_id(live, who),
        name="潘岩",
        roles=[row.role],
        office=DEFAULT_OFFICE,
    )
    command = Command(
        act_id=str(uuid.uuid4()),
        case_id=live.ident(case),
        kind="complete",
        task_id=task,
        received_at=await live.on.now(),
        actor=actor,
        data=answers,
    )
    signer = live.on.app.state.services.signer
    for sent, why in ((command, "forged_actor"), (signer.sign(command), "separation_of_duties")):
        handle = live.on.client.get_workflow_handle(sent.case_id)
        with pytest.raises(WorkflowUpdateFailedError) as failed:
            await handle.execute_update("act", sent, id=sent.act_id)
        assert isinstance(failed.value.cause, ApplicationError)
        assert failed.value.cause.type == why
    if row.assignee is not None:
        await live.cast.ask(
            "section_head",
            "POST",
            f"/api/v1/tasks/{task}/reassign",
            json={"to": by, "reason": "换人"},
        )
    done = await hands_in(live, by, task, answers)
    assert done.status_code in {200, 202}, done.text


async def test_who_proposes_a_seizure_does_not_approve_it(live: Live) -> None:
    case = await opened(live, BOTH, "seizure", **SEIZED)
    await attack(live, BOTH, case, "seizure.approval", APPROVED, by="bureau_head")
    await live.stage_is(case, "executing")


async def test_who_seized_on_the_spot_does_not_approve_it(live: Live) -> None:
    """SOD-4: proposed by a colleague, carried out by the one who could approve."""
    case = await opened(live, "inspector", "seizure", **SEIZED, seized_at=AT)
    await live.complete(
        BOTH,
        case,
        task="seizure.spot_record",
        officers=["潘岩", "冯丽"],
        record="当场告知理由和权利，交付清单",
        signature="signed",
    )
    await live.stage_is(case, "confirming")
    await attack(live, BOTH, case, "seizure.approval", APPROVED, by="bureau_head")
    await live.stage_is(case, "sealed")


async def test_an_emergency_is_no_reason_for_an_officer_without_a_certificate(live: Live) -> None:
    """行政强制法 18: judged by the instant of the deed, named with the article."""
    expired = await inspector(live, "田辛", ("2021-01-01", "2026-10-08"))
    case = await opened(live, "inspector", "seizure", **SEIZED, seized_at=AT)
    record = {"record": "当场告知理由和权利，交付清单", "signature": "signed"}
    task = (await live.task("inspector", case, "seizure.spot_record"))["task_id"]
    answer = await hands_in(live, "inspector", task, {"officers": ["王海", "田辛"], **record})
    told = refused(answer, 403, "not_certified")["/officers"]
    assert "田辛" in told
    assert "行政强制法第18条" in told
    await gives_back(live, "inspector", task)
    own = await hands_in(live, expired, task, {"officers": ["王海", "田辛"], **record})
    refused(own, 403, "not_certified")
    await gives_back(live, expired, task)
    right = await hands_in(live, "inspector", task, {"officers": ["王海", "冯丽"], **record})
    assert right.status_code in {200, 202}, right.text
    await live.stage_is(case, "confirming")


async def test_who_approved_a_seizure_does_not_carry_it_out(live: Live) -> None:
    """SOD-4, the other way round."""
    case = await opened(live, "inspector", "seizure", **SEIZED)
    await live.complete(BOTH, case, task="seizure.approval", **APPROVED)
    await live.stage_is(case, "executing")
    executed = {
        "officers": ["潘岩", "冯丽"],
        "seized_at": (await live.on.now() + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M"),
        "record": "当场告知，交付清单",
        "signature": "signed",
    }
    task = (await live.task("inspector2", case, "seizure.execution"))["task_id"]
    refused(await hands_in(live, BOTH, task, executed), 403, "separation_of_duties")


async def test_who_is_named_in_a_record_took_part_also_without_signing(live: Live) -> None:
    """SOD-4 of the second officer: seized by two, one of whom could approve; and approved by who is then named."""
    case = await opened(live, "inspector", "seizure", **SEIZED, seized_at=AT)
    await live.complete(
        "inspector",
        case,
        task="seizure.spot_record",
        officers=["王海", "潘岩"],
        record="当场告知理由和权利，交付清单",
        signature="signed",
    )
    await live.stage_is(case, "confirming")
    await attack(live, BOTH, case, "seizure.approval", APPROVED, by="bureau_head")
    other = await opened(
        live, "inspector", "seizure", **SEIZED | {"ground": "安全钳失效，仍在载客"}
    )
    await live.complete(BOTH, other, task="seizure.approval", **APPROVED)
    await live.stage_is(other, "executing")
    executed = {
        "officers": ["王海", "潘岩"],
        "seized_at": (await live.on.now() + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M"),
        "record": "当场告知，交付清单",
        "signature": "signed",
    }
    task = (await live.task("inspector", other, "seizure.execution"))["task_id"]
    told = refused(await hands_in(live, "inspector", task, executed), 403, "separation_of_duties")
    assert "潘岩" in told["/officers"]
    await gives_back(live, "inspector", task)


async def test_who_asks_for_more_time_does_not_grant_it(live: Live) -> None:
    """SOD-11, of the days of an instruction (Q06)."""
    case = await hazard(live, "2026-10-09")
    await live.complete("inspector", case, task=f"{STEM}.inspection", **inspection(AT))
    await live.complete(
        "inspector", case, task=f"{STEM}.instruction", measures=["修复机房门锁"], days=10
    )
    await live.stage_is(case, "rectifying")
    asked = await live.cast.call(
        "inspecting_head",
        "POST",
        f"/api/v1/cases/{live.number(case)}/extensions",
        json={"clock": "Q06#1", "reason": "配件没有到货"},
    )
    assert asked.status_code in {200, 202}, asked.text
    answers = {"decision": "approve", "length": 5, "reason": "配件没有到货，设备已经停用"}
    await attack(live, "inspecting_head", case, "kernel.extension", answers, by="section_head")


async def test_who_proposes_a_plan_of_random_inspection_does_not_approve_it(live: Live) -> None:
    case = await opened(
        live,
        "inspecting_head",
        "double_random_inspection",
        name="特种设备使用单位抽查",
        scope="equipment",
        matters="使用登记、定期检验",
        basis="《特种设备安全监督检查办法》第八条",
        starts_on="2026-10-10",
        ends_on="2026-11-30",
        targets=["91421303MA0QJ0012H,随州市曾都区第一机械有限公司"],
        number=1,
        inspectors=["王海", "冯丽", "马骁"],
        value_source="上证指数收盘",
        value_day="2026-10-20",
        value_digits=6,
    )
    await attack(
        live,
        "inspecting_head",
        case,
        "double_random_inspection.approval",
        {"decision": "approve", "no_interest": True},
        by="section_head",
    )
    await live.stage_is(case, "plan_approved")


async def test_who_accepts_a_use_registration_does_not_decide_it(live: Live) -> None:
    """SOD-1; the head who hands it back to the one who accepted changes nothing."""
    case = str(uuid.uuid4())
    form = {
        "matter": "first",
        "put_into_use_on": "2026-10-01",
        "name": "随州市曾都区汉东机械有限公司",
        "uscc": "91421303MA0009EJ6N",
        "address": "湖北省随州市曾都区东城街道交通大道18号",
        "contact": "周晓岚",
        "phone": "13800006210",
        "devices": [
            {
                "device": "31104213032026200001",
                "kind": "3110",
                "place": "交通大道18号1号楼",
                "inspection_valid_until": "2027-09-30",
            }
        ],
    }
    await DEEDS["submit"](live.play, Deed("applicant", case, {"form": form}, "se_use_registration"))
    await live.complete("allround", case, task="approval.acceptance", decision="accept")
    await live.complete(
        "reviewer", case, task="approval.review", finding="conforms", no_interest=True
    )
    await live.stage_is(case, "deciding")
    await attack(
        live,
        "allround",
        case,
        "approval.decision",
        {"decision": "grant", "no_interest": True},
        by="approver",
    )
