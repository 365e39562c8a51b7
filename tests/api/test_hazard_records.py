"""What a hazard's records must fit: days that follow each other, what the platform says, what a recheck finds, other open cases."""

from datetime import timedelta
from typing import Any

from tests.api.hazards import STEM, hazard, inspection, inspector, recheck
from tests.api.test_certified_officers import (
    AT,
    FORM,
    RECHECK,
    TODAY,
    Live,
    at_recheck,
    events,
    hands_in,
    live,
    refused,
)
from tests.api.test_tasks_pages import soup

__all__ = ["live"]
YESTERDAY, EARLIER = "2026-10-08", "2026-10-06"


def of_kind(found: list[Any], kind: str) -> list[Any]:
    return [e for e in found if e.kind == kind]


async def fact(live: Live, case: str, code: str) -> dict[str, Any] | None:
    facts = (await live.shown(case))["facts"]
    return next((f for f in facts if f["code"] == code), None)


async def test_an_inspection_is_not_dated_before_its_case_was_found(live: Live) -> None:
    """Not even with a colleague whose certificate held on that earlier day alone."""
    name = "田申"
    await inspector(live, name, ("2021-01-01", YESTERDAY))
    case = await hazard(live, TODAY)
    task = (await live.task("inspector", case, FORM))["task_id"]
    before = inspection(f"{YESTERDAY}T10:00", officers=["王海", name])
    answer = await hands_in(live, "inspector", task, before)
    told = refused(answer, 422, "invalid_answers")["/inspected_at"]
    assert "早于发现或者收到线索的日期（2026年10月9日）" in told
    assert of_kind(await events(live, case), "inspected") == []


async def test_a_record_entered_days_later_says_why(live: Live) -> None:
    case = await hazard(live, EARLIER)
    task = (await live.task("inspector", case, FORM))["task_id"]
    late = inspection("2026-10-07T10:00")
    answer = await hands_in(live, "inspector", task, late)
    assert "补录原因" in refused(answer, 422, "invalid_answers")["/late_reason"]
    why = "现场没有网络，次日公出"
    taken = await hands_in(live, "inspector", task, late | {"late_reason": why})
    assert taken.status_code in {200, 202}, taken.text
    await live.stage_is(case, "instructing")
    (done,) = of_kind(await events(live, case), "inspected")
    assert done.data["late_reason"] == why
    page = await (await live.pages("inspector2")).get(f"/cases/{live.number(case)}")
    assert f"补录原因：{why}" in page.text
    # The day after needs none.
    other = await hazard(live, YESTERDAY)
    await live.complete("inspector", other, task=FORM, **inspection(f"{YESTERDAY}T10:00"))
    (done,) = of_kind(await events(live, other), "inspected")
    assert "late_reason" not in done.data


async def test_an_oral_order_is_not_dated_before_the_inspection(live: Live) -> None:
    case = await hazard(live, TODAY)
    await live.complete("inspector", case, task=FORM, **inspection(AT))
    task = (await live.task("inspector", case, f"{STEM}.instruction"))["task_id"]
    order = {"measures": ["修复门锁"], "days": 5}
    early = await hands_in(live, "inspector", task, order | {"oral_at": f"{TODAY}T14:59"})
    told = refused(early, 422, "invalid_answers")["/oral_at"]
    assert "2026年10月9日15:00" in told
    right = await hands_in(live, "inspector", task, order | {"oral_at": AT})
    assert right.status_code in {200, 202}, right.text


async def test_a_recheck_is_not_dated_before_the_report(live: Live) -> None:
    case, task = await at_recheck(live)
    answer = await hands_in(live, "inspecting_head", task, recheck(f"{YESTERDAY}T10:00"))
    assert "/checked_at" in refused(answer, 422, "invalid_answers")
    assert of_kind(await events(live, case), "hazard_rechecked") == []


async def test_a_recheck_raises_the_grade_and_never_lowers_it(live: Live) -> None:
    case, task = await at_recheck(live)
    bare = recheck(AT, finding="not_removed", found=["safety_device"])
    unsaid = await hands_in(live, "inspecting_head", task, bare)
    assert "不采取的理由" in str(refused(unsaid, 422, "invalid_answers"))
    gone = await hands_in(
        live, "inspecting_head", task, recheck(AT, found=["other"], finding="removed")
    )
    assert "另行立案" in str(refused(gone, 422, "invalid_answers"))
    taken = await hands_in(live, "inspecting_head", task, bare | {"no_seal_reason": "已经断电停用"})
    assert taken.status_code in {200, 202}, taken.text
    await live.stage_is(case, "instructing")
    decision = (await live.shown(case))["decision"]
    assert (decision["grade"], decision["found"]) == ("serious", ["other", "safety_device"])
    (done,) = of_kind(await events(live, case), "hazard_rechecked")
    assert (done.data["raised_to"], done.data["found"]) == ("serious", ["safety_device"])
    wanted = {"stop_use_order", "hazard_report"}
    path = f"/api/v1/cases/{live.number(case)}/documents"
    await live.cast.until("inspector", path, lambda c: wanted <= {p["kind"] for p in c["items"]})
    page = await (await live.pages("inspector2")).get(f"/cases/{live.number(case)}")
    assert "等级提高为严重事故隐患" in page.text
    await live.complete(
        "inspector", case, task=f"{STEM}.instruction", measures=["修复限速器"], days=5
    )
    await live.complete(
        "inspector", case, task=f"{STEM}.report", received_on=TODAY, report="限速器已经修复"
    )
    lesser = recheck(AT, finding="not_removed", found=["other"])
    await live.complete("inspecting_head", case, task=RECHECK, **lesser)
    await live.stage_is(case, "penalty")
    assert (await live.shown(case))["decision"]["grade"] == "serious"


async def test_two_open_hazards_of_a_device_name_each_other(live: Live) -> None:
    first = await hazard(live, TODAY)
    assert await fact(live, first, "other_hazard") is None
    device = (await live.shown(first))["numbers"]["device"]
    opening = {
        "device_code": device,
        "uscc": "91421303MA0QH1006C",
        "name": "随州市曾都区红光商贸有限公司",
        "place": "烈山大道1号",
        "source": "complaint",
        "found_on": TODAY,
        "facts": "群众举报门锁损坏",
    }
    second = f"{first}-again"
    opened = await live.cast.ask(
        "inspector2", "POST", "/api/v1/desk/cases", json={"procedure": STEM, "form": opening}
    )
    live.play.cases[second] = {
        "id": opened["case_id"],
        "number": opened["receipt_no"],
        "owner": "inspector2",
        "procedure": STEM,
    }
    path = f"/api/v1/cases/{live.number(second)}"
    shown = await live.cast.until(
        "inspector2", path, lambda c: any(f["code"] == "other_hazard" for f in c["facts"])
    )
    said = next(f for f in shown["facts"] if f["code"] == "other_hazard")
    assert live.number(first) in said["fact"]
    # The first one says so from its next step on.
    await live.complete("inspector", first, task=FORM, **inspection(AT))
    path = f"/api/v1/cases/{live.number(first)}"
    shown = await live.cast.until(
        "inspector", path, lambda c: any(f["code"] == "other_hazard" for f in c["facts"])
    )
    assert live.number(second) in str(shown["facts"])


async def test_the_page_says_that_the_case_waits_for_the_platform(live: Live) -> None:
    await live.do("fault", "equipment", kind="down")
    try:
        case = await hazard(live, TODAY)
        await live.complete("inspector", case, task=FORM, **inspection(AT, found=[]))
        path = f"/api/v1/cases/{live.number(case)}"
        waits = "等待特种设备监管平台，系统在自动重试"
        shown = await live.cast.until("inspector", path, lambda c: waits in c["status_text"])
        said = next(f for f in shown["facts"] if f["code"] == "platform_awaited")
        assert "答复以后才能办结" in said["fact"]
        page = await (await live.pages("inspector2")).get(f"/cases/{live.number(case)}")
        assert waits in soup(page).text
        assert (await live.shown(case))["stage"] == "inspected"
    finally:
        await live.do("fault", "equipment", clear=True)
    await live.advance(timedelta(minutes=5))
    await live.stage_is(case, "no_hazard")
    assert await fact(live, case, "platform_awaited") is None
