"""Devices as the platform tells of them: right, wrong, late, out of order, twice, and while it is away."""

import uuid
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from activities.device_news import DeviceNews
from activities.sweep import Swept
from banjian.compose import registers_of
from domain.contracts import Command
from domain.refusals import Refusal, Refused
from storage import devices, obligations
from tests.api.case_stage import Answered, Live, live
from tests.api.conftest import csrf_of
from tests.api.test_hosting_pages import text_of

assert callable(live)
UNIT, OTHER = "91421303MA0009EJ6N", "91421303MA0009EK4H"
INSPECTION = "se_periodic_inspection"
LIST = "/api/v1/equipment/differences"


def code(n: int) -> str:
    return f"3110421303202680{n:04d}"


async def tell(live: Live, n: int, **more: Any) -> str:
    """The platform has the device like this now."""
    device = {
        "code": code(n),
        "kind": "3110",
        "uscc": UNIT,
        "unit": "随州市曾都区汉东机械有限公司",
        "place": "交通大道18号",
        "registration_number": f"梯11鄂S{n:05d}",
        "inspection_valid_until": "2027-03-31",
    }
    answer = await live.on.twins.post("/admin/world", json={"devices": [device | more]})
    answer.raise_for_status()
    return code(n)


async def enter(live: Live, n: int, **more: Any) -> str:
    """The platform has it, and an officer entered it in our register; the two agree."""
    device = await tell(live, n, **more)
    entered = {
        "code": device,
        "kind": "3110",
        "uscc": UNIT,
        "unit": "随州市曾都区汉东机械有限公司",
        "place": "交通大道18号",
        "registration_number": f"梯11鄂S{n:05d}",
        "inspected_on": "2026-03-30",
        "inspection_valid_until": "2027-03-31",
    }
    path = "/api/v1/equipment/device-entries"
    await live.cast.ask("section_head", "POST", path, json={"devices": [entered]})
    await live.on.turns.hear_of_devices()
    return device


async def misreport(live: Live, device: str, *, held: bool = False, **says: Any) -> None:
    body = {"says": says, "held": held}
    (await live.on.twins.put(f"/admin/device-news/{device}", json=body)).raise_for_status()


async def clear(live: Live, device: str) -> None:
    (await live.on.twins.delete(f"/admin/device-news/{device}")).raise_for_status()


async def ours(live: Live, device: str) -> devices.DeviceRow | None:
    async with live.on.core.engine.connect() as connection:
        return await devices.device(connection, device)


async def place(live: Live, device: str) -> str:
    row = await ours(live, device)
    assert row is not None
    return row.place


async def due(live: Live, device: str) -> dict[str, date]:
    async with live.on.core.engine.connect() as connection:
        rows = await obligations.of_subject(connection, device)
    return {row.procedure: row.due_on for row in rows if row.state != obligations.ENDED}


async def open_differences(live: Live, device: str) -> list[dict[str, Any]]:
    found = await live.get("inspector", f"{LIST}?limit=100")
    return [d for d in found["items"] if d["device"] == device]


async def test_what_is_right_is_taken_over_and_twice_is_once(live: Live) -> None:
    unknown = await tell(live, 2)
    device = await enter(live, 1)
    row = await ours(live, device)
    assert row is not None
    assert (row.state, row.uscc, row.revision > 0) == ("in_use", UNIT, True)
    assert await due(live, device) == {INSPECTION: date(2027, 3, 31)}
    assert await ours(live, unknown) is None, "whoever knows its inspection enters it"
    assert await live.on.turns.hear_of_devices() == Swept(), "the same pages again"

    # Of another unit at another place; inspected anew: the resting term runs on.
    moved = {"uscc": OTHER, "unit": "随州市曾都区神农物流有限公司", "place": "交通大道20号"}
    await tell(live, 1, **moved)
    assert (await live.on.turns.hear_of_devices()).due == 1
    row = await ours(live, device)
    assert row is not None
    assert (row.place, row.uscc) == ("交通大道20号", OTHER)
    assert await due(live, UNIT) == {}, "it has no device any more"
    assert len(await due(live, OTHER)) == 3
    await tell(live, 1, **moved, inspection_valid_until="2028-03-31")
    await live.on.turns.hear_of_devices()
    assert await due(live, device) == {INSPECTION: date(2028, 3, 31)}
    for state, left in (("stopped", 3), ("in_use", 3), ("scrapped", 0)):
        await tell(live, 1, **moved, state=state, inspection_valid_until="2028-03-31")
        await live.on.turns.hear_of_devices()
        row = await ours(live, device)
        assert row is not None
        assert row.state == state
        assert len(await due(live, device)) == (1 if state == "in_use" else 0)
        assert len(await due(live, OTHER)) == left, "the last device that is not scrapped"


WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "a code that does not hold": ("uscc", {"uscc": "91421303MA0009EJ6M"}),
    "a kind that the catalogue has not": ("kind", {"kind": "9Z99"}),
    "an inspection that goes back": ("inspection", {"inspection_valid_until": "2026-12-31"}),
    "no inspection any more": ("inspection", {"inspection_valid_until": None}),
    "an older revision": ("revision", {"revision": 1}),
    "a last day that cannot be one": ("term", {"inspection_valid_until": "9999-12-31"}),
    "a unit that nobody can read": ("text", {"unit": "汉东\u200b机械"}),
}


@pytest.mark.parametrize("told", WRONG)
async def test_what_is_wrong_is_kept_aside_and_changes_nothing(live: Live, told: str) -> None:
    kind, says = WRONG[told]
    n = 10 + list(WRONG).index(told)
    device, right = await enter(live, n), await enter(live, n + 50)
    before = await ours(live, device)
    assert before is not None
    await tell(live, n, place="交通大道99号")
    await misreport(live, device, **says)
    await tell(live, n + 50, place="交通大道98号")
    heard = await live.on.turns.hear_of_devices()
    assert heard.due == 2, "the wrong one, and the right one behind it"
    behind = await ours(live, right)
    assert behind is not None
    assert behind.place == "交通大道98号"
    after = await ours(live, device)
    assert after is not None
    assert (after.place, after.revision) == (before.place, before.revision)
    (kept,) = await open_differences(live, device)
    assert kept["kinds"] == [kind]
    assert kept["theirs"]["place"] == "交通大道99号"
    assert kept["ours"]["place"] == "交通大道18号"
    await live.on.turns.hear_of_devices()
    assert len(await open_differences(live, device)) == 1, "said again"
    # The platform mends itself: what is right now is taken over.
    await clear(live, device)
    assert (await live.on.turns.hear_of_devices()).due == 1
    mended = await ours(live, device)
    assert mended is not None
    assert mended.place == "交通大道99号"


async def test_scrapped_for_good_and_our_own_numbers_stay(live: Live) -> None:
    device = await enter(live, 30)
    await tell(live, 30, state="scrapped")
    await live.on.turns.hear_of_devices()
    await tell(live, 30, state="in_use")
    await live.on.turns.hear_of_devices()
    row = await ours(live, device)
    assert row is not None
    assert row.state == "scrapped"
    assert [d["kinds"] for d in await open_differences(live, device)] == [["scrapped"]]

    registered = await enter(live, 31)
    async with live.on.core.engine.begin() as connection:
        await connection.execute(
            text("UPDATE devices SET registered_by = :case WHERE code = :code"),
            {"case": uuid.uuid4(), "code": registered},
        )
    await tell(live, 31, registration_number="梯11鄂S99999")
    await live.on.turns.hear_of_devices()
    (kept,) = await open_differences(live, registered)
    assert kept["kinds"] == ["registration_number"]


async def test_late_and_out_of_order(live: Live) -> None:
    late, later = await enter(live, 40), await enter(live, 41)
    await misreport(live, late, held=True)
    await tell(live, 40, place="交通大道97号")
    await tell(live, 41, place="交通大道96号")
    assert (await live.on.turns.hear_of_devices()).due == 1
    assert [await place(live, device) for device in (late, later)] == [
        "交通大道18号",
        "交通大道96号",
    ]
    await clear(live, late)
    assert (await live.on.turns.hear_of_devices()).due == 1, "looked back for"
    assert await place(live, late) == "交通大道97号"


async def test_a_platform_that_is_away_is_asked_again(live: Live) -> None:
    device = await enter(live, 45)
    await tell(live, 45, place="交通大道95号")
    down = {"register": "equipment", "kind": "down"}
    (await live.on.twins.post("/admin/faults", json=down)).raise_for_status()
    assert await live.on.turns.hear_of_devices() == Swept()
    cleared = await live.on.twins.delete("/admin/faults", params={"register": "equipment"})
    cleared.raise_for_status()
    wrong = {"register": "equipment", "kind": "wrong_answer", "variant": "drift", "times": 1}
    (await live.on.twins.post("/admin/faults", json=wrong)).raise_for_status()
    assert await live.on.turns.hear_of_devices() == Swept(), "an answer that is none"
    assert (await live.on.turns.hear_of_devices()).due == 1
    assert await place(live, device) == "交通大道95号"


async def test_a_case_at_the_duty_is_told_first_and_once(live: Live) -> None:
    """Cut off after the telling, the next turn says the same again, under the same id."""
    device = await enter(live, 46)
    case, sent = uuid.uuid4(), list[Command]()
    engine = live.on.core.engine
    async with engine.begin() as connection:
        ident = obligations.obligation_id(INSPECTION, device)
        assert await obligations.opened(connection, ident, case)
    broken = True

    async def send(command: Command) -> None:
        sent.append(command)
        if broken:
            raise ConnectionError("cut off")
        raise Refused(Refusal.CASE_CLOSED)

    async with registers_of(live.on.core) as registers:
        news = DeviceNews(engine, registers.equipment, send=send)
        await tell(live, 46, inspection_valid_until="2028-03-31")
        assert (await news.hear_of_devices()).failed == 1
        row = await ours(live, device)
        assert row is not None
        assert row.inspection_valid_until == date(2027, 3, 31), "not yet taken over"
        broken = False
        await news.hear_of_devices()
        row = await ours(live, device)
        assert row is not None
        assert row.inspection_valid_until == date(2028, 3, 31)
        told = [(c.case_id, c.kind, c.data["valid_until"], c.data["result"]) for c in sent]
        assert told == [(str(case), "duty_fulfilled", "2028-03-31", "passed")] * 2
        assert sent[0].act_id == sent[1].act_id
        await tell(live, 46, state="scrapped", inspection_valid_until="2028-03-31")
        await news.hear_of_devices()
    ended = [c for c in sent if c.kind == "duty_ended"]
    assert [(c.case_id, c.data["reason"]) for c in ended] == [
        (str(case), "监管平台记载设备已经报废")
    ]


async def settle(
    live: Live, who: str, ident: str, choice: str, reason: str = "已向平台核实"
) -> Any:
    body = {"choice": choice, "reason": reason}
    return await live.cast.ask(who, "POST", f"{LIST}/{ident}/settlements", json=body)


async def test_an_officer_settles_whose_word_is_taken(live: Live) -> None:
    device, own, bad = await enter(live, 47), await enter(live, 48), await enter(live, 49)
    await tell(live, 47, inspection_valid_until="2026-12-31")
    await tell(live, 48, inspection_valid_until="2026-12-31")
    await tell(live, 49)
    await misreport(live, bad, kind="9Z99")
    await live.on.turns.hear_of_devices()
    (platform,) = await open_differences(live, device)
    (keep,) = await open_differences(live, own)
    (useless,) = await open_differences(live, bad)

    for who in ("approver", "applicant"):
        with pytest.raises(Answered) as refused:
            await settle(live, who, platform["id"], "platform")
        assert refused.value.code == "not_found"
    with pytest.raises(Answered) as refused:
        await settle(live, "inspector", useless["id"], "platform")
    assert refused.value.code == "invalid_input"
    with pytest.raises(Answered) as refused:
        await settle(live, "inspector", str(uuid.uuid4()), "ours")
    assert refused.value.code == "not_found"

    done = await settle(live, "section_head", platform["id"], "platform")
    assert (done["choice"], done["settled_by"], done["applied_at"]) == ("platform", "钱慧", None)
    again = await settle(live, "section_head", platform["id"], "platform")
    assert again["settled_at"] == done["settled_at"], "the same said twice is said once"
    with pytest.raises(Answered) as refused:
        await settle(live, "inspector", platform["id"], "ours")
    assert refused.value.code == "not_accepted_now"
    await live.on.turns.hear_of_devices()
    row = await ours(live, device)
    assert row is not None
    assert row.inspection_valid_until == date(2026, 12, 31)
    assert await due(live, device) == {INSPECTION: date(2026, 12, 31)}, "back, as was decided"
    settled = await live.get("inspector", f"{LIST}?state=settled&limit=100")
    (shown,) = [d for d in settled["items"] if d["device"] == device]
    assert shown["applied_at"] is not None
    noted = await live.rows(
        "SELECT act, details FROM admin_log WHERE subject = :device ORDER BY id", device=device
    )
    assert [row.act for row in noted] == ["settle_difference", "difference_applied"]
    assert (noted[0].details["choice"], noted[0].details["reason"]) == ("platform", "已向平台核实")
    changed = [noted[1].details[k]["inspection_valid_until"] for k in ("before", "after")]
    assert changed == ["2027-03-31", "2026-12-31"]
    assert noted[0].details["digest"] == noted[1].details["digest"]

    # On the page of the desk.
    inspector = await live.pages("inspector")
    page = await inspector.get("/desk/equipment/differences")
    said = text_of(page)
    assert own in said
    assert "检验有效期比已知的短" in said
    path = f"/desk/equipment/differences/{keep['id']}"
    wrong = await inspector.post(path, data={"csrf_token": csrf_of(page), "choice": "ours"})
    assert wrong.status_code == 422
    assert "请写明理由" in text_of(wrong)
    form = {"csrf_token": csrf_of(page), "choice": "ours", "reason": "检验报告在手，平台录入有误"}
    assert (await inspector.post(path, data=form)).status_code == 303
    await live.on.turns.hear_of_devices()
    assert [d for d in await open_differences(live, own)] == []
    row = await ours(live, own)
    assert row is not None
    assert row.inspection_valid_until == date(2027, 3, 31)
    assert "检验报告在手" in text_of(
        await inspector.get("/desk/equipment/differences?state=settled")
    )
    english = await live.pages("inspector", "en")
    assert "Differences" in (await english.get("/desk/equipment/differences")).text
