"""Drafts, files and handing in over HTTP, with an engine that does not answer."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from storage.acts import command_of, find
from storage.numbers import check_character
from storage.submissions import newest
from tests.api.conftest import Database, People, SetClock, bearer, client_of
from tests.api.intake_app import (
    ITEM,
    Installation,
    begin,
    complete,
    installation,
    keyed,
    pdf,
    person,
    submit,
    upload,
    whole_form,
)

NOW = "2026-09-23T10:02:37.512+08:00"


@pytest_asyncio.fixture(loop_scope="session")
async def bureau(
    module_database: str, database: Database, people: People, tmp_path: Path
) -> AsyncIterator[Installation]:
    async with installation(module_database, tmp_path / "files") as made:
        yield made


@asynccontextmanager
async def signed_in(bureau: Installation, name: str) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(bureau.app) as client:
        client.headers["authorization"] = f"Bearer {await bearer(client, name)}"
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def zhou(bureau: Installation) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in(bureau, "zhouxiaolan") as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def li(bureau: Installation) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in(bureau, "liguodong") as client:
        yield client


async def count(bureau: Installation, query: str, **values: object) -> int:
    async with bureau.services.engine.connect() as connection:
        return int((await connection.execute(text(query), values)).scalar_one())


# -- drafts ----------------------------------------------------------------------------------------


async def test_a_draft_grows_by_merge_patch_under_its_etag(zhou: httpx.AsyncClient) -> None:
    draft = await begin(zhou, {"name": "随州市曾都区青禾食品有限公司"})
    address = f"/api/v1/applications/{draft['id']}"
    assert draft["state"] == "draft"
    assert draft["title"] == "随州市曾都区青禾食品有限公司"

    unconditional = await zhou.patch(address, json={"form": {"capital": "1000000"}})
    assert unconditional.status_code == 428
    changed = await zhou.patch(
        address, json={"form": {"capital": "1000000"}}, headers={"If-Match": '"1"'}
    )
    assert changed.status_code == 200
    assert changed.headers["etag"] == '"2"'
    stale = await zhou.patch(address, json={"form": {"name": None}}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.headers["etag"], stale.json()["code"]) == (412, '"2"', "stale")
    removed = await zhou.patch(address, json={"form": {"name": None}}, headers={"If-Match": '"2"'})
    assert removed.json()["form"] == {"capital": "1000000"}
    states = {s["code"]: s["state"] for s in removed.json()["sections"]}
    assert states == {
        "company": "todo",
        "address": "todo",
        "capital": "half",
        "scope": "todo",
        "people": "todo",
    }


@pytest.mark.parametrize(
    ("form", "pointer"),
    [
        ({"nonsense": 1}, "/form/nonsense"),
        ({"capital": "-5"}, "/form/capital"),
        ({"capital": "1e400"}, "/form/capital"),
        ({"persons": [{"name": "周晓岚", "role": "boss"}]}, "/form/persons/0/role"),
        ({"persons": [{"id_number": "110105199003070018"}]}, "/form/persons/0/id_number"),
        ({"name": "随州市曾都区\u0007食品有限公司"}, "/form/name"),
        ({"business_scope": "食品"}, "/form/business_scope"),
        ({"name": "名" * 101}, "/form/name"),
    ],
)
async def test_a_draft_may_be_incomplete_but_not_wrong(
    zhou: httpx.AsyncClient, form: dict[str, object], pointer: str
) -> None:
    draft = await begin(zhou, {})
    refused = await zhou.patch(
        f"/api/v1/applications/{draft['id']}", json={"form": form}, headers={"If-Match": '"1"'}
    )
    assert refused.status_code == 422
    assert pointer in [e["pointer"] for e in refused.json()["errors"]]
    assert "110105" not in refused.text
    kept = await zhou.get(f"/api/v1/applications/{draft['id']}")
    assert (kept.json()["version"], kept.json()["form"]) == (1, {})


async def test_a_person_may_still_lack_everything_but_a_name(zhou: httpx.AsyncClient) -> None:
    draft = await begin(zhou, {"persons": [{"name": "周晓岚"}]})
    assert draft["form"]["persons"] == [{"name": "周晓岚"}]


async def test_answers_are_sealed_with_the_key_of_the_case(
    bureau: Installation, zhou: httpx.AsyncClient
) -> None:
    draft = await begin(zhou)
    async with bureau.services.engine.connect() as connection:
        stored = (
            await connection.execute(
                text("SELECT form FROM applications WHERE id = :id"), {"id": draft["id"]}
            )
        ).scalar_one()
        answers = (await connection.execute(text("SELECT answer FROM idempotency"))).scalars().all()
    for sealed in (stored, *answers):
        assert b"110105199003070017" not in bytes(sealed or b"")
        assert "周晓岚".encode() not in bytes(sealed or b"")


async def test_a_draft_is_its_owners_alone(
    zhou: httpx.AsyncClient, li: httpx.AsyncClient, bureau: Installation
) -> None:
    draft = await begin(zhou)
    address = f"/api/v1/applications/{draft['id']}"
    answers = [
        await li.get(address),
        await li.patch(address, json={"form": {}}, headers={"If-Match": '"1"'}),
        await li.delete(address, headers={"If-Match": '"1"'}),
        await li.get(f"{address}/receipt"),
        await submit(li, draft["id"]),
        await upload(li, draft["id"], "articles"),
    ]
    assert [a.status_code for a in answers] == [404] * 6
    async with signed_in(bureau, "chensiyuan") as officer:
        assert (await officer.get(address)).status_code == 404
    assert draft["id"] not in (await li.get("/api/v1/applications")).text


async def test_a_deleted_draft_is_gone_with_its_key(
    zhou: httpx.AsyncClient, bureau: Installation
) -> None:
    draft = await begin(zhou)
    address = f"/api/v1/applications/{draft['id']}"
    assert (await zhou.delete(address)).status_code == 428
    assert (await zhou.delete(address, headers={"If-Match": '"1"'})).status_code == 204
    assert (await zhou.get(address)).status_code == 404
    wrapped = "SELECT length(wrapped) FROM case_keys WHERE case_id = :id"
    assert await count(bureau, wrapped, id=draft["id"]) == 0


async def test_the_list_goes_by_cursor(zhou: httpx.AsyncClient) -> None:
    made = {(await begin(zhou, {}))["id"] for _ in range(5)}
    seen: list[str] = []
    address = "/api/v1/applications?limit=2"
    while address:
        page = await zhou.get(address)
        seen += [i["id"] for i in page.json()["items"]]
        link = re.match(r"<([^>]+)>; rel=\"next\"", page.headers.get("link", ""))
        address = link[1] if link else ""
    assert len(seen) == len(set(seen))
    assert made <= set(seen)
    assert (await zhou.get("/api/v1/applications?cursor=x")).status_code == 422
    assert (await zhou.get("/api/v1/applications?state=draft")).status_code == 400


# -- files -----------------------------------------------------------------------------------------


async def test_a_file_is_stored_before_it_is_named_and_can_be_taken_out(
    zhou: httpx.AsyncClient, bureau: Installation
) -> None:
    draft = await begin(zhou)
    done = await upload(zhou, draft["id"], "articles")
    assert done.status_code == 201
    file = done.json()
    got = await zhou.get(done.headers["location"])
    assert got.content == pdf("articles")
    assert got.headers["content-disposition"].startswith("attachment")
    assert (await zhou.delete(done.headers["location"])).status_code == 204
    assert (await zhou.delete(done.headers["location"])).status_code == 404
    kept = "SELECT count(*) FROM files WHERE id = :id AND removed_at IS NOT NULL"
    assert await count(bureau, kept, id=file["id"]) == 1


@pytest.mark.parametrize(
    ("name", "content", "part", "status", "reason"),
    [
        ("a.exe", b"MZ", "articles", 415, "file_type_not_allowed"),
        ("a.pdf", b"\x89PNG\r\n\x1a\n", "articles", 415, "file_content_mismatch"),
        ("a.pdf", b"", "articles", 422, "file_empty"),
        ("a.pdf", b"%PDF-1.4 broken", "articles", 422, "file_unreadable"),
        ("../a.pdf", pdf(), "articles", 422, "file_bad_name"),
        ("a.pdf", b"%PDF-" + bytes(10 * 1024 * 1024), "articles", 413, "file_too_large"),
        ("a.pdf", pdf(), "nonsense", 422, None),
    ],
)
async def test_only_what_can_be_read_is_taken(
    zhou: httpx.AsyncClient, name: str, content: bytes, part: str, status: int, reason: str | None
) -> None:
    draft = await begin(zhou, {})
    refused = await zhou.post(
        f"/api/v1/applications/{draft['id']}/files",
        data={"part": part},
        files={"file": (name, content, "application/pdf")},
        headers=keyed(),
    )
    assert refused.status_code == status, refused.text
    assert refused.json().get("reason") == reason
    assert (await zhou.get(f"/api/v1/applications/{draft['id']}")).json()["files"] == []


# -- handing in ------------------------------------------------------------------------------------


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
