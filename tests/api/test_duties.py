"""Recurring obligations over HTTP: who may say what of one, twice at once, and behind the API's back."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest
import pytest_asyncio
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from banjian.player import bureau, duty_deeds
from banjian.player.cast import Cast
from banjian.player.deeds import Play
from banjian.player.stage import stage
from domain.contracts import Actor, Command
from law.zone import civil_date
from tests.api.case_stage import RING, Live
from tests.api.test_tasks_pages import sent_form

assert duty_deeds
ENTRIES = "/api/v1/equipment/device-entries"
USCC = "91421303MA0QH1006C"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def live(module_database: str) -> AsyncIterator[Live]:
    async with stage(module_database) as on:
        passwords = await bureau.seed(on.core.engine, RING)
        yield Live(on, Play(Cast(on.http, passwords), on.twins), passwords)


def device(code: str, today: date, **other: Any) -> dict[str, Any]:
    return {
        "code": code,
        "kind": "3110",
        "uscc": USCC,
        "unit": "随州市曾都区红光商贸有限公司",
        "place": "烈山大道1号",
        "registration_number": f"梯11鄂S{code[-5:]}(26)",
        "inspected_on": (today - timedelta(days=345)).isoformat(),
        "inspection_valid_until": (today + timedelta(days=20)).isoformat(),
        **other,
    }


async def due(live: Live, code: str) -> tuple[str, str, date]:
    """The open case of a device's inspection (id, number), and today by the case's clock."""
    today = civil_date(await live.on.now())
    await live.cast.ask("section_head", "POST", ENTRIES, json={"devices": [device(code, today)]})
    await live.on.turns.open_duties()
    found = await live.cast.until(
        "inspector",
        f"/api/v1/equipment/obligations?subject={code}",
        lambda f: any(item["number"] for item in f["items"]),
    )
    [item] = found["items"]
    assert item["state"] == "open"
    return item["case_id"], item["number"], today


def passed(today: date, **other: Any) -> dict[str, Any]:
    return {
        "done_on": today.isoformat(),
        "result": "passed",
        "valid_until": (today + timedelta(days=364)).isoformat(),
        "number": "鄂特检2026-0816",
        **other,
    }


async def test_opened_once_however_often_the_day_is_asked(live: Live) -> None:
    code = "31104213032026000101"
    today = civil_date(await live.on.now())
    await live.cast.ask("section_head", "POST", ENTRIES, json={"devices": [device(code, today)]})
    await asyncio.gather(*(live.on.turns.open_duties() for _ in range(4)))
    rows = await live.rows("SELECT case_id FROM cases WHERE numbers ->> 'device' = :c", c=code)
    acts = await live.rows(
        "SELECT a.id FROM acts a JOIN obligations o ON o.case_id = a.case_id WHERE o.subject = :c AND a.kind = 'open'",
        c=code,
    )
    assert len(rows) == len(acts) == 1


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("applicant", "31104213032026000201"),
        ("acceptor", "31104213032026000202"),
        ("approver", "31104213032026000203"),
    ],
)
async def test_only_its_officers_say_that_it_was_done(live: Live, who: str, code: str) -> None:
    _, number, today = await due(live, code)
    path = f"/api/v1/cases/{number}/duty-fulfilments"
    refused = await live.cast.call(who, "POST", path, json=passed(today))
    assert refused.status_code in {403, 404}, refused.text
    assert refused.json()["code"] in {"wrong_role", "not_found"}
    shown = await live.cast.ask("inspector", "GET", f"/api/v1/cases/{number}")
    assert shown["stage"] == "due"


async def test_told_twice_at_once_is_done_once(live: Live) -> None:
    code = "31104213032026000301"
    case, number, today = await due(live, code)
    path = f"/api/v1/cases/{number}/duty-fulfilments"
    answers = await asyncio.gather(
        *(
            live.cast.call(who, "POST", path, json=passed(today, number=f"鄂特检2026-{who}"))
            for who in ("inspector", "inspector2")
        )
    )
    taken = [a for a in answers if a.status_code in {200, 202}]
    assert len(taken) == 1, [a.text for a in answers]
    [refused] = [a for a in answers if a not in taken]
    assert refused.json()["code"] in {"not_accepted_now", "case_closed"}
    await live.cast.until(
        "inspector", f"/api/v1/cases/{number}", lambda c: c["stage"] == "fulfilled"
    )
    told = await live.rows(
        "SELECT 1 FROM case_events WHERE case_id = :c AND kind = 'duty_told'", c=uuid.UUID(case)
    )
    assert len(told) == 1
    [row] = await live.rows("SELECT * FROM obligations WHERE subject = :c", c=code)
    assert (row.state, row.case_id, row.since) == ("resting", None, today)
    [known] = await live.rows("SELECT * FROM devices WHERE code = :c", c=code)
    assert known.inspection_valid_until == today + timedelta(days=364)


@pytest.mark.parametrize("kind", ["duty_fulfilled", "duty_ended", "duty_requested"])
@pytest.mark.parametrize("roles", [["system"], ["inspector"], ["bureau_head"]])
async def test_behind_the_api_nobody_says_anything(live: Live, kind: str, roles: list[str]) -> None:
    """An update sent to the engine itself, in any name, signed by nobody or by the worker for a person."""
    found = await live.rows("SELECT case_id, subject FROM obligations WHERE state = 'open' LIMIT 1")
    case = str(found[0].case_id) if found else (await due(live, "31104213032026000401"))[0]
    today = civil_date(await live.on.now())
    command = Command(
        act_id=str(uuid.uuid4()),
        case_id=case,
        kind=kind,
        received_at=await live.on.now(),
        actor=Actor(person_id="mallory", name="张三", roles=roles, office="421303"),
        data=passed(today),
    )
    handle = live.on.client.get_workflow_handle(case)
    forged = [command]
    if roles != ["system"]:
        forged.append(live.on.core.system_signer.sign(command))
    for one in forged:
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await handle.execute_update("act", one, id=one.act_id)
        assert isinstance(refused.value.cause, ApplicationError)
        assert refused.value.cause.type == "forged_actor"


async def test_devices_are_entered_all_or_none(live: Live) -> None:
    today = civil_date(await live.on.now())
    good = device("31104213032026000501", today)
    for wrong, pointer in (
        (device("31104213032026000502", today, kind="9999"), "/devices/1"),
        (device("31104213032026000502", today, kind="3000"), "/devices/1"),
        (device("31104213032026000502", today, uscc="91421303MA0QH1006D"), "/devices/1/uscc"),
        (
            device("31104213032026000502", today, inspected_on=(today + timedelta(days=1)).isoformat()),
            "/devices/1/inspected_on",
        ),
    ):  # fmt: skip
        answer = await live.cast.call(
            "section_head", "POST", ENTRIES, json={"devices": [good, wrong]}
        )
        assert answer.status_code == 422, answer.text
        assert any(e["pointer"].startswith(pointer) for e in answer.json()["errors"]), answer.text
    assert not await live.rows("SELECT 1 FROM devices WHERE code = :c", c=good["code"])
    key = {"Idempotency-Key": uuid.uuid4().hex}
    first, again = [
        await live.cast.call("section_head", "POST", ENTRIES, json={"devices": [good]}, headers=key)
        for _ in range(2)
    ]
    assert first.status_code == again.status_code == 201
    noted = await live.rows("SELECT 1 FROM admin_log WHERE act = 'enter_devices' AND details ->> 'first' = :c", c=good["code"])  # fmt: skip
    assert len(noted) == 1


async def test_two_who_enter_the_same_device_at_once(live: Live) -> None:
    """One enters it, with its words; the other is told, and nothing of the other's list is kept."""
    today = civil_date(await live.on.now())
    shared = "31104213032026000551"
    lists = [
        [device(shared, today, place=f"第{n}处"), device(f"3110421303202600055{n}", today)]
        for n in (2, 3)
    ]
    answers = await asyncio.gather(
        *(
            live.cast.call(who, "POST", ENTRIES, json={"devices": entered})
            for who, entered in zip(("section_head", "inspecting_head"), lists, strict=True)
        )
    )
    assert sorted(a.status_code for a in answers) == [201, 422], [a.text for a in answers]
    [first] = [n for n, a in enumerate(answers) if a.status_code == 201]
    assert answers[1 - first].json()["errors"][0]["pointer"] == "/devices/0/code"
    rows = await live.rows("SELECT code, place FROM devices WHERE code LIKE '3110421303202600055%'")
    assert {(r.code, r.place) for r in rows} == {(d["code"], d["place"]) for d in lists[first]}


async def test_an_inspection_whose_validity_is_over_releases_nothing(live: Live) -> None:
    code = "31104213032026000701"
    _, number, today = await due(live, code)
    over = passed(
        today,
        done_on=(today - timedelta(days=20)).isoformat(),
        valid_until=(today - timedelta(days=1)).isoformat(),
    )
    path = f"/api/v1/cases/{number}/duty-fulfilments"
    refused = await live.cast.call("inspector", "POST", path, json=over)
    assert refused.status_code == 422, refused.text
    [error] = refused.json()["errors"]
    assert error["pointer"] == "/valid_until"
    last_day = passed(today, done_on=over["done_on"], valid_until=today.isoformat())
    assert (await live.cast.call("inspector", "POST", path, json=last_day)).status_code in {
        200,
        202,
    }


async def test_a_pass_from_before_the_failure_is_refused_at_its_day(live: Live) -> None:
    code = "31104213032026000801"
    _, number, today = await due(live, code)
    path = f"/api/v1/cases/{number}/duty-fulfilments"
    failed = {"done_on": (today - timedelta(days=1)).isoformat(), "result": "failed", "number": "鄂特检1号"}  # fmt: skip
    await live.cast.ask("inspector", "POST", path, json=failed)
    await live.cast.until("inspector", f"/api/v1/cases/{number}", lambda c: c["stage"] == "overdue")
    before = passed(today, done_on=(today - timedelta(days=2)).isoformat())
    refused = await live.cast.call("inspector", "POST", path, json=before)
    assert refused.status_code == 422, refused.text
    [error] = refused.json()["errors"]
    assert error["pointer"] == "/done_on"
    assert "不合格检验" in error["detail"]
    same_day = passed(today, done_on=failed["done_on"])
    assert (await live.cast.call("inspector", "POST", path, json=same_day)).status_code in {
        200,
        202,
    }


async def test_a_page_notes_what_was_done_and_says_what_is_wrong(live: Live) -> None:
    code = "31104213032026000601"
    _, number, today = await due(live, code)
    client = await live.pages("inspector")
    address = f"/cases/{number}"
    form = sent_form(await client.get(address), f"{address}/duty-fulfilment")
    wrong = await client.post(
        f"{address}/duty-fulfilment",
        data=form | {"done_on": today.isoformat(), "number": "鄂特检1号"},
    )
    assert wrong.status_code == 422
    assert 'id="duty-fulfilment-result"' in wrong.text
    assert 'value="鄂特检1号"' in wrong.text, "what was filled in stays"
    asked = sent_form(await client.get(address), f"{address}/duty-request") | {
        "requested_on": today.isoformat(),
        "body": "湖北省特种设备检验检测研究院随州分院",
    }
    assert (await client.post(f"{address}/duty-request", data=asked)).status_code == 303
    shown = await client.get(address)
    assert "提出检验申请" in shown.text
    form = sent_form(shown, f"{address}/duty-fulfilment") | passed(today)
    done = await client.post(f"{address}/duty-fulfilment", data=form)
    assert done.status_code == 303
    await live.cast.until(
        "inspector", f"/api/v1/cases/{number}", lambda c: c["stage"] == "fulfilled"
    )
    assert "检验合格（鄂特检2026-0816）" in (await client.get(address)).text
