"""The record of a random check (双随机): drawn officers, two of them, each certified on the day."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import httpx
import pytest_asyncio

from banjian.player import bureau, inspection_deeds
from banjian.player.cast import Cast
from banjian.player.deeds import Play
from banjian.player.field_deeds import sample_photo
from banjian.player.stage import stage
from tests.api.case_stage import RING, Live
from tests.api.test_certified_officers import events, gives_back, hands_in, refused

assert inspection_deeds
PLAN, CHECK = "double_random_inspection", "double_random_check"
CODE = "91421303MA0QJ0012H"
NAMES = {"inspector": "王海", "inspector2": "冯丽", "inspecting_head": "马骁"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def live(module_database: str) -> AsyncIterator[Live]:
    starts = datetime.fromisoformat("2026-09-23T10:00:00+08:00")
    async with stage(module_database, starts=starts) as on:
        passwords = dict(await bureau.seed(on.core.engine, RING))
        yield Live(on, Play(Cast(on.http, passwords), on.twins), passwords)


FORM: dict[str, Any] = {
    "name": "特种设备使用单位抽查",
    "scope": "equipment",
    "matters": "使用登记、定期检验",
    "basis": "《特种设备安全监督检查办法》第八条",
    "starts_on": "2026-09-23",
    "ends_on": "2026-11-30",
    "targets": [f"{CODE},随州市曾都区第一机械有限公司"],
    "number": 1,
    "inspectors": list(NAMES.values()),
    "value_source": "上证指数收盘",
    "value_day": "2026-09-24",
    "value_digits": 6,
}


async def proposed(live: Live, **change: Any) -> httpx.Response:
    asked = {"procedure": PLAN, "form": FORM | change}
    return await live.cast.call("inspector", "POST", "/api/v1/desk/cases", json=asked)


async def drawn(live: Live) -> tuple[str, str, str, str]:
    """The task of the record of a drawn check of equipment; the two drawn by sign-in, and who was not drawn."""
    opened = (await proposed(live)).json()
    live.play.cases["plan"] = {
        "id": opened["case_id"],
        "number": opened["receipt_no"],
        "owner": "inspector",
        "procedure": PLAN,
    }
    await live.complete(
        "section_head", "plan", task=f"{PLAN}.approval", decision="approve", no_interest=True
    )
    await live.advance("2026-09-25T09:00:00+08:00")
    said = {"value": "3821.83", "source": "上证指数收盘", "published_on": "2026-09-24"}
    await live.complete("section_head", "plan", task=f"{PLAN}.public_value", **said)
    await live.complete("inspector2", "plan", task=f"{PLAN}.value_check", outcome="as_published")
    await live.do("follow", "inspector", "check", of="plan", item=CODE)
    shown = await live.stage_is("check", "task_assigned")
    names = shown["decision"]["inspectors"]
    one, two = (who for who, name in NAMES.items() if name in names)
    (third,) = (who for who, name in NAMES.items() if name not in names)
    await live.complete(one, "check", task=f"{CHECK}.assignment", manner="unannounced")
    task = await live.task(one, "check", f"{CHECK}.record")
    await live.claim(one, task["task_id"])
    return str(task["task_id"]), one, two, third


async def test_the_record_of_a_drawn_check(live: Live) -> None:
    task, one, two, third = await drawn(live)
    record = {"checked_on": "2026-09-25", "record": "登记、检验齐全"}
    alone = await hands_in(live, one, task, record | {"officers": [NAMES[one]]})
    refused(alone, 403, "separation_of_duties")
    stranger = record | {"officers": [NAMES[one], NAMES[third]]}
    told = refused(await hands_in(live, one, task, stranger), 422, "invalid_answers")["/officers"]
    assert NAMES[third] in told
    # Only the drawn are offered on the telephone.
    page = (await (await live.pages(one)).get(f"/desk/field/{task}")).text
    assert f'name="officers" value="{NAMES[two]}"' in page
    assert f'name="officers" value="{NAMES[third]}"' not in page
    held = (await live.get("admin", "/api/v1/admin/officer-certificates"))["items"]
    number = next(c["number"] for c in held if c["account"] == two and c["kind"] == "equipment")
    await live.do("revoke_certificate", "admin", number=number, reason="证件被收回")
    both = record | {"officers": [NAMES[one], NAMES[two]]}
    told = refused(await hands_in(live, one, task, both), 403, "not_certified")["/officers"]
    assert NAMES[two] in told
    assert "已于2026年9月25日收回" in told
    # As the signer too, also with the claim.
    await gives_back(live, one, task)
    refused(await hands_in(live, two, task, both), 403, "not_certified")
    await gives_back(live, two, task)
    await live.do(
        "certify",
        "admin",
        account=two,
        kind="equipment",
        number="鄂TS15X0001",
        valid_from="2026-09-25",
        valid_until="2031-09-24",
    )
    await live.claim(one, task)
    files = {"file": ("site.png", sample_photo("site"), "image/png")}
    sent = await live.cast.call(one, "POST", f"/api/v1/tasks/{task}/photos", files=files)
    digest = sent.json()["sha256"]
    done = await hands_in(live, one, task, both | {"photos": [digest]})
    assert done.status_code in {200, 202}, done.text
    await live.stage_is("check", "checked")
    checked = next(e for e in await events(live, "check") if e.kind == "site_checked")
    assert [p["sha256"] for p in checked.internal["photos"]] == [digest]
    # A plan is not made with officers whose certificate ends before the plan does: else a drawn check would lose them.
    until = {"value_day": "2026-09-28", "ends_on": "2031-12-31"}
    told = refused(await proposed(live, **until), 422, "invalid_input")["/form/inspectors"]
    assert NAMES[two] in told
    assert "2031年9月24日" in told
    assert NAMES[one] not in told
    assert (await proposed(live, **until | {"ends_on": "2031-09-24"})).status_code in {201, 202}
