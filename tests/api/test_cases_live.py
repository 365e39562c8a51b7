"""Cases over REST while they really run: numbers, ball, clocks, papers, story, strangers."""

import asyncio
import re
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text

from api.views import history_shapes, shapes
from tests.api.case_stage import Answered, Live, live

__all__ = ["live"]
LANGUAGES = ({"accept-language": "zh-CN"}, {"accept-language": "en"})


async def test_a_case_is_found_by_any_of_its_numbers(live: Live) -> None:
    case = await live.open()
    await live.complete("acceptor", case, decision="accept")
    shown = await live.stage_is(case, "under_review")
    # The letter is written beside the case, which goes on meanwhile.
    papers: list[dict[str, Any]] = []
    async with asyncio.timeout(20):
        while not papers:
            papers = (await live.get("applicant", shown["documents_url"]))["items"]
    paper = papers[0]
    for number in (shown["case_id"], shown["number"], shown["case_no"], paper["number"]):
        found = await live.get("applicant", f"/api/v1/cases/{number}")
        assert found["case_id"] == shown["case_id"]


async def test_a_foreign_case_is_as_missing_as_none(live: Live) -> None:
    case = await live.open()
    number = live.number(case)
    for path in ("", "/timeline", "/clocks", "/documents", "/diagram"):
        foreign = await live.cast.call("applicant2", "GET", f"/api/v1/cases/{number}{path}")
        missing = await live.cast.call(
            "applicant2", "GET", f"/api/v1/cases/421303-2026-9999999-0{path}"
        )
        assert foreign.status_code == missing.status_code == 404
        same = [{**r.json(), "instance": "", "request_id": ""} for r in (foreign, missing)]
        assert same[0] == same[1]
    answer = await live.cast.call(
        "applicant2", "POST", f"/api/v1/cases/{number}/withdrawals", json={"reason": "x"}
    )
    assert answer.status_code == 404


async def test_the_ball_goes_from_the_window_to_the_officer_to_the_parties(live: Live) -> None:
    case = await live.open()
    waiting = (await live.shown(case))["waiting_for"]
    assert waiting["holder"] == "staff"
    assert waiting["who"] == "受理员（待领取）"
    assert "9月29日 周二 24:00" in waiting["until"]
    task = await live.task("acceptor", case)
    await live.claim("acceptor", task["task_id"])
    shown = await live.shown(case)
    assert shown["waiting_for"]["who"] == "受理员 刘敏"
    assert shown["status_text"].startswith(
        "受理员 刘敏正在核对材料，决定是否受理，到9月29日 周二 24:00"
    )
    assert (await live.shown(case, "acceptor"))["waiting_for"]["mine"] is True
    await live.complete("acceptor", case, decision="accept")
    await live.complete("reviewer", case, finding="conforms", no_interest=True)
    shown = await live.stage_is(case, "identity_pending")
    assert shown["waiting_for"]["holder"] == "parties"
    assert set(shown["waiting_for"]["who"].split("、")) == {"周晓岚", "李国栋"}
    await live.do("confirm_identity", "identity", case, who=["周晓岚"])
    await live.on.upkeep()
    path = f"/api/v1/cases/{live.number(case)}"
    await live.cast.until("applicant", path, lambda c: c["waiting_for"]["who"] == "李国栋")


async def test_a_notice_gives_the_ball_to_the_applicant(live: Live) -> None:
    case = await live.open()
    gap = {"gap": "address_unclear", "part": "address_proof", "advice": "请重新拍摄住所使用证明。"}
    await live.complete("acceptor", case, decision="one_time_notice", gaps=[gap])
    shown = await live.stage_is(case, "correction")
    assert shown["waiting_for"]["mine"] is True
    assert {a["action"] for a in shown["allowed_actions"]} == {"resubmit", "withdraw"}
    assert shown["notices"][0]["items"][0]["advice"] == gap["advice"]
    clock = shown["clocks"][0]
    assert (clock["clock_id"], clock["state"]) == ("R01", "returned")
    done = await live.cast.call(
        "applicant",
        "POST",
        f"/api/v1/cases/{live.number(case)}/withdrawals",
        key="withdraw-once-1",
        json={"reason": "暂不开办"},
    )
    assert done.status_code == 200, done.text
    again = await live.cast.call(
        "applicant",
        "POST",
        f"/api/v1/cases/{live.number(case)}/withdrawals",
        key="withdraw-once-1",
        json={"reason": "暂不开办"},
    )
    assert (again.status_code, again.json()) == (200, done.json())
    closed = await live.stage_is(case, "withdrawn")
    assert closed["waiting_for"]["holder"] == "nobody"
    assert closed["allowed_actions"] == []
    with pytest.raises(Answered) as refused:
        await live.do("withdraw", "applicant", case, reason="再撤一次")
    assert refused.value.code == "case_closed"
    assert refused.value.problem["current"]["stage"] == "withdrawn"


async def test_the_story_differs_by_reader_and_language(live: Live) -> None:
    case = await live.open()
    await live.complete("acceptor", case, decision="accept")
    await live.stage_is(case, "under_review")
    path = f"/api/v1/cases/{live.number(case)}/timeline"
    # The registers are asked beside the officers' work.
    found = await live.cast.until(
        "reviewer", path, lambda t: any(line["kind"] == "facts_found" for line in t["items"])
    )
    staff = found["items"]
    own = (await live.get("applicant", path))["items"]
    assert own[0]["text"] == "您提交了申请"
    assert staff[0]["text"] == "申请人提交了申请，第 1 版"
    inner = {"task_opened", "task_completed", "effect_requested", "facts_found"}
    assert inner & {line["kind"] for line in own} == set()
    assert inner <= {line["kind"] for line in staff}
    assert [line["revision"] for line in staff] == sorted(line["revision"] for line in staff)
    later = (await live.get("reviewer", f"{path}?since={staff[2]['revision']}"))["items"]
    assert later[: len(staff) - 3] == staff[3:]
    english = await live.cast.call("applicant", "GET", path, headers={"accept-language": "en"})
    assert english.json()["items"][0]["text"] == "You handed in the application"


async def test_clocks_tell_the_reason_of_every_day(live: Live) -> None:
    case = await live.open()
    clock = (await live.get("applicant", f"/api/v1/cases/{live.number(case)}/clocks"))["items"][0]
    assert clock["legal_end"] == "2026-09-29"
    assert clock["ends_at"] == "2026-09-30T00:00:00+08:00"
    assert clock["verified"] is True
    kinds = [(r["from"], r["to"], r["kind"]) for r in clock["deadline"]["trace"]]
    assert ("2026-09-25", "2026-09-27", "off") in kinds


async def test_papers_are_downloaded_as_they_were_sealed(live: Live) -> None:
    case = await live.open()
    path = f"/api/v1/cases/{live.number(case)}/documents"
    found = await live.cast.until("applicant", path, lambda d: d["items"])
    paper = found["items"][0]
    answer = await live.cast.call("applicant", "GET", paper["content_url"])
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert len(answer.content) == paper["size"]
    assert "attachment" in answer.headers["content-disposition"]
    other = await live.open("applicant2")
    wrong = f"/api/v1/cases/{live.number(other)}/documents/{paper['document_id']}/content"
    assert (await live.cast.call("applicant2", "GET", wrong)).status_code == 404


async def test_the_diagram_is_a_drawing_of_its_own(live: Live) -> None:
    case = await live.open()
    answer = await live.cast.call("applicant", "GET", f"/api/v1/cases/{live.number(case)}/diagram")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert answer.text.startswith("<svg xmlns=")
    assert "收件" in answer.text
    assert "script" not in answer.text


async def test_lists_are_ones_own_or_the_offices_by_cursor(live: Live) -> None:
    mine = [await live.open("applicant2") for _ in range(3)]
    seen: list[str] = []
    path = "/api/v1/cases?limit=2"
    while path:
        answer = await live.cast.call("applicant2", "GET", path)
        seen += [item["case_id"] for item in answer.json()["items"]]
        link = re.match(r"<(.*)>; rel=\"next\"", answer.headers.get("link", ""))
        path = link[1] if link else ""
    assert set(seen) >= {live.ident(case) for case in mine}
    assert len(seen) == len(set(seen))
    rows = await live.rows("SELECT count(*) AS n FROM cases WHERE owner = (SELECT id::text"
                           " FROM accounts WHERE sign_in = 'applicant2')")  # fmt: skip
    assert len(seen) == rows[0].n
    staff = await live.get("acceptor", f"/api/v1/cases?q={live.number(mine[0])}")
    assert [item["case_id"] for item in staff["items"]] == [live.ident(mine[0])]
    assert (await live.cast.call("acceptor", "GET", "/api/v1/cases?misspelt=1")).status_code == 400


async def test_an_overrun_is_said_in_public_with_the_post_it_went_to(live: Live) -> None:
    case = await live.open()
    await live.complete("acceptor", case, decision="accept")
    await live.stage_is(case, "under_review")
    start = await live.on.now()
    clock = (await live.shown(case))["clocks"][0]
    end = datetime.fromisoformat(clock["ends_at"])
    assert start < end
    await live.on.advance(end)
    shown = await live.shown(case)
    assert shown["overdue"] is True
    assert shown["overdue_text"].startswith("超时 1 个工作日，原因：承办机关还没有说明")
    assert shown["overdue_text"].endswith("已升级到股室负责人")
    assert shown["overdue_text"] in shown["status_text"]
    assert shown["clocks"][0]["light"]["kind"] == "red"
    listed = await live.task("reviewer", case)
    assert listed["light"]["kind"] == "red"


async def test_answers_are_what_the_description_promises(live: Live) -> None:
    case = await live.open()
    task = await live.task("acceptor", case)
    path = f"/api/v1/cases/{live.number(case)}"
    for who, address, shape in (
        ("applicant", path, shapes.Case),
        ("acceptor", path, shapes.Case),
        ("applicant", f"{path}/timeline", shapes.Timeline),
        ("applicant", f"{path}/clocks", shapes.ClockList),
        ("applicant", f"{path}/documents", shapes.DocumentList),
        ("applicant", f"{path}/messages", shapes.MessageList),
        ("applicant", "/api/v1/cases", shapes.CaseList),
        ("acceptor", "/api/v1/tasks", shapes.TaskList),
        ("acceptor", f"/api/v1/tasks/{task['task_id']}", shapes.Task),
        ("admin", f"/api/v1/admin/cases/{live.number(case)}/history", history_shapes.CaseHistory),
    ):
        shape.model_validate(await live.get(who, address))
    outcome = await live.complete("acceptor", case, decision="accept")
    shapes.ActOutcome.model_validate(outcome)
    shapes.Act.model_validate(await live.get("acceptor", outcome["act_url"]))


async def test_what_was_handed_in_is_there_before_the_case_is(live: Live) -> None:
    case = await live.open()
    await live.task("acceptor", case)
    async with live.on.core.engine.begin() as connection:
        # As it is while the engine is away: the act is durable, nothing is projected yet.
        gone = "DELETE FROM cases WHERE case_id = :c"
        await connection.execute(text(gone), {"c": live.ident(case)})
    path = f"/api/v1/cases/{live.number(case)}"
    found = await live.get("applicant", path)
    shapes.Case.model_validate(found)
    assert (found["stage"], found["waiting_for"]["holder"]) == ("received", "system")
    page = await (await live.pages("applicant")).get(f"/cases/{live.number(case)}")
    assert "申请已收到，系统正在建档" in page.text
    assert (await live.cast.call("applicant2", "GET", path)).status_code == 404


async def test_messages_are_for_whom_they_name(live: Live) -> None:
    case = await live.open()
    gap = {"gap": "address_unclear", "part": "address_proof", "advice": "请重新拍摄住所使用证明。"}
    await live.complete("acceptor", case, decision="one_time_notice", gaps=[gap])
    await live.stage_is(case, "correction")
    path = f"/api/v1/cases/{live.number(case)}/messages"
    told = (await live.get("applicant", path))["items"]
    assert [m["kind"] for m in told] == ["notice_given"]
    assert (await live.get("reviewer", path))["items"] == []
    page = await (await live.pages("applicant")).get(f"/cases/{live.number(case)}")
    assert told[0]["text"] in page.text
