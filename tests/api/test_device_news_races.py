"""News of devices beside what else happens to them: a newer saying, a use registration, a case opened, a send that fails."""

import html
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from activities import device_duties
from activities.device_news import DeviceNews
from api.routers import device_differences as page
from banjian.compose import registers_of
from domain.contracts import Command
from storage import obligations
from tests.api.case_stage import Answered, Live, live
from tests.api.conftest import csrf_of
from tests.api.test_device_news import (
    INSPECTION,
    LIST,
    OTHER,
    due,
    enter,
    open_differences,
    ours,
    settle,
    tell,
)
from tests.api.test_hosting_pages import text_of

assert callable(live)
PAGE = "/desk/equipment/differences"
MOVED = {"uscc": OTHER, "unit": "随州市曾都区神农物流有限公司", "place": "交通大道20号"}


@asynccontextmanager
async def news(live: Live, send: Callable[[Command], Awaitable[None]]) -> AsyncIterator[DeviceNews]:
    async with registers_of(live.on.core) as registers:
        yield DeviceNews(live.on.core.engine, registers.equipment, send=send)


async def taken(command: Command) -> None:
    """Whoever is told takes it."""


async def sql(live: Live, statement: str, **values: Any) -> None:
    async with live.on.core.engine.begin() as connection:
        await connection.execute(text(statement), values)


def links(markup: str) -> list[str]:
    return [html.unescape(part.split('"')[0]) for part in markup.split('href="')[1:]]


async def settled(live: Live, device: str) -> dict[str, Any]:
    found = await live.get("inspector", f"{LIST}?state=settled&limit=100")
    [one] = [d for d in found["items"] if d["device"] == device]
    return dict(one)


async def test_a_newer_saying_settles_the_older_ones(live: Live) -> None:
    """Put aside: an earlier last day. Then a transfer with a later one is taken over: nobody can go back behind it."""
    device = await enter(live, 101)
    await tell(live, 101, inspection_valid_until="2026-12-31")
    await live.on.turns.hear_of_devices()
    [older] = await open_differences(live, device)
    await tell(live, 101, **MOVED, inspection_valid_until="2028-03-31")
    await live.on.turns.hear_of_devices()
    assert await open_differences(live, device) == []
    shown = await settled(live, device)
    assert (shown["choice"], shown["settled_by"]) == ("overtaken", None)
    assert shown["current"]["uscc"] == OTHER
    with pytest.raises(Answered) as refused:
        await settle(live, "inspector", older["id"], "platform")
    assert refused.value.code == "not_accepted_now"


async def test_what_was_settled_and_is_overtaken_undoes_nothing(live: Live) -> None:
    device = await enter(live, 102)
    await tell(live, 102, inspection_valid_until="2026-12-31")
    await live.on.turns.hear_of_devices()
    [older] = await open_differences(live, device)
    await settle(live, "inspector", older["id"], "platform")
    # Before the next turn a use registration takes over what the platform has by then.
    await sql(
        live,
        "UPDATE devices SET revision = revision + 1000, place = '新址' WHERE code = :code",
        code=device,
    )
    await live.on.turns.hear_of_devices()
    row = await ours(live, device)
    assert row is not None
    assert (row.place, row.inspection_valid_until) == ("新址", date(2027, 3, 31))
    assert await due(live, device) == {INSPECTION: date(2027, 3, 31)}
    shown = await settled(live, device)
    assert (shown["choice"], shown["applied_at"]) == ("overtaken", None)


async def test_an_older_saying_cannot_be_taken_after_a_newer_one(live: Live) -> None:
    device = await enter(live, 103)
    await tell(live, 103, inspection_valid_until="2026-12-31")
    await live.on.turns.hear_of_devices()
    [older] = await open_differences(live, device)
    await sql(live, "UPDATE devices SET revision = revision + 1000 WHERE code = :code", code=device)
    with pytest.raises(Answered) as refused:
        await settle(live, "inspector", older["id"], "platform")
    assert refused.value.code == "invalid_input"
    await settle(live, "inspector", older["id"], "ours")


async def test_what_a_use_registration_writes_meanwhile_stays(live: Live) -> None:
    device = await enter(live, 104)
    case, registration = uuid.uuid4(), uuid.uuid4()
    async with live.on.core.engine.begin() as connection:
        ident = obligations.obligation_id(INSPECTION, device)
        assert await obligations.opened(connection, ident, case)

    async def send(command: Command) -> None:
        await sql(
            live,
            "UPDATE devices SET registered_by = :by, registered_on = '2026-09-20', key_unit = true WHERE code = :code",
            by=registration,
            code=device,
        )

    await tell(live, 104, inspection_valid_until="2028-03-31")
    async with news(live, send) as told:
        assert (await told.hear_of_devices()).sent == 1
    row = await ours(live, device)
    assert row is not None
    assert row.inspection_valid_until == date(2028, 3, 31)
    assert (row.registered_by, row.registered_on, row.key_unit) == (
        registration,
        date(2026, 9, 20),
        True,
    )


async def test_a_case_that_is_opened_meanwhile_is_told_too(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opened between the first look at the device and the renewal of its term."""
    device = await enter(live, 105)
    case, sent = uuid.uuid4(), list[Command]()
    begin = device_duties.begin

    async def opened_first(*given: Any) -> None:
        async with live.on.core.engine.begin() as connection:
            ident = obligations.obligation_id(INSPECTION, device)
            await obligations.opened(connection, ident, case)
        await begin(*given)

    async def send(command: Command) -> None:
        sent.append(command)

    monkeypatch.setattr(device_duties, "begin", opened_first)
    await tell(live, 105, inspection_valid_until="2028-03-31")
    async with news(live, send) as told:
        await told.hear_of_devices()
    assert [(c.case_id, c.data["valid_until"]) for c in sent] == [(str(case), "2028-03-31")]


async def test_one_that_fails_holds_up_no_other_and_is_asked_for_again(live: Live) -> None:
    failing, behind = await enter(live, 106), await enter(live, 107)
    case = uuid.uuid4()
    async with live.on.core.engine.begin() as connection:
        ident = obligations.obligation_id(INSPECTION, failing)
        assert await obligations.opened(connection, ident, case)

    async def send(command: Command) -> None:
        raise ConnectionError("cut off")

    await tell(live, 106, inspection_valid_until="2028-03-31")
    await tell(live, 107, place="交通大道30号")
    before = await live.rows("SELECT max(revision) AS heard FROM device_hearings")
    async with news(live, send) as told:
        heard = await told.hear_of_devices()
    assert (heard.due, heard.failed) == (1, 1)
    row = await ours(live, behind)
    assert row is not None
    assert row.place == "交通大道30号"
    held = await ours(live, failing)
    assert held is not None
    after = await live.rows("SELECT max(revision) AS heard FROM device_hearings")
    assert before[0].heard <= after[0].heard < row.revision, "from there it is read again"
    async with news(live, taken) as told:
        assert (await told.hear_of_devices()).due == 1
    held = await ours(live, failing)
    assert held is not None
    assert held.inspection_valid_until == date(2028, 3, 31)


async def test_the_page_keeps_what_was_typed_and_where_one_was(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    devices = [await enter(live, n) for n in (108, 109)]
    for n in (108, 109):
        await tell(live, n, inspection_valid_until="2026-12-31")
    await live.on.turns.hear_of_devices()
    monkeypatch.setattr(page, "PAGE", 1)
    inspector = await live.pages("inspector")
    shown = await inspector.get(PAGE)
    # One that is not on the first page.
    first = next(device for device in devices if device not in shown.text)
    while first not in shown.text:
        following = next(link for link in links(shown.text) if "cursor=" in link)
        shown = await inspector.get(following)
    cursor = shown.text.split('name="cursor" value="')[1].split('"')[0]
    assert cursor
    [mine] = await open_differences(live, first)
    form = {"csrf_token": csrf_of(shown), "choice": "ours", "cursor": cursor}
    path = f"{PAGE}/{mine['id']}"
    wrong = await inspector.post(path, data=form | {"reason": "报告\u200b在手"})
    assert wrong.status_code == 422
    assert "看不见的字符" in text_of(wrong)
    assert "报告\u200b在手" in wrong.text
    assert first in wrong.text
    for _ in range(2):
        # A double click.
        done = await inspector.post(path, data=form | {"reason": "报告在手"})
        assert done.status_code == 303, text_of(done)


async def test_a_duty_whose_case_could_not_be_opened_is_shown(live: Live) -> None:
    device = await enter(live, 110)
    inspector = await live.pages("inspector")
    assert "到期没有立案的义务" not in text_of(await inspector.get(PAGE))
    await sql(
        live,
        "UPDATE obligations SET opens_on = '2026-09-01' WHERE subject = :code",
        code=device,
    )
    said = text_of(await inspector.get(PAGE))
    assert "到期没有立案的义务" in said
    assert device in said
    await sql(live, "UPDATE obligations SET state = 'ended' WHERE subject = :code", code=device)
