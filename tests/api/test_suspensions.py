"""Suspend and resume through the API and by the forms of the task's page: a food licence, hearing and inspection."""

import uuid
from typing import Any

import httpx

from banjian.player.deeds import DEEDS, Deed
from tests.api.case_stage import Live, live
from tests.api.test_tasks_pages import claimed, errors_of, sent_form, soup

__all__ = ["live"]

FORM = {
    "operator": "随州市曾都区青禾餐饮店",
    "uscc": "92421303MA4F0L0138",
    "principal": "周晓岚",
    "phone": "13800006210",
    "domicile": "湖北省随州市曾都区东城街道烈山大道88号1栋102室",
    "premises": "湖北省随州市曾都区东城街道烈山大道88号1栋102室",
    "business_form": "catering",
    "items": ["hot", "cold", "drinks"],
    "safety_staff": ["李国栋"],
    "not_barred": True,
}
HEARING = {"clock": "F02#1", "ground": "hearing", "expected_days": 6, "reason": "举行听证"}


async def accepted(live: Live) -> str:
    case = str(uuid.uuid4())
    deed = Deed("applicant", case, {"form": dict(FORM)}, "food_operation_licence")
    await DEEDS["submit"](live.play, deed)
    await live.complete("acceptor", case, decision="accept")
    await live.stage_is(case, "under_review")
    return case


async def clock(live: Live, case: str) -> dict[str, Any]:
    found = (await live.shown(case))["clocks"]
    return next(c for c in found if c["clock_id"] == "F02")


async def post(live: Live, who: str, path: str, body: Any, key: str = "") -> httpx.Response:
    headers = {"Idempotency-Key": key or str(uuid.uuid4())}
    return await live.cast.call(who, "POST", path, json=body, headers=headers)


async def test_the_api_suspends_once_and_resumes(live: Live) -> None:
    case = await accepted(live)
    before = await clock(live, case)
    assert (before["paused"], before["suspendable"], before["suspension_basis"]) == (
        False,
        True,
        "行政许可法 45",
    )
    assert {g["ground"] for g in before["grounds"]} >= {"hearing", "inspection", "expert_review"}
    path = f"/api/v1/cases/{live.number(case)}/suspensions"
    staff = await live.shown(case, "reviewer")
    assert "suspend_clock" in {a["action"] for a in staff["allowed_actions"]}

    for wrong, status, code in (
        ({**HEARING, "ground": "stay"}, 409, "ground_not_allowed"),
        ({**HEARING, "clock": "F01#1"}, 409, "clock_closed"),
        ({**HEARING, "expected_end": "2026-12-01"}, 422, "invalid_input"),
        ({**HEARING, "reason": ""}, 422, "invalid_input"),
    ):
        answer = await post(live, "reviewer", path, wrong)
        assert (answer.status_code, answer.json()["code"]) == (status, code), wrong
    assert (await post(live, "applicant", path, HEARING)).status_code == 403

    key = str(uuid.uuid4())
    for _ in range(2):
        assert (await post(live, "reviewer", path, HEARING, key)).status_code == 200
    again = await post(live, "reviewer", path, HEARING)
    assert (again.status_code, again.json()["code"]) == (409, "already_suspended")

    held = await clock(live, case)
    assert (held["paused"], held["legal_end"], held["ends_at"]) == (True, None, None)
    assert held["light"]["kind"] == "paused"
    ledger = held["ledger"]
    assert ledger["paused_since"] == "2026-09-23"
    assert [(e["kind"], e["ground"], e["to"]) for e in ledger["entries"]] == [
        ("suspension", "hearing", None)
    ]
    assert ledger["units"]["remaining"] == 10
    listed = await live.task("reviewer", case)
    assert (listed["due_at"], listed["due_text"], listed["light"]["kind"]) == (
        None,
        "中止",
        "paused",
    )

    resumed = {"clock": "F02#1", "ground": "hearing", "note": "听证结束"}
    answer = await post(live, "reviewer", f"{path.removesuffix('suspensions')}resumptions", resumed)
    assert answer.status_code == 200
    after = await clock(live, case)
    # Accepted and suspended on the same day, which did not count anyway.
    assert after["legal_end"] == before["legal_end"]
    assert (await live.task("reviewer", case))["due_at"] == after["ends_at"]


async def test_the_forms_suspend_and_resume_without_script(live: Live) -> None:
    case = await accepted(live)
    client, path = await claimed(live, "reviewer", case)
    page = await client.get(path)
    form = sent_form(page, f"{path}/suspension")
    options = {o["value"]: o.text for o in soup(page).select("#suspend_what option")}
    assert "行政许可法 45" in options["F02#1/hearing"]
    assert not any(value.startswith("F01") for value in options)

    nothing = await client.post(f"{path}/suspension", data=form)
    assert (nothing.status_code, errors_of(nothing)) == (422, ["请选择中止的事由"])
    sent = form | {"suspend_what": "F02#1/hearing", "suspension_reason": "定于10月8日举行听证"}
    neither = await client.post(f"{path}/suspension", data=sent)
    assert neither.status_code == 422
    assert errors_of(neither) == ["请写明预计需要多少天，或者预计到哪一天，二者择一"]
    assert "定于10月8日举行听证" in neither.text
    past = await client.post(f"{path}/suspension", data=sent | {"expected_end": "2026-09-01"})
    assert past.status_code == 422
    assert errors_of(past) == ["预计结束的日子已经过去，请写今天或者以后的日子。"]
    # The page that said so has a token of its own, and kept what was typed.
    again = sent_form(past, f"{path}/suspension")
    assert again["suspension_reason"] == sent["suspension_reason"]
    again |= {"expected_end": "", "expected_days": "6"}
    done = await client.post(f"{path}/suspension", data=again)
    assert (done.status_code, done.headers["location"]) == (303, f"{path}?done=suspended")

    page = await client.get(done.headers["location"])
    assert "自2026年9月23日（周三）起停止计算，剩余 10 个工作日" in page.text
    assert soup(page).find("svg", {"class": "ledger__bar"}) is not None
    assert soup(page).find("form", {"action": f"{path}/extension"}) is None
    inbox = await client.get("/desk?tab=mine")
    assert "中止" in inbox.text

    mine = await live.pages("applicant")
    own = await mine.get(f"/cases/{live.number(case)}")
    assert "没有届满日" in own.text
    assert "听证" in own.text
    english = await live.pages("applicant", "en")
    assert "Hearing" in (await english.get(f"/cases/{live.number(case)}")).text

    form = sent_form(page, f"{path}/resumption")
    assert form["resume_what"] == "F02#1/hearing"
    early = await client.post(f"{path}/resumption", data=form | {"until": "2026-09-01"})
    assert early.status_code == 422
    done = await client.post(
        f"{path}/resumption", data=sent_form(early, f"{path}/resumption") | {"until": ""}
    )
    assert done.headers["location"] == f"{path}?done=resumed"
    assert soup(await client.get(path)).find("form", {"action": f"{path}/resumption"}) is None


async def test_a_case_that_ends_while_its_clock_stands_still(live: Live) -> None:
    """Withdrawn during a suspension: the clock is closed, and its ledger ends with the case."""
    case = await accepted(live)
    path = f"/api/v1/cases/{live.number(case)}/suspensions"
    assert (await post(live, "reviewer", path, HEARING)).status_code == 200
    await live.do("withdraw", "applicant", case)
    # The notice that is owed is finished first.
    shown = f"/api/v1/cases/{live.number(case)}"
    await live.cast.until("applicant", shown, lambda c: c["closed_at"] is not None)
    closed = await clock(live, case)
    assert (closed["state"], closed["paused"], closed["next_rung"]) == ("closed", False, None)
    assert [e["ground"] for e in closed["ledger"]["entries"]] == ["hearing"]
    late = await post(live, "reviewer", path, HEARING)
    assert (late.status_code, late.json()["code"]) == (409, "case_closed")
    await live.advance("2026-12-01T09:00:00+08:00")
    assert (await clock(live, case))["ledger"] == closed["ledger"]
