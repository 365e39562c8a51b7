"""The inspector's page without a script: a record that was received is not yet done, and what becomes of it is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest

from api import field_phone
from tests.api.hazards import inspector
from tests.api.test_certified_officers import FORM, TODAY, Live, events, live
from tests.api.test_cursors import IDENT, INSTANT, packed
from tests.api.test_field_photos import at_inspection
from tests.api.test_tasks_pages import errors_of, sent_form, soup
from workflows.dispatch import Unreachable

__all__ = ["live"]
RECORD = "机房门锁损坏，钥匙不在"
HUGE = "9" * 5000


@contextmanager
def engine_away(live: Live) -> Iterator[None]:
    """Acts are received and reach no case."""

    async def unreachable(*_: Any) -> None:
        raise Unreachable("the engine is away")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live.on.app.state.services.acts._sender, "send", unreachable)
        yield


async def engine_back(live: Live) -> None:
    """What was received meanwhile is sent again."""
    await live.advance(timedelta(minutes=1))


async def opened(live: Live) -> tuple[httpx.AsyncClient, str, str]:
    """A browser without a script on the page of a claimed inspection; its path and the case."""
    case, task = await at_inspection(live)
    return await live.pages("inspector"), f"/desk/field/{task}", case


async def hands_in(client: httpx.AsyncClient, path: str, colleague: str) -> httpx.Response:
    """The record with this colleague, whatever the page holds otherwise."""
    form = sent_form(await client.get(path), path)
    record = {
        "found": ["other"],
        "record": form.get("record") or RECORD,
        "officers": ["王海", colleague],
        "signature": "signed",
    }
    return await client.post(path, data=form | record | {"do": "submit"})


def state_of(page: httpx.Response) -> str:
    field = soup(page).find(id="field")
    assert field is not None
    return str(field["data-state"])


async def test_what_becomes_of_a_received_record_is_told(live: Live) -> None:
    await inspector(live, "郑一", ("2021-01-01", "2026-10-08"))
    client, path, case = await opened(live)
    with engine_away(live):
        answer = await hands_in(client, path, "郑一")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?done=received")
    page = await client.get(answer.headers["location"])
    assert state_of(page) == "deciding"
    assert soup(page).find(id="act-received") is not None
    assert "这个任务已经办理完毕" not in page.text
    assert soup(page).find("form", {"action": path}) is None
    # A colleague is told that somebody's record waits, not that it was theirs.
    other = await (await live.pages("inspector2")).get(path)
    assert "已经提交，正在等结果" in other.text
    assert soup(other).find(id="act-received") is None

    await engine_back(live)
    page = await client.get(f"{path}?done=received")
    assert state_of(page) == "mine"
    told = soup(page).find(id="act-refused")
    assert told is not None
    assert "郑一的特种设备安全行政执法证" in told.text
    # Nobody else had what was filled in.
    form = sent_form(page, path)
    assert form["record"] == RECORD
    assert form["officers"] == ["王海", "郑一"]
    assert form["found"] == ["other"]
    assert form["signature"] == ["signed"]
    desk = await client.get("/desk")
    assert "您提交的内容没有被接受：" in desk.text
    assert "郑一的特种设备安全行政执法证" in desk.text
    task = path.rpartition("/")[2]
    reminders = [a for a in soup(desk).find_all("a", {"href": f"/desk/tasks/{task}"})]
    assert any(a.text == "打开任务" for a in reminders)
    assert [e.kind for e in await events(live, case)].count("inspected") == 0

    right = await hands_in(client, path, "冯丽")
    assert right.status_code == 303, errors_of(right)
    await live.stage_is(case, "instructing")
    assert "没有被接受" not in (await client.get("/desk")).text
    page = await client.get(path)
    assert (state_of(page), soup(page).find(id="act-refused")) == ("done", None)


async def test_a_received_record_that_takes_effect_is_told_too(live: Live) -> None:
    client, path, case = await opened(live)
    with engine_away(live):
        answer = await hands_in(client, path, "冯丽")
    assert answer.headers["location"] == f"{path}?done=received"
    await engine_back(live)
    await live.stage_is(case, "instructing")
    page = await client.get(answer.headers["location"])
    assert state_of(page) == "done"
    assert "记录已经生效" in page.text
    assert [e.kind for e in await events(live, case)].count("inspected") == 1
    assert "没有被接受" not in (await client.get("/desk")).text


async def test_what_was_refused_on_the_spot_is_no_reminder(live: Live) -> None:
    await inspector(live, "郑二", ("2021-01-01", "2026-10-08"))
    client, path, _case = await opened(live)
    answer = await hands_in(client, path, "郑二")
    assert answer.status_code == 403
    assert any("郑二" in text for text in errors_of(answer))
    assert soup(answer).find(id="act-refused") is None
    assert "没有被接受" not in (await client.get("/desk")).text
    # Opened anew, the page still knows what was wrong, in the reader's language.
    page = await (await live.pages("inspector", "en")).get(path)
    told = soup(page).find(id="act-refused")
    assert told is not None
    assert "郑二" in told.text
    assert "must hold" in told.text or "certificate" in told.text
    assert sent_form(page, path)["record"] == RECORD


async def test_a_crafted_version_is_no_error_of_ours(live: Live) -> None:
    client, path, case = await opened(live)
    task = path.rpartition("/")[2]
    form = sent_form(await client.get(path), path)
    record = {
        "record": RECORD,
        "officers": ["王海", "冯丽"],
        "signature": "signed",
        "found": ["other"],
    }
    for version in (HUGE, "99999999999", "٣", "-1", "x"):
        sent = form | record | {"version": version, "do": "submit"}
        assert (await client.post(path, data=sent)).status_code == 409, version
        desk = sent | {"officers": "王海\r\n冯丽"}
        assert (await client.post(f"/desk/tasks/{task}", data=desk)).status_code == 409, version
    for version in ("9" * 12, "x"):
        sent = form | {"version": version}
        assert (await client.post(f"/desk/tasks/{task}/release", data=sent)).status_code == 409
    other = await live.pages("inspector2")
    token = sent_form(await other.get(path), "/sign-out")
    for version in (HUGE, "9" * 20):
        sent = token | {"task": f"{task}/{version}"}
        assert (await other.post("/desk/claim", data=sent)).status_code in {409, 422}, version
    tag = {"If-Match": f'"{"9" * 20}"'}
    api = await live.cast.call(
        "inspector",
        "POST",
        f"/api/v1/tasks/{task}/complete",
        json=record | {"inspected_at": f"{TODAY}T15:00"},
        headers=tag,
    )
    assert api.status_code == 412, api.text
    assert (await live.task("inspector", case, FORM))["task_id"] == task


async def test_crafted_cursors_of_the_desk_are_refused(live: Live) -> None:
    client = await live.pages("inspector")
    for value in ([INSTANT, 123], ["0001-01-01T00:00:00+14:00", IDENT]):
        for path in ("/desk/equipment/differences", "/desk/search"):
            answer = await client.get(path, params={"cursor": packed(value)})
            assert answer.status_code == 422, path


async def test_a_telephone_of_the_spot_has_a_step_before_signing_out(live: Live) -> None:
    client, path, _case = await opened(live)
    page = await client.get(path)
    field = soup(page).find(id="field")
    assert field is not None
    assert client.cookies[field_phone.COOKIE] == field["data-person"]
    first = await client.post("/sign-out", data=sent_form(page, "/sign-out"))
    assert (first.status_code, first.headers["location"]) == (303, "/sign-out")
    step = await client.get("/sign-out")
    assert "还没有退出" in step.text
    html = soup(step)
    form = html.find(id="leave")
    assert form is not None
    sent = {str(i["name"]): str(i["value"]) for i in form.find_all("input")}
    out = await client.post("/sign-out", data=sent)
    assert (out.status_code, out.headers["location"]) == (303, "/sign-in")
    # What the browser holds unsent is not the server's to delete.
    assert out.headers["clear-site-data"] == '"cache"'
    assert client.cookies[field_phone.COOKIE] == field_phone.NOBODY
    assert (await client.get("/desk")).status_code == 303
    assert (await client.get("/sign-out")).headers["location"] == "/sign-in"


async def test_whoever_signs_in_on_the_telephone_is_who_is_at_it(live: Live) -> None:
    client, path, _case = await opened(live)
    await client.get(path)
    mine = client.cookies[field_phone.COOKIE]
    client.cookies.delete("sid")
    page = await client.get("/sign-in")
    form = sent_form(page, "/sign-in") | {
        "sign_in": "inspector2",
        "password": live.passwords["inspector2"],
    }
    assert (await client.post("/sign-in", data=form)).status_code == 303
    assert client.cookies[field_phone.COOKIE] not in {mine, field_phone.NOBODY}
    # Elsewhere nothing of it is set, and signing out is one step.
    desk = await live.pages("acceptor")
    page = await desk.get("/desk")
    assert field_phone.COOKIE not in desk.cookies
    out = await desk.post("/sign-out", data=sent_form(page, "/sign-out"))
    assert out.headers["location"] == "/sign-in"
    assert field_phone.COOKIE not in desk.cookies
