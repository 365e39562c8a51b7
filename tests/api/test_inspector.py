"""The inspector on cases that really run: both histories, what is open, why it waits; reading leaves a trace."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import text
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client

from storage.erasure import erase
from tests.api.inspection import engine_away, history, page, payloads, section, until, why
from tests.security import ground as grounds
from tests.security.ground import Ground

FIRST = "EVENT_TYPE_WORKFLOW_EXECUTION_STARTED"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ground(module_database: str) -> AsyncIterator[Ground]:
    async with grounds.ground(module_database) as made:
        yield made


async def test_the_engines_history_is_opened_masked_and_set_beside_ours(ground: Ground) -> None:
    case = await ground.accepted()
    await ground.quiet()
    found = await history(ground, case)
    engine, events = found["engine"], found["engine_history"]
    assert (engine["source"], engine["status"]) == ("engine", "running")
    assert engine["events"] == len(events) == int(events[-1]["eventId"])
    assert events[0]["eventType"] == FIRST
    started = payloads(events[0])[0]
    assert started["case_id"] == ground.ident(case)
    assert started["opening"]["kind"] == "open"
    assert started["opening"]["signature"] == "…"
    assert [p for e in events for p in payloads(e, "unreadable")] == []
    assert "binary/banjian-sealed" not in json.dumps(events)
    taken = [e for e in events if e["eventType"].endswith("UPDATE_ACCEPTED")]
    acts = {e["act_id"] for e in found["events"]}
    assert payloads(taken[0])[0]["act_id"] in acts
    assert found["verification"]["ok"] is True
    versions = found["versions"]
    assert (versions["table"], versions["catalogue"], versions["law_edition"]) == (
        "2",
        "3",
        "2026.1",
    )
    assert versions["sdk"].startswith("temporal-python ")
    assert versions["build_id"]
    assert "2026.1" in versions["calendars"]

    shown = await page(ground, case)
    ours, theirs = shown.select("#ours ol.story, #engine ol.story")
    assert "r1" in ours.text
    assert "申请材料" in ours.text or "受理" in ours.text
    assert "操作已受理 → r" in theirs.text
    assert "call_register · establishment_checks#1" in theirs.text
    assert "project" in theirs.text
    opened = [d.text for d in shown.select("#engine details pre")]
    assert any('"table_version": "2"' in text for text in opened)
    assert "事件链完整" in shown.text
    assert "temporal-python" in section(shown, "版本")


async def test_an_open_timer_says_which_step_of_which_clock_it_guards(ground: Ground) -> None:
    case = await ground.submitted()
    found = await history(ground, case)
    [timer] = found["engine"]["timers"]
    clock = next(c for c in found["clocks"] if c["key"] == timer["clock"])
    assert timer["rung"] == clock["next_rung"]
    assert timer["legal_at"] == clock["next_rung_at"]
    assert timer["idle"] is False
    assert timer["due_at"][:16] == timer["legal_at"][:16]
    shown = section(await page(ground, case), "打开的计时器")
    assert clock["name"] in shown
    assert "提醒承办人" in shown


async def test_it_waits_for_a_person(ground: Ground) -> None:
    case = await ground.submitted()
    said = (await history(ground, case))["why_waiting"]
    assert said.startswith("等受理员办理“受理”：任务从")
    assert "还没有人领取" in said
    task = await ground.task("acceptor", case)
    assert (await ground.claim("acceptor", task["task_id"])).status_code == 200
    said = (await history(ground, case))["why_waiting"]
    assert "由刘敏领取" in said
    assert said.count("。") == 1
    english = await page(ground, case, language="en")
    assert "claimed by 刘敏" in why(english)
    await ground.complete("acceptor", case, decision="one_time_notice", gaps=[
        {"gap": "address_unclear", "part": "address_proof", "advice": "请重新拍摄住所使用证明。"}
    ])  # fmt: skip
    await ground.stage_is(case, "correction")
    assert (
        "等申请人 周晓岚按一次性告知书补正材料，从" in (await history(ground, case))["why_waiting"]
    )


async def test_it_waits_for_a_register_that_is_down(ground: Ground) -> None:
    case = await ground.accepted()
    await ground.do("fault", "identity", case, kind="down")
    try:
        await ground.complete("reviewer", case, finding="conforms", no_interest=True)
        found = await until(
            ground,
            case,
            lambda f: [
                c for c in f["engine"]["pending_activities"]
                if c["last_error"] and c["state"] == "waiting"
            ],
        )  # fmt: skip
        call = next(c for c in found["engine"]["pending_activities"] if c["last_error"])
        assert call["type"] == "call_register"
        assert call["summary"].startswith("open_authentication#")
        assert call["what"] == "发起实名认证"
        assert call["attempt"] >= 2
        assert call["last_error"].startswith("identity: ")
        assert "@" in call["last_worker"]
        assert call["next_attempt_at"] is not None
        said = found["why_waiting"]
        assert said.startswith("等实名认证系统：“发起实名认证”第 ")
        assert "没有成功" in said
        assert "自动重试" in said or "正在重试" in said
        [effect, *_rest] = [e for e in found["effects"] if e["state"] == "intent"]
        assert effect["attempts"] >= 1
        assert effect["last_error"]
        shown = await page(ground, case)
        assert "发起实名认证" in section(shown, "未完成的活动")
        assert call["last_error"] in section(shown, "未完成的活动")
        assert "个调用在重试" in shown.text
    finally:
        await ground.do("fault", "identity", case, clear=True)
    await ground.stage_is(case, "identity_pending")
    await ground.quiet()
    found = await history(ground, case)
    assert found["why_waiting"].startswith("等周晓岚、李国栋实名认证，从")
    asked = [e for e in found["effects"] if e["kind"] == "open_authentication"]
    assert {e["state"] for e in asked} == {"waiting"}
    assert all(e["answer"]["state"] == "waiting" and e["finished_at"] for e in asked)


async def test_it_waits_for_nothing_once_closed(ground: Ground) -> None:
    case = await ground.submitted()
    await ground.quiet()
    await ground.do("withdraw", "applicant", case, reason="暂不开办")
    await ground.stage_is(case, "withdrawn")
    found = await history(ground, case)
    assert "办结（已撤回），不再等待。" in found["why_waiting"]
    assert (found["engine"]["timers"], found["engine"]["pending_activities"]) == ([], [])


async def test_every_reading_is_logged_and_shown(ground: Ground) -> None:
    case = await ground.submitted()
    await page(ground, case, "admin")
    await history(ground, case, "auditor")
    supervisor = await page(ground, case, "supervisor")
    assert "引擎历史只对系统管理员和审计员开放" in supervisor.text
    assert "R01#1 reminder" not in supervisor.text
    assert supervisor.select("details pre") == []
    found = await history(ground, case, "auditor")
    assert [a["what"] for a in found["accesses"]] == [
        "engine_history", "case_record", "engine_history", "engine_history",
    ]  # fmt: skip
    names = section(await page(ground, case), "谁看过")
    assert "唐宁" in names
    path = f"/api/v1/admin/cases/{ground.number(case)}/history"
    for who in ("reviewer", "applicant", "supervisor"):
        assert (await ground.cast.call(who, "GET", path)).status_code == 404
    rows = await ground.rows("SELECT 1 FROM access_log WHERE case_id = :c", c=ground.ident(case))
    assert len(rows) == 5


async def test_long_histories_come_in_pages(ground: Ground) -> None:
    case = await ground.accepted()
    await ground.quiet()
    whole = await history(ground, case)
    assert whole["next_cursor"] is None
    query, events, engine, turns = "?limit=5", [], [], 0
    while query:
        part = await history(ground, case, query=query)
        assert len(part["events"]) <= 5
        assert len(part["engine_history"]) <= 5
        events += [e["revision"] for e in part["events"]]
        engine += [e["eventId"] for e in part["engine_history"]]
        query = f"?limit=5&cursor={part['next_cursor']}" if part["next_cursor"] else ""
        turns += 1
    assert events == [e["revision"] for e in whole["events"]]
    assert engine == [e["eventId"] for e in whole["engine_history"]]
    assert turns == -(-len(engine) // 5)
    path = f"/api/v1/admin/cases/{ground.number(case)}/history"
    for bad in ("?limit=0", "?limit=501", "?cursor=x", "?cursor=W10", "?run=x", "?other=1"):
        assert (await ground.cast.call("admin", "GET", path + bad)).status_code in {400, 422}, bad
    older = await page(ground, case, query="?before=4&engine_before=9")
    revs = [r.text for r in older.select("#ours .rev")]
    assert revs == ["r3", "r2", "r1"]
    assert max(int(r.text) for r in older.select("#engine .rev")) == 8
    newest = [a["href"] for a in older.select("nav a") if a.text == "最新的"]
    assert f"/admin/cases/{ground.number(case)}?engine_before=9#ours" in newest
    assert f"/admin/cases/{ground.number(case)}?before=4#engine" in newest


async def test_acts_outside_and_superseded_events_are_shown(ground: Ground) -> None:
    case = await ground.accepted()
    await ground.quiet()
    done = await ground.rows(
        "SELECT id FROM acts WHERE case_id = :c AND kind = 'complete'", c=ground.ident(case)
    )
    # As a crash between the commit and the update leaves it.
    await ground.rows_changed(
        "UPDATE acts SET state='received', settled=false WHERE id = :a", a=done[0].id
    )
    await ground.rows_changed(
        "INSERT INTO superseded_events (case_id, revision, kind, canonical, hash, run_id, task_at, superseded_at)"
        " SELECT case_id, revision, kind, canonical, hash, run_id, task_at, app_now() FROM case_events"
        " WHERE case_id = :c AND revision = 4",
        c=ground.ident(case),
    )
    found = await history(ground, case)
    [act] = found["acts_outside"]
    assert (act["kind"], act["state"], act["act_id"]) == ("complete", "received", str(done[0].id))
    assert "有 1 个操作已经收到、还没有进入办件" in found["why_waiting"]
    assert (found["superseded_events"], found["superseded"][0]["revision"]) == (1, 4)
    shown = await page(ground, case)
    assert "已收到，等待送达" in section(shown, "还没有进入办件的操作")
    assert "r4" in section(shown, "被替换的事件")
    await ground.rows_changed(
        "UPDATE acts SET state='applied', settled=true WHERE id = :a", a=done[0].id
    )


async def test_our_side_is_shown_while_the_engine_is_away(ground: Ground) -> None:
    case = await ground.accepted()
    await ground.quiet()
    async with engine_away(ground):
        found = await history(ground, case)
        shown = await page(ground, case)
    assert found["engine"]["source"] == "away"
    assert found["engine"]["reason"]
    assert found["engine_history"] == []
    assert found["verification"]["ok"] is True
    assert len(found["events"]) > 5
    assert found["why_waiting"].startswith("等审查员办理“审查”")
    assert "引擎现在联系不上" in found["why_waiting"]
    assert "引擎联系不上（" in section(shown, "引擎历史")
    assert "r1" in section(shown, "我们的事件")
    assert "127.0.0.1" not in shown.text


async def test_what_was_handed_in_while_the_engine_is_away_is_found(ground: Ground) -> None:
    case = await ground.submitted()
    await ground.quiet()
    async with ground.on.core.engine.begin() as connection:
        # As it is while the engine is away: the act is durable, nothing is projected yet.
        for statement in (
            "DELETE FROM cases WHERE case_id = :c",
            "UPDATE acts SET state='received', settled=false, revision=NULL WHERE case_id = :c",
        ):
            await connection.execute(text(statement), {"c": ground.ident(case)})
    async with engine_away(ground):
        shown = await page(ground, case)
    assert "申请已收到，还没有建成办件：1 个操作等待送达" in why(shown)
    assert "引擎现在联系不上" in why(shown)
    assert "提交申请" in section(shown, "还没有进入办件的操作")
    assert "引擎里已经启动" in why(await page(ground, case))
    rows = await ground.rows("SELECT 1 FROM access_log WHERE case_id = :c", c=ground.ident(case))
    assert len(rows) == 2
    stranger = await ground.pages("applicant")
    assert (await stranger.get(f"/admin/cases/{ground.number(case)}")).status_code == 404
    await ground.on.client.get_workflow_handle(ground.ident(case)).terminate("end of the test")
    await ground.rows_changed(
        "UPDATE acts SET state='applied', settled=true WHERE case_id = :c", c=ground.ident(case)
    )


async def test_a_foreign_payload_is_named_as_such_and_a_program_that_fails_is_said(
    ground: Ground,
) -> None:
    case = await ground.submitted()
    await ground.quiet()
    stranger = await Client.connect(ground.on.client.service_client.config.target_host)
    handle = stranger.get_workflow_handle(ground.ident(case))
    await handle.signal("planted", {"id_number": "421303198506142016"})
    try:
        found = await until(
            ground, case, lambda f: (f["engine"]["workflow_task"] or {}).get("attempt", 0) > 1
        )
        [signal] = [e for e in found["engine_history"] if e["eventType"].endswith("SIGNALED")]
        assert payloads(signal, "unreadable") == ["foreign"]
        assert "421303198506142016" not in json.dumps(found)
        said = found["why_waiting"]
        assert said.startswith("程序在这个办件上走不下去：工作流任务第 ")
        shown = await page(ground, case)
        assert "不是本系统为这个办件写的载荷" in section(shown, "引擎历史")
        assert "工作流任务第 " in section(shown, "未完成的活动")
    finally:
        await handle.terminate("end of the test")
        await ground.rows_changed(
            "UPDATE cases SET closed_at = app_now() WHERE case_id = :c", c=ground.ident(case)
        )


async def test_after_the_engine_has_forgotten_the_archives_copy_is_read_until_erasure(
    ground: Ground,
) -> None:
    case = await ground.submitted()
    await ground.quiet()
    await ground.do("withdraw", "applicant", case, reason="暂不开办")
    await ground.stage_is(case, "withdrawn")
    client, ident = ground.on.client, ground.ident(case)
    handle = client.get_workflow_handle(ident)
    await handle.result()
    live = await until(ground, case, lambda f: f["engine"]["status"] == "completed")
    await client.execute_workflow(
        "keep_records", id="inspector-records", task_queue="banjian-cases", result_type=dict
    )
    await client.workflow_service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(
            namespace=client.namespace, workflow_execution=WorkflowExecution(workflow_id=ident)
        )
    )
    kept = await until(ground, case, lambda f: f["engine"]["source"] != "engine")
    assert kept["engine"]["source"] == "archive"
    assert kept["engine"]["run_id"] == live["engine"]["run_id"]
    assert kept["engine_history"] == live["engine_history"]
    assert "随档案保存的副本" in (await page(ground, case)).text
    core = ground.on.core
    await erase(core.engine, core.keys, case_id := kept_id(kept))
    found = await history(ground, case)
    assert (found["erased"], found["engine"]["source"]) == (True, "gone")
    assert found["engine"]["reason"] == "erased"
    assert found["verification"] == live["verification"] | {"erased": True}
    assert [e["revision"] for e in found["events"]] == [e["revision"] for e in live["events"]]
    assert all(e["data"] == {} for e in found["events"])
    assert str(case_id) == found["case_id"]
    erased = await page(ground, case)
    assert "个人信息已依法删除" in erased.text
    assert "密钥已依法销毁" in section(erased, "引擎历史")
    assert "记录了一个事件：submitted" in section(erased, "我们的事件")


def kept_id(found: dict[str, Any]) -> UUID:
    return UUID(found["case_id"])


async def test_an_erased_case_still_in_the_engine_is_not_opened(ground: Ground) -> None:
    case = await ground.submitted()
    await ground.quiet()
    await ground.do("withdraw", "applicant", case, reason="暂不开办")
    await ground.stage_is(case, "withdrawn")
    core = ground.on.core
    await erase(core.engine, core.keys, kept_id(await history(ground, case)))
    found = await history(ground, case)
    assert found["engine"]["source"] == "engine"
    assert set(payloads(found["engine_history"][0], "unreadable")) == {"erased"}
    assert "密钥已依法销毁，不能再读" in section(await page(ground, case), "引擎历史")


@pytest.mark.parametrize("number", ["no-such-case", "421303-2026-9999999-9"])
async def test_an_unknown_case_is_not_found_and_leaves_no_line(ground: Ground, number: str) -> None:
    before = await ground.rows("SELECT count(*) AS n FROM access_log")
    path = f"/api/v1/admin/cases/{number}/history"
    assert (await ground.cast.call("admin", "GET", path)).status_code == 404
    assert (await (await ground.pages("admin")).get(f"/admin/cases/{number}")).status_code == 404
    assert await ground.rows("SELECT count(*) AS n FROM access_log") == before
