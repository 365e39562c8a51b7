"""When a unit told of its accident: what an officer may not make of it, and what stands in the record where it is corrected."""

import itertools
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
import pytest_asyncio
from bs4 import Tag

from banjian.player import accident_deeds, bureau, credit_deeds
from banjian.player.cast import Cast
from banjian.player.deeds import DEEDS, Deed, Play
from banjian.player.stage import stage
from tests.api.case_stage import RING, Live
from tests.api.test_certified_officers import events, hands_in, refused
from tests.api.test_tasks_pages import sent_form, soup
from workflows.dispatch import Unreachable

# Declare how officers open a case and report what changed.
assert accident_deeds
assert credit_deeds
STARTS = datetime.fromisoformat("2026-10-03T00:16:00+08:00")
STEM = "se_accident_report"
REPORT: dict[str, Any] = {
    "reported_by": "unit",
    "reporter": "王经理",
    "told_at": "2026-10-03T00:15",
    "head_knew_at": "2026-10-02T23:10",
    "uscc": "91421303MA0QH1006C",
    "name": "随州市曾都区红光商贸有限公司",
    "happened_at": "2026-10-02T20:40",
    "place": "烈山大道1号红光商场2号梯",
    "equipment": "lift",
    "course": "轿厢停在三四层之间，2小时10分后救出",
    "happenings": ["lift_trapped"],
    "lift_minutes": 130,
}
FOUND = {"finding": "accident", "record": "电话核实救援人员和物业"}
VERIFICATION = f"{STEM}.verification"
_names = itertools.count(1)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def live(module_database: str) -> AsyncIterator[Live]:
    async with stage(module_database, starts=STARTS) as on:
        passwords = dict(await bureau.seed(on.core.engine, RING))
        yield Live(on, Play(Cast(on.http, passwords), on.twins), passwords)


async def reported(live: Live, **told: Any) -> str:
    """A case at its verification; its name in the test."""
    case = f"accident-{next(_names)}"
    await DEEDS["propose"](live.play, Deed("inspector", case, REPORT | told, STEM))
    await live.stage_is(case, "reported")
    return case


async def verified(live: Live, case: str, **answers: Any) -> Any:
    """What is answered to the verification, as it is."""
    task = (await live.task("inspector", case, VERIFICATION))["task_id"]
    return await hands_in(live, "inspector", task, FOUND | answers)


async def test_an_instant_out_of_its_order_is_refused_at_its_field(live: Live) -> None:
    case = await reported(live)
    why = {"correction": "单位负责人另有说法"}
    for field, told, said in (
        ("unit_told_at", "2026-10-03T00:05", "不能早于本局接到报告的时间（2026年10月3日00:15）"),
        ("unit_told_at", "2026-10-02T20:39", "不能早于事故发生的时间（2026年10月2日20:40）"),
        ("head_knew_at", "2026-10-02T20:39", "不能早于事故发生的时间（2026年10月2日20:40）"),
        ("head_knew_at", "2026-10-03T00:16", "不能晚于单位向本局报告的时间（2026年10月3日00:15）"),
    ):
        answer = await verified(live, case, **{field: told}, **why)
        errors = refused(answer, 422, "invalid_answers")
        assert list(errors) == [f"/{field}"]
        assert said in errors[f"/{field}"]
    answer = await verified(live, case, head_knew_at="2026-10-02T23:15")
    assert list(refused(answer, 422, "invalid_answers")) == ["/correction"]


async def test_a_corrected_instant_stands_in_the_record_with_its_reason(live: Live) -> None:
    case = await reported(live)
    reason = "值班电话的通话记录是23点15分"
    answer = await verified(live, case, head_knew_at="2026-10-02T23:15", correction=reason)
    assert answer.status_code < 300, answer.text
    await live.stage_is(case, "verified")
    [told] = [e for e in await events(live, case) if e.kind == "accident_verified"]
    assert told.internal["correction"] == reason
    assert told.internal["corrected"] == [
        {
            "field": "head_knew_at",
            "before": "2026-10-02T23:10:00+08:00",
            "after": "2026-10-02T23:15:00+08:00",
        }
    ]
    lines = await live.get("inspector", f"/api/v1/cases/{live.number(case)}/timeline")
    [said] = [line["text"] for line in lines["items"] if line["kind"] == "accident_verified"]
    assert "10月2日 23:10更正为10月2日 23:15" in said
    assert reason in said


async def test_what_was_known_and_is_told_again_corrects_nothing(live: Live) -> None:
    case = await reported(live)
    answer = await verified(live, case, head_knew_at="2026-10-02T23:10")
    assert answer.status_code < 300, answer.text
    await live.stage_is(case, "verified")
    [told] = [e for e in await events(live, case) if e.kind == "accident_verified"]
    assert "corrected" not in told.internal


async def test_a_report_that_turns_up_later_is_told_on_the_cases_page(live: Live) -> None:
    case = await reported(live, reported_by="anybody", reporter="匿名")
    await verified(live, case)
    await live.stage_is(case, "verified")
    await live.complete(
        "section_head", case, task=f"{STEM}.upward", decision="report", no_interest=True
    )
    await live.stage_is(case, "escalated")
    client = await live.pages("inspector")
    path = f"/cases/{live.number(case)}"
    act = f"{path}/supplement-accident"
    data = sent_form(await client.get(path), act) | {"change": "单位向值班室报告了经过"}
    early = await client.post(act, data=data | {"unit_told_at": "2026-10-02T23:00"})
    assert early.status_code == 422
    field = soup(early).find(id="supplement-accident-unit_told_at")
    assert isinstance(field, Tag)
    assert field["value"] == "2026-10-02T23:00"
    said = soup(early).find(id="supplement-accident-unit_told_at-err")
    assert isinstance(said, Tag)
    assert "单位负责人接到报告的时间（2026年10月2日23:10）" in said.text
    sent = sent_form(early, act) | {"unit_told_at": "2026-10-03T00:05"}
    assert (await client.post(act, data=sent)).status_code == 303
    lines = await live.get("inspector", f"/api/v1/cases/{live.number(case)}/timeline")
    [told] = [line["text"] for line in lines["items"] if line["kind"] == "accident_supplemented"]
    assert "10月3日 00:05" in told


async def test_a_death_that_was_reported_within_the_thirty_days_counts_after_them(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine is away in the last minute: the case hears of it when the days are over, and goes back all the same."""
    case = await reported(live)
    await verified(live, case)
    await live.stage_is(case, "verified")
    sure, officers = {"no_interest": True}, {"officers": ["王海", "冯丽"]}
    for who, step, reached, answers in (
        ("section_head", "upward", "escalated", {"decision": "report", **sure}),
        ("inspector", "scene", "scene_secured", {"secured_at": "2026-10-03T00:16", "record": "电梯已停用", **officers}),
        ("section_head", "hand_over", "handed_over", {"materials": "接报记录、现场记录", **sure}),
        ("inspector", "investigation", "report_received", {"outcome": "received", "document": "随政函〔2026〕20号", "received_on": "2026-10-03", "record": "维保单位责任"}),
        ("section_head", "penalty", "rectification_followed", {"decision": "none", "reasons": "由市局处罚", **sure}),
        ("inspector", "follow_up", "supplements_awaited", {"outcome": "done", "record": "制动器已更换", **officers}),
    ):  # fmt: skip
        await live.complete(who, case, task=f"{STEM}.{step}", **answers)
        await live.stage_is(case, reached)
    shown = await live.shown(case)
    assert "等补报的三十日届满" in str(shown["waiting_for"])
    await live.advance("2026-11-01T23:59:50+08:00")
    with monkeypatch.context() as patch:

        async def unreachable(*_: Any) -> None:
            raise Unreachable("the engine is away")

        async def not_yet() -> None:
            """What was not sent is sent again by and by; here only after the end."""

        patch.setattr(live.on.app.state.services.acts._sender, "send", unreachable)
        patch.setattr(live.on, "turns", live.on.turns._replace(reconcile=not_yet))
        told = {"change": "三名伤者死亡", "deaths": 3}
        path = f"/api/v1/cases/{live.number(case)}/accident-supplements"
        answer = await live.cast.call("inspector", "POST", path, json=told)
        assert answer.status_code == 202, answer.text
        await live.advance("2026-11-02T00:00:00+08:00")
    back = await live.stage_is(case, "scene_secured")
    assert back["decision"]["grade"] == "larger"
