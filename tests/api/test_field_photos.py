"""Photos of the spot: received once, for whoever holds the task, named by the record, on record, on the case's page, in the archive."""

import asyncio
import hashlib
import io
import json
import uuid
import zipfile
from typing import Any

import httpx
import pytest
from PIL import Image

from api.views import photos as views
from banjian.player.field_deeds import sample_photo
from tests.api.hazards import STEM, hazard, inspection, recheck
from tests.api.test_certified_officers import (
    AT,
    FORM,
    TODAY,
    Live,
    events,
    hands_in,
    live,
    refused,
)
from tests.api.test_tasks_pages import sent_form, soup

__all__ = ["live"]
TAKEN = "2026-10-09T15:01:02+08:00"
ROWS = "SELECT * FROM photos WHERE case_id = :c ORDER BY received_at"


async def at_inspection(live: Live) -> tuple[str, str]:
    """A hazard whose inspection 王海 has claimed, and the task."""
    case = await hazard(live, TODAY)
    task = (await live.task("inspector", case, FORM))["task_id"]
    assert (await live.claim("inspector", task)).status_code == 200
    return case, task


async def sends(
    live: Live,
    task: str,
    content: bytes,
    *,
    who: str = "inspector",
    name: str = "door.png",
    key: str | None = None,
    **fields: str,
) -> httpx.Response:
    files = {"file": (name, content, "application/octet-stream")}
    path = f"/api/v1/tasks/{task}/photos"
    return await live.cast.call(who, "POST", path, key=key, data=fields, files=files)


def jpeg(size: tuple[int, int] = (640, 480)) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(out, "JPEG")
    return out.getvalue()


async def test_a_photo_is_on_record_on_the_page_and_in_the_archive(live: Live) -> None:
    case, task = await at_inspection(live)
    picture, signature = jpeg(), sample_photo("signature")
    made = await sends(live, task, picture, name="IMG_1.JPG", taken_at=TAKEN)
    assert made.status_code == 201, made.text
    views.PhotoShape.model_validate(made.json())
    digest = hashlib.sha256(picture).hexdigest()
    assert made.json()["sha256"] == digest
    assert made.json()["taken_at"] == TAKEN
    signed = await sends(
        live, task, signature, kind="signature", sha256=hashlib.sha256(signature).hexdigest()
    )
    assert signed.status_code == 201, signed.text
    back = await live.cast.call("inspector2", "GET", made.headers["location"])
    assert (back.content, back.headers["content-type"]) == (picture, "image/jpeg")
    listed = await live.get("inspector", f"/api/v1/tasks/{task}/photos")
    assert sorted(p["kind"] for p in listed["items"]) == ["photo", "signature"]
    # On the disk it lies sealed.
    stored = (await live.rows("SELECT stored_id FROM files WHERE sha256 = :s", s=digest))[0]
    folder, address = stored.stored_id.split("/")
    sealed = (live.on.core.settings.files_folder / folder / address[:2] / address).read_bytes()
    assert digest != address
    assert not sealed.startswith(b"\xff\xd8")

    digests = [digest, signed.json()["sha256"]]
    done = await hands_in(live, "inspector", task, inspection(AT, found=[], photos=digests))
    assert done.status_code in {200, 202}, done.text
    await live.stage_is(case, "no_hazard")
    told = {e.kind: e for e in await events(live, case)}
    on_record = told["inspected"].internal["photos"]
    assert [(p["sha256"], p["kind"]) for p in on_record] == list(
        zip(digests, ("photo", "signature"), strict=True)
    )
    assert on_record[0]["taken_at"].startswith("2026-10-09T")
    assert on_record[0]["received_at"]
    assert told["task_completed"].internal["answers"]["photos"] == digests
    page = await (await live.pages("inspector2")).get(f"/cases/{live.number(case)}")
    shown = soup(page).find(id="photos")
    assert shown is not None
    assert digest[:8] in shown.text
    assert "手机时间 2026年10月9日 15:01:02（未核实）" in " ".join(shown.text.split())
    assert len(shown.find_all("img")) == 2


async def test_the_archive_holds_the_photos(live: Live) -> None:
    case, task = await at_inspection(live)
    picture = sample_photo("lock")
    sent = await sends(live, task, picture, taken_at=TAKEN)
    await hands_in(live, "inspector", task, inspection(AT, photos=[sent.json()["sha256"]]))
    await live.stage_is(case, "instructing")
    await live.complete(
        "inspector", case, task=f"{STEM}.instruction", measures=["修复门锁"], days=5
    )
    await live.complete(
        "inspector", case, task=f"{STEM}.report", received_on=TODAY, report="门锁已经修复"
    )
    await live.complete("inspecting_head", case, task=f"{STEM}.recheck", **recheck(AT))
    await live.stage_is(case, "archived")
    row = (
        await live.rows(
            "SELECT stored_id FROM files WHERE case_id = :c AND part = 'archive_package'",
            c=live.ident(case),
        )
    )[0]
    files = live.on.app.state.services.files
    package = await files.get(uuid.UUID(live.ident(case)), row.stored_id)
    with zipfile.ZipFile(io.BytesIO(package)) as bag:
        metadata = json.loads(bag.read("data/metadata.json"))
        listed = [f for f in metadata["files"] if f.get("title") == "现场照片"]
        assert [f["sha256"] for f in listed] == [hashlib.sha256(picture).hexdigest()]
        assert listed[0]["responsible"] == "检查人员"
        assert listed[0]["taken_at"] == TAKEN
        assert bag.read(listed[0]["path"]) == picture


async def test_the_same_photo_twice_is_one(live: Live) -> None:
    case, task = await at_inspection(live)
    picture, key = sample_photo("twice"), str(uuid.uuid4())
    answers = await asyncio.gather(
        *(sends(live, task, picture) for _ in range(3)),
        *(sends(live, task, picture, key=key) for _ in range(2)),
    )
    answers += [await sends(live, task, picture, key=key)]
    codes = sorted(a.status_code for a in answers)
    assert codes.count(201) >= 1
    assert set(codes) <= {200, 201, 409}, [a.text for a in answers]
    assert len({a.json()["id"] for a in answers if a.status_code < 400}) == 1
    assert len(await live.rows(ROWS, c=live.ident(case))) == 1
    other = await sends(live, task, sample_photo("another"), key=key)
    refused(other, 422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("name", "content", "status", "reason"),
    [
        ("empty.png", b"", 422, "file_empty"),
        ("cut.png", sample_photo("cut")[:300], 422, "file_unreadable"),
        ("cut.jpg", jpeg()[:500], 422, "file_unreadable"),
        ("tiny.jpg", jpeg((8, 8)), 422, "file_no_picture"),
        ("text.png", b"not a picture at all", 415, "file_content_mismatch"),
        ("page.pdf", b"%PDF-1.4\n%%EOF", 415, "file_type_not_allowed"),
        ("photo.heic", b"\0\0\0\x18ftypheic", 415, "file_type_not_allowed"),
    ],
)
async def test_a_photo_without_content_is_refused(
    live: Live, name: str, content: bytes, status: int, reason: str
) -> None:
    case, task = await at_inspection(live)
    answer = await sends(live, task, content, name=name)
    body = answer.json()
    assert (answer.status_code, body["reason"]) == (status, reason), body
    assert body["errors"][0]["detail"]
    assert await live.rows(ROWS, c=live.ident(case)) == []


async def test_one_colour_all_over_shows_nothing(live: Live) -> None:
    _case, task = await at_inspection(live)
    out = io.BytesIO()
    Image.new("RGBA", (600, 240), (255, 255, 255, 255)).save(out, "PNG")
    answer = await sends(live, task, out.getvalue(), kind="signature")
    assert (answer.status_code, answer.json()["reason"]) == (422, "file_no_picture")
    assert "重新拍照" in answer.json()["errors"][0]["detail"]


async def test_wrong_facts_beside_a_photo_are_told(live: Live) -> None:
    _case, task = await at_inspection(live)
    picture = sample_photo("facts")
    for fields, pointer in (
        ({"taken_at": "yesterday"}, "/taken_at"),
        ({"taken_at": "1970-01-01T00:00:00+08:00"}, "/taken_at"),
        ({"sha256": "ABC"}, "/sha256"),
        ({"sha256": "0" * 64}, "/sha256"),
        ({"kind": "film"}, "/kind"),
    ):
        assert pointer in refused(await sends(live, task, picture, **fields), 422, "invalid_input")


async def test_only_who_holds_the_open_task_sends_photos(live: Live) -> None:
    case, task = await at_inspection(live)
    picture = sample_photo("whose")
    refused(await sends(live, task, picture, who="inspector2"), 409, "not_your_task")
    refused(await sends(live, task, picture, who="applicant"), 404, "not_found")
    refused(await sends(live, f"{live.ident(case)}-99", picture), 404, "not_found")
    await live.cast.call(
        "inspector", "POST", f"/api/v1/tasks/{task}/release", headers={"If-Match": "*"}
    )
    refused(await sends(live, task, picture), 409, "claim_lost")
    done = await hands_in(live, "inspector", task, inspection(AT))
    assert done.status_code in {200, 202}, done.text
    refused(await sends(live, task, picture), 409, "task_done")
    # A task whose record names no photos takes none.
    instruction = (await live.task("inspector", case, f"{STEM}.instruction"))["task_id"]
    await live.claim("inspector", instruction)
    refused(await sends(live, instruction, picture), 409, "not_accepted_now")
    path = f"/desk/field/{instruction}"
    assert (await (await live.pages("inspector")).get(path)).status_code == 404


async def test_a_record_names_photos_of_its_own_task_alone(live: Live) -> None:
    other, elsewhere = await at_inspection(live)
    foreign = (await sends(live, elsewhere, sample_photo("elsewhere"))).json()["sha256"]
    case, task = await at_inspection(live)
    for photos in ([foreign], ["0" * 64]):
        answer = await hands_in(live, "inspector", task, inspection(AT, photos=photos))
        assert "请先上传照片" in refused(answer, 422, "invalid_answers")["/photos"]
    for photos in (["door.png"], [foreign, foreign], "door"):
        answer = await hands_in(live, "inspector", task, inspection(AT, photos=photos))
        assert refused(answer, 422, "invalid_answers")
    assert [e.kind for e in await events(live, case)].count("inspected") == 0
    assert len(await live.rows(ROWS, c=live.ident(other))) == 1


async def test_the_desks_own_page_ticks_what_was_sent(live: Live) -> None:
    case, task = await at_inspection(live)
    digest = (await sends(live, task, sample_photo("desk"))).json()["sha256"]
    client = await live.pages("inspector")
    path = f"/desk/tasks/{task}"
    page = await client.get(path)
    assert soup(page).find("a", {"href": f"/desk/field/{task}"}) is not None
    form = sent_form(page, path)
    assert form["photos"] == [digest]
    answers: dict[str, Any] = inspection(AT)
    answers["officers"] = "\r\n".join(answers["officers"])
    done = await client.post(path, data=form | answers | {"do": "submit"})
    assert done.status_code == 303, done.text[-2000:]
    told = next(e for e in await events(live, case) if e.kind == "inspected")
    assert [p["sha256"] for p in told.internal["photos"]] == [digest]


async def test_what_the_form_refuses_is_said_in_chinese_over_rest_too(live: Live) -> None:
    _case, task = await at_inspection(live)
    answer = await hands_in(live, "inspector", task, {"officers": ["王海", "冯丽"]})
    told = refused(answer, 422, "invalid_answers")
    assert told["/record"] == "请填写这一项"
    assert told["/signature"] == "请选择一项"
