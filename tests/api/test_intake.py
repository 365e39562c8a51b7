"""Drafts and files over HTTP."""

import re

import httpx
import pytest
from sqlalchemy import text

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
