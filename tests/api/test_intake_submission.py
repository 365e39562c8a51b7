"""Handing in over HTTP with an engine that does not answer: the receipt holds all the same."""

import asyncio
import re
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from api.acts import Acts, Draft
from domain.clocks import WRITTEN_WITHIN
from domain.contracts import Command
from storage import new_cases
from storage.acts import Beside, command_of, find
from storage.numbers import check_character
from storage.submissions import newest
from tests.api.conftest import SetClock
from tests.api.intake_app import (  # noqa: F401  # with its fixtures
    ITEM,
    Installation,
    begin,
    bureau_fixture,
    complete,
    count,
    keyed,
    li_fixture,
    pdf,
    person,
    signed_in,
    submit,
    upload,
    whole_form,
    zhou_fixture,
)

NOW = "2026-09-23T10:02:37.512+08:00"


async def test_a_receipt_holds_while_the_engine_is_away(
    zhou: httpx.AsyncClient, bureau: Installation, set_clock: SetClock
) -> None:
    await set_clock(NOW)
    application = await complete(zhou)
    done = await submit(zhou, application)
    assert done.status_code == 202, done.text
    receipt = done.json()
    assert done.headers["location"] == f"/api/v1/applications/{application}/receipt"
    assert receipt["received_at"] == "2026-09-23T10:02:37+08:00"
    assert receipt["state"] == "received"
    division, year, ordinal, check = receipt["receipt_no"].split("-")
    assert (division, year) == ("421303", "2026")
    assert check == check_character(division + year + ordinal)
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}", receipt["query_code"])
    # R01: three working days from 23 September 2026; the 25th to 27th are the Mid-Autumn holiday.
    assert [s["due"] for s in receipt["next"]] == ["2026-09-29", "2026-09-29", None]
    assert [s["promised"] for s in receipt["next"]] == [None, "2026-09-28", None]
    assert receipt["missing_materials"] == []
    assert (await zhou.get(done.headers["location"])).json() == receipt

    async with bureau.services.engine.connect() as connection:
        row, form = await newest(connection, bureau.services.keys, UUID(application))
        act = await find(connection, row.act_id)
    assert act is not None
    assert (act.state, act.kind, row.version, row.digest) == (
        "received",
        "open",
        1,
        receipt["digest"],
    )
    assert form["persons"][0]["id_number"] == "110105199003070017"
    command = await command_of(bureau.services.keys, act)
    assert command.data["receipt_no"] == receipt["receipt_no"]
    assert command.data["parts"] == receipt["parts"]
    assert set(command.data["parts"]) == {"form", "articles", "appointment", "address_proof"}
    assert "110105199003070017" not in command.model_dump_json()
    assert [c.act_id for c in bureau.sender.sent] == [str(act.id)]


async def test_a_double_click_is_one_act(zhou: httpx.AsyncClient, bureau: Installation) -> None:
    application = await complete(zhou)
    first, second = await asyncio.gather(
        submit(zhou, application, "one-and-the-same"), submit(zhou, application, "one-and-the-same")
    )
    third = await submit(zhou, application, "one-and-the-same")
    answers = sorted([first, second], key=lambda a: a.status_code)
    assert answers[0].status_code == 202
    assert answers[1].status_code in (202, 409)
    assert third.json() == answers[0].json()
    assert third.headers["idempotency-replayed"] == "true"
    acts = "SELECT count(*) FROM acts WHERE case_id = :id"
    assert await count(bureau, acts, id=application) == 1


async def test_two_keys_are_still_one_receipt(
    zhou: httpx.AsyncClient, bureau: Installation
) -> None:
    application = await complete(zhou)
    answers = await asyncio.gather(*(submit(zhou, application) for _ in range(4)))
    assert sorted(a.status_code for a in answers) == [202, 409, 409, 409]
    numbers = "SELECT count(*) FROM numbers WHERE case_id = :id"
    assert await count(bureau, numbers, id=application) == 1


async def test_a_key_is_not_used_for_two_things(zhou: httpx.AsyncClient) -> None:
    application = await complete(zhou)
    key = "a-key-for-one-thing"
    assert (await submit(zhou, application, key)).status_code == 202
    again = await submit(zhou, application, key, force_incomplete=True)
    assert (again.status_code, again.json()["code"]) == (422, "idempotency_key_reused")
    without = await zhou.post(
        f"/api/v1/applications/{application}/submissions", json={"declaration": True}
    )
    assert without.status_code == 422


async def test_everything_that_is_missing_is_said_at_once(zhou: httpx.AsyncClient) -> None:
    form = whole_form() | {"capital": "999"}
    del form["domicile"]
    draft = await begin(zhou, form)
    refused = await submit(zhou, draft["id"], declaration=False)
    assert refused.status_code == 422
    errors = {e["pointer"]: e["detail"] for e in refused.json()["errors"]}
    assert errors["/form/domicile"] == "请填写这一项"
    assert errors["/files/articles"] == "请上传公司章程"
    assert errors["/files/appointment"] == "请上传任职文件"
    assert "/files/address_proof" not in errors, "may follow after acceptance (容缺)"
    assert "/declaration" in errors
    assert refused.json()["missing_materials"] == ["articles", "appointment"]


async def test_an_incomplete_file_may_be_handed_in_on_purpose(zhou: httpx.AsyncClient) -> None:
    draft = await begin(zhou)
    refused = await submit(zhou, draft["id"])
    assert refused.status_code == 422
    done = await submit(zhou, draft["id"], force_incomplete=True)
    assert done.status_code == 202
    assert done.json()["missing_materials"] == ["articles", "appointment", "address_proof"]


async def test_nobody_is_born_after_today(zhou: httpx.AsyncClient, set_clock: SetClock) -> None:
    await set_clock("2026-09-23T10:00:00+08:00")
    form = whole_form()
    form["persons"][1] = person(
        "李未来", "420106209901010011", "shareholder", "supervisor", contribution="400000"
    )
    application = await complete(zhou, form)
    refused = await submit(zhou, application)
    assert refused.status_code == 422
    assert refused.json()["errors"][0] == {
        "pointer": "/form/persons/1/id_number",
        "detail": "公民身份号码中的出生日期晚于今天",
    }


async def test_what_was_checked_is_what_is_handed_in(zhou: httpx.AsyncClient) -> None:
    application = await complete(zhou)
    seen = (await zhou.get(f"/api/v1/applications/{application}")).headers["etag"]
    await upload(zhou, application, "preapproval")
    stale = await zhou.post(
        f"/api/v1/applications/{application}/submissions",
        json={"declaration": True},
        headers=keyed() | {"If-Match": seen},
    )
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")


async def test_after_handing_in_nothing_can_be_changed(zhou: httpx.AsyncClient) -> None:
    application = await complete(zhou)
    address = f"/api/v1/applications/{application}"
    assert (await submit(zhou, application)).status_code == 202
    current = await zhou.get(address)
    tag = {"If-Match": current.headers["etag"]}
    assert current.json()["mode"] == "closed"
    assert current.json()["allowed_actions"] == []
    refused = [
        await zhou.patch(address, json={"form": {"name": None}}, headers=tag),
        await upload(zhou, application, "articles"),
        await zhou.delete(f"{address}/files/{current.json()['files'][0]['id']}"),
        await zhou.delete(address, headers=tag),
        await submit(zhou, application),
    ]
    assert [r.status_code for r in refused] == [409] * 5
    assert (await zhou.get(address)).json() == current.json()


async def test_an_unknown_item_and_an_unknown_application(zhou: httpx.AsyncClient) -> None:
    unknown = await zhou.post(
        "/api/v1/applications", json={"procedure": "nonsense"}, headers=keyed()
    )
    assert unknown.status_code == 404
    assert (
        await zhou.get("/api/v1/applications/00000000-0000-4000-8000-000000000000")
    ).status_code == 404
    assert (await zhou.get("/api/v1/applications/x")).status_code == 422
    assert ITEM in (await begin(zhou, {}))["item"]


# -- begun and handed in by one call ------------------------------------------------------------------


def at_once(**more: object) -> dict[str, object]:
    return {"procedure": ITEM, "form": whole_form(), "declaration": True} | more


async def test_a_program_applies_in_one_call(zhou: httpx.AsyncClient, bureau: Installation) -> None:
    address, key = "/api/v1/applications/at-once", keyed()
    before = await count(bureau, "SELECT count(*) FROM applications")
    done = await zhou.post(address, json=at_once(force_incomplete=True), headers=key)
    assert done.status_code == 202, done.text
    receipt = done.json()
    application = await zhou.get(f"/api/v1/applications/{receipt['application_id']}")
    assert application.json()["state"] == "submitted"
    assert application.json()["form"].items() >= whole_form().items()
    assert application.headers["etag"] == done.headers["etag"]
    assert (await zhou.get(receipt["receipt_url"])).json() == receipt
    # The same call once more is the same application, by its kept answer and without it.
    again = await zhou.post(address, json=at_once(force_incomplete=True), headers=key)
    assert (again.status_code, again.json()) == (202, receipt)
    await bureau.services.answers.written()
    async with bureau.services.engine.begin() as connection:
        forget = text("DELETE FROM idempotency WHERE key = :key")
        await connection.execute(forget, {"key": key["Idempotency-Key"]})
    again = await zhou.post(address, json=at_once(force_incomplete=True), headers=key)
    assert (again.status_code, again.json()) == (202, receipt)
    assert await count(bureau, "SELECT count(*) FROM applications") == before + 1
    acts = "SELECT count(*) FROM acts WHERE case_id = :id"
    assert await count(bureau, acts, id=receipt["case_id"]) == 1
    # The number that the repeated call was about to take is not lost: the next application has it.
    following = await zhou.post(address, json=at_once(force_incomplete=True), headers=keyed())
    ordinals = [int(r["receipt_no"].split("-")[2]) for r in (receipt, following.json())]
    assert ordinals[1] == ordinals[0] + 1


async def test_a_call_that_took_its_time_is_received_when_it_is_written(
    zhou: httpx.AsyncClient, bureau: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The quick way gives up then: what it wrote goes, and the case begins the careful way."""
    quick = new_cases.beside_act
    tried: list[UUID] = []

    async def slow(self: Acts, draft: Draft, digest: str) -> Command | None:
        assert draft.received_at is not None
        draft.received_at -= 2 * WRITTEN_WITHIN
        return await begun(self, draft, digest)

    def seen(case_id: UUID, *args: Any, **values: Any) -> Beside:
        tried.append(case_id)
        return quick(case_id, *args, **values)

    begun = Acts._begun
    monkeypatch.setattr(Acts, "_begun", slow)
    monkeypatch.setattr(new_cases, "beside_act", seen)
    done = await zhou.post(
        "/api/v1/applications/at-once", json=at_once(force_incomplete=True), headers=keyed()
    )
    assert done.status_code == 202, done.text
    receipt = done.json()
    assert [str(case_id) for case_id in tried] == [receipt["case_id"]]
    late = (
        "SELECT count(*) FROM acts a JOIN submissions s ON s.act_id = a.id AND s.received_at = a.received_at"
        " JOIN numbers n ON n.case_id = a.case_id AND n.state = 'issued' JOIN case_keys k ON k.case_id = a.case_id"
        " WHERE a.case_id = :id AND a.received_at > app_now() - interval '20 seconds'"
    )
    assert await count(bureau, late, id=receipt["case_id"]) == 1


async def test_what_is_refused_in_one_call_leaves_nothing(
    zhou: httpx.AsyncClient, bureau: Installation
) -> None:
    address = "/api/v1/applications/at-once"
    kept = (
        "SELECT (SELECT count(*) FROM applications) + (SELECT count(*) FROM acts)"
        " + (SELECT count(*) FROM numbers)"
    )
    before = await count(bureau, kept)
    refused = [
        await zhou.post(address, json=at_once(), headers=keyed()),
        await zhou.post(
            address, json=at_once(force_incomplete=True, declaration=False), headers=keyed()
        ),
        await zhou.post(address, json=at_once(procedure="nonsense"), headers=keyed()),
        await zhou.post(address, json=at_once(form={"name": 7}), headers=keyed()),
    ]
    assert [r.status_code for r in refused] == [422, 422, 404, 422]
    assert [e["pointer"] for e in refused[0].json()["errors"]] == [
        "/files/articles",
        "/files/appointment",
    ]
    assert await count(bureau, kept) == before
