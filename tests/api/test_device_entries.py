"""Devices entered with impossible days, by another office, twice; a wrong day put right; a last day that cannot be one."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from activities.context import load
from activities.obligations import renew_obligation
from api import idempotency
from api.security import passwords
from banjian.compose import means_of, registers_of
from domain.contracts import RegisterCall
from domain.roles import Role
from law.obligations import latest
from law.zone import civil_date
from storage import accounts
from tests.api.case_stage import Live
from tests.api.test_duties import ENTRIES, device, due, live, passed
from tests.api.test_hosting_pages import text_of
from tests.api.test_tasks_pages import sent_form

assert callable(live)
HEAD = "section_head"


async def enter(live: Live, code: str, **other: Any) -> date:
    today = civil_date(await live.on.now())
    entered = device(code, today, **other)
    await live.cast.ask(HEAD, "POST", ENTRIES, json={"devices": [entered]})
    return today


async def term(live: Live, code: str) -> Any:
    [row] = await live.rows("SELECT * FROM obligations WHERE subject = :c", c=code)
    return row


@pytest.mark.parametrize(
    ("days", "pointer", "said"),
    [
        ({"inspection_valid_until": "9999-12-31"}, "/devices/0/inspection_valid_until", "15年"),
        ({"inspected_on": "1989-12-31"}, "/devices/0/inspected_on", "1990年"),
        ({"inspected_on": "0001-01-01"}, "/devices/0/inspected_on", "1990年"),
        ({"inspected_on": "9990-01-01"}, "/devices/0", ""),
        (
            {"inspected_on": None, "inspection_valid_until": "0001-01-01", "state": "stopped"},
            "/devices/0/inspection_valid_until",
            "1990年",
        ),
    ],
)
async def test_an_impossible_day_is_said_at_its_field(
    live: Live, days: dict[str, Any], pointer: str, said: str
) -> None:
    today = civil_date(await live.on.now())
    entered = device("31104213032026010001", today, **days)
    answer = await live.cast.call(HEAD, "POST", ENTRIES, json={"devices": [entered]})
    assert answer.status_code == 422, answer.text
    [error] = answer.json()["errors"]
    assert error["pointer"].startswith(pointer)
    assert said in error["detail"]
    assert not await live.rows("SELECT 1 FROM devices WHERE code = :c", c=entered["code"])


async def test_a_unit_cannot_have_done_its_duties_before_there_were_any(live: Live) -> None:
    today = civil_date(await live.on.now())
    body = {"devices": [device("31104213032026010002", today)], "duties_since": "1900-01-01"}
    answer = await live.cast.call(HEAD, "POST", ENTRIES, json=body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == "/duties_since"


async def test_the_longest_validity_can_be_entered_and_a_day_more_cannot(live: Live) -> None:
    today = civil_date(await live.on.now())
    last = latest(today - timedelta(days=1))
    inspected = (today - timedelta(days=1)).isoformat()
    for until, status in ((last + timedelta(days=1), 422), (last, 201)):
        entered = device(
            "31104213032026010003",
            today,
            inspected_on=inspected,
            inspection_valid_until=until.isoformat(),
        )
        answer = await live.cast.call(HEAD, "POST", ENTRIES, json={"devices": [entered]})
        assert answer.status_code == status, answer.text


async def test_the_call_whose_answer_was_lost_is_answered_as_done(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Crashed between the commit and the kept answer; the platform changed a device since."""
    today = civil_date(await live.on.now())
    code = "31104213032026010004"
    body = {"devices": [device(code, today)]}
    key = {"Idempotency-Key": uuid.uuid4().hex}
    with monkeypatch.context() as crashed:
        crashed.setattr(idempotency, "_keep", lambda *given: None)
        first = await live.cast.call(HEAD, "POST", ENTRIES, json=body, headers=key)
    assert first.status_code == 201
    async with live.on.core.engine.begin() as connection:
        await connection.execute(text("DELETE FROM idempotency WHERE key = :k"), {"k": key["Idempotency-Key"]})  # fmt: skip
        await connection.execute(
            text("UPDATE devices SET place = '新址' WHERE code = :c"), {"c": code}
        )
    again = await live.cast.call(HEAD, "POST", ENTRIES, json=body, headers=key)
    assert (again.status_code, again.json()) == (201, {"entered": 1})
    [row] = await live.rows("SELECT place FROM devices WHERE code = :c", c=code)
    assert row.place == "新址"
    other = await live.cast.call(HEAD, "POST", ENTRIES, json=body)
    assert other.status_code == 422, "another call finds the device there"
    noted = await live.rows("SELECT 1 FROM admin_log WHERE details ->> 'first' = :c", c=code)
    assert len(noted) == 1


async def test_entered_for_the_office_of_who_enters(live: Live) -> None:
    who, password = "other_head", uuid.uuid4().hex
    async with AsyncSession(live.on.core.engine) as db:
        await accounts.create_account(
            db,
            sign_in=who,
            display_name="石岭",
            password_hash=await passwords.hashed(password),
            roles=frozenset({Role.SECTION_HEAD}),
            office="421300",
        )
        await db.commit()
    live.passwords[who] = password
    today = civil_date(await live.on.now())
    code = "31104213032026010005"
    entered = device(code, today, inspection_valid_until=(today + timedelta(days=300)).isoformat())
    await live.cast.ask(who, "POST", ENTRIES, json={"devices": [entered]})
    rows = await live.rows(
        "SELECT office FROM devices WHERE code = :c UNION ALL SELECT office FROM obligations WHERE subject = :c",
        c=code,
    )
    assert [row.office for row in rows] == ["421300", "421300"]
    path = f"/api/v1/equipment/obligations?subject={code}"
    assert len((await live.get(who, path))["items"]) == 1
    assert (await live.get(HEAD, path))["items"] == []


async def test_a_wrong_last_day_is_put_right(live: Live) -> None:
    """2037 for 2027: within what can be, found out later."""
    code = "31104213032026010006"
    today = civil_date(await live.on.now())
    inspected, right = today - timedelta(days=10), today + timedelta(days=300)
    await enter(
        live,
        code,
        inspected_on=inspected.isoformat(),
        inspection_valid_until=(today + timedelta(days=3950)).isoformat(),
    )
    path = f"{ENTRIES}/{code}/inspection-corrections"
    body = {
        "inspected_on": inspected.isoformat(),
        "inspection_valid_until": right.isoformat(),
        "reason": "录入时把2027年写成2037年",
    }
    for who in ("inspector", "applicant"):
        refused = await live.cast.call(who, "POST", path, json=body)
        assert refused.status_code in {403, 404}, refused.text
    early = body | {"inspected_on": (inspected - timedelta(days=1)).isoformat()}
    refused = await live.cast.call(HEAD, "POST", path, json=early)
    assert refused.json()["code"] == "not_accepted_now", refused.text
    far = body | {"inspection_valid_until": "2999-01-01"}
    refused = await live.cast.call(HEAD, "POST", path, json=far)
    assert refused.json()["errors"][0]["pointer"] == "/inspection_valid_until"
    done = await live.cast.call(HEAD, "POST", path, json=body)
    assert done.status_code == 200, done.text
    row = await term(live, code)
    assert (row.due_on, row.since, row.state) == (right, inspected, "resting")
    assert row.opens_on < right
    [held] = await live.rows("SELECT inspection_valid_until FROM devices WHERE code = :c", c=code)
    assert held.inspection_valid_until == right
    [noted] = await live.rows(
        "SELECT details FROM admin_log WHERE act = 'correct_inspection' AND subject = :c", c=code
    )
    assert noted.details["after"] == right.isoformat()
    unknown = path.replace(code, "31104213032026019999")
    assert (await live.cast.call(HEAD, "POST", unknown, json=body)).status_code == 404


async def test_not_while_its_case_is_open(live: Live) -> None:
    code = "31104213032026010007"
    _, _, today = await due(live, code)
    body = {
        "inspected_on": today.isoformat(),
        "inspection_valid_until": (today + timedelta(days=300)).isoformat(),
        "reason": "录入有误",
    }
    path = f"{ENTRIES}/{code}/inspection-corrections"
    refused = await live.cast.call(HEAD, "POST", path, json=body)
    assert refused.json()["code"] == "not_accepted_now", refused.text


async def test_a_case_refuses_a_last_day_that_cannot_be_one(live: Live) -> None:
    """By REST and on its page, at the field; the case goes on."""
    code = "31104213032026010008"
    _, number, today = await due(live, code)
    far = passed(today, valid_until=(latest(today) + timedelta(days=1)).isoformat())
    path = f"/api/v1/cases/{number}/duty-fulfilments"
    refused = await live.cast.call("inspector", "POST", path, json=far)
    assert refused.status_code == 422, refused.text
    [error] = refused.json()["errors"]
    assert error["pointer"] == "/valid_until"
    client = await live.pages("inspector")
    address = f"/cases/{number}"
    form = sent_form(await client.get(address), f"{address}/duty-fulfilment")
    again = await client.post(f"{address}/duty-fulfilment", data=form | far)
    assert again.status_code == 422
    assert "超过15年" in text_of(again)
    last = passed(today, valid_until=latest(today).isoformat())
    done = await live.cast.call("inspector", "POST", path, json=last)
    assert done.status_code in {200, 202}, done.text
    await live.cast.until(
        "inspector", f"/api/v1/cases/{number}", lambda c: c["stage"] == "fulfilled"
    )
    assert (await term(live, code)).due_on == latest(today)


async def test_a_case_from_before_that_has_one_leaves_its_duty_to_be_told_anew(live: Live) -> None:
    """Such a case could not be ended, or lost its duty: now the term is a short one, and the same inspection can be told in it."""
    code = "31104213032026010009"
    case, _, today = await due(live, code)
    async with registers_of(live.on.core) as registers:
        view = await load(means_of(live.on.core, registers), case)
        args = {"done_on": today.isoformat(), "until": "9999-12-31"}
        order = RegisterCall(
            case_id=case, kind="renew_obligation", at=await live.on.now(), args=args
        )
        answer = await renew_obligation(view, order)
    assert answer["unclear"] == "9999-12-31"
    row = await term(live, code)
    assert (row.state, row.case_id) == ("resting", None)
    assert row.since < today < row.due_on <= today + timedelta(days=30)
    assert row.opens_on <= today, "its case is opened at once"
    [held] = await live.rows("SELECT inspection_valid_until FROM devices WHERE code = :c", c=code)
    assert held.inspection_valid_until == today + timedelta(days=20)


async def test_a_name_as_the_platform_has_it_does_not_keep_a_case_from_being_opened(
    live: Live,
) -> None:
    code = "31104213032026010010"
    today = await enter(live, code)
    long = "随州市" + "汉东" * 95
    async with live.on.core.engine.begin() as connection:
        await connection.execute(
            text("UPDATE devices SET unit = :unit, place = '\u200b' WHERE code = :c"),
            {"unit": f"{long}\u200b", "c": code},
        )
    await live.on.turns.open_duties()
    row = await term(live, code)
    assert (row.state, row.due_on) == ("open", today + timedelta(days=20))
    found = await live.cast.until(
        "inspector",
        f"/api/v1/equipment/obligations?subject={code}",
        lambda f: any(item["number"] for item in f["items"]),
    )
    client = await live.pages("inspector")
    shown = await client.get(f"/cases/{found['items'][0]['number']}")
    assert long in shown.text
