"""The applicant's pages without JavaScript: list, case, papers, withdrawal; and the inspector's, with its proof."""

from uuid import UUID

from bs4 import Tag
from sqlalchemy import text
from typer.testing import CliRunner

from api.views import words
from banjian.cli import app as cli
from storage.audit import all_cases, verify_case
from tests.api.case_stage import Live, live
from tests.api.test_tasks_pages import soup

__all__ = ["live"]


async def test_the_case_page_says_who_holds_the_ball_before_everything_else(live: Live) -> None:
    case = await live.open()
    client = await live.pages("applicant")
    page = soup(await client.get(f"/cases/{live.number(case)}"))
    heads = [h.text.strip() for h in page.select("main h2")]
    order = ["现在轮到谁", "办到哪一步", "期限", "经过", "撤回这个申请"]
    assert [h for h in heads if h in order] == order
    assert len(page.select(".ball")) == 1
    assert "9月29日" in page.select_one(".clock").text  # type: ignore[union-attr]
    assert page.select_one("figure.flow svg.lr .now text").text == "收件"  # type: ignore[union-attr]
    assert page.select_one("title").text.startswith("随州市曾都区")  # type: ignore[union-attr]
    english = soup(await (await live.pages("applicant", "en")).get(f"/cases/{live.number(case)}"))
    assert "Whose turn it is" in english.text


async def test_a_strangers_case_is_not_found_and_neither_is_its_paper(live: Live) -> None:
    case = await live.open()
    path = f"/api/v1/cases/{live.number(case)}/documents"
    paper = (await live.cast.until("applicant", path, lambda d: d["items"]))["items"][0]
    stranger = await live.pages("applicant2")
    for address in (f"/cases/{live.number(case)}", paper["page_url"], "/admin/cases", "/desk"):
        assert (await stranger.get(address)).status_code == 404
    owner = await live.pages("applicant")
    shown = await owner.get(paper["page_url"])
    assert paper["number"] in shown.text
    assert soup(shown).find("a", href=paper["content_url"]) is not None
    assert soup(shown).find("a", href=paper["verification_url"]) is not None


async def test_the_own_list_puts_what_waits_for_the_reader_first(live: Live) -> None:
    waits = await live.open("applicant2")
    gap = {"gap": "address_unclear", "part": "address_proof", "advice": "请重新拍摄住所使用证明。"}
    await live.complete("acceptor", waits, decision="one_time_notice", gaps=[gap])
    await live.stage_is(waits, "correction")
    later = await live.open("applicant2")
    client = await live.pages("applicant2")
    rows = [row.text for row in soup(await client.get("/cases")).select("tbody tr")]
    assert live.number(waits) in rows[0]
    assert "轮到您" in rows[0]
    assert any(live.number(later) in row for row in rows[1:])
    staff = await live.pages("acceptor")
    assert (await staff.get("/cases")).headers["location"] == "/desk/search"


async def test_a_register_that_is_down_is_said_calmly(live: Live) -> None:
    case = await live.open()
    await live.complete("acceptor", case, decision="accept")
    await live.do("fault", "identity", case, kind="down")
    try:
        await live.complete("reviewer", case, finding="conforms", no_interest=True)
        path = f"/api/v1/cases/{live.number(case)}"
        shown = await live.cast.until(
            "applicant", path, lambda c: c["waiting_for"]["holder"] == "register"
        )
        said = "等待实名认证系统，系统在自动重试，您不用做什么"
        assert shown["status_text"].startswith(said)
        page = await (await live.pages("applicant")).get(f"/cases/{live.number(case)}")
        assert said in page.text
        inspector = await (await live.pages("admin")).get(f"/admin/cases/{live.number(case)}")
        why = soup(inspector).find("b", string="为什么在等：")
        assert isinstance(why, Tag)
        assert "没有成功" in why.parent.text  # type: ignore[union-attr]
        assert "个调用在重试" in inspector.text
    finally:
        await live.do("fault", "identity", case, clear=True)


async def test_the_inspector_sets_both_histories_side_by_side_and_leaves_a_trace(
    live: Live,
) -> None:
    case = await live.open()
    await live.complete("acceptor", case, decision="accept")
    await live.stage_is(case, "under_review")
    admin = await live.pages("admin")
    page = soup(await admin.get(f"/admin/cases/{live.number(case)}"))
    ours, engine = page.select("#ours ol.story, #engine ol.story")
    assert "r1" in ours.text
    assert "工作流启动" in engine.text
    assert "→ r" in engine.text
    assert "事件链完整" in page.text
    history = await live.get("auditor", f"/api/v1/admin/cases/{live.number(case)}/history")
    assert history["verification"]["ok"] is True
    assert [e["revision"] for e in history["events"]] == list(range(1, len(history["events"]) + 1))
    assert history["engine_history"][0]["eventType"] == "EVENT_TYPE_WORKFLOW_EXECUTION_STARTED"
    # In skipped time the engine's instants are shown in the story's.
    assert history["engine"]["offset_seconds"] != 0
    assert history["engine"]["timers"][0]["due_at"].startswith("2026-09-")
    assert "2026年9月23日" in engine.text
    logged = await live.rows(
        "SELECT count(*) AS n FROM access_log WHERE case_id = :c", c=live.ident(case)
    )
    assert logged[0].n == 2
    supervisor = await live.pages("supervisor")
    shallow = await supervisor.get(f"/admin/cases/{live.number(case)}")
    assert "引擎历史只对系统管理员和审计员开放" in shallow.text
    for who in ("reviewer", "applicant"):
        path = f"/api/v1/admin/cases/{live.number(case)}/history"
        assert (await live.cast.call(who, "GET", path)).status_code == 404


async def test_the_proof_finds_every_kind_of_change(live: Live) -> None:
    case = await live.open()
    await live.complete("acceptor", case, decision="accept")
    await live.stage_is(case, "under_review")
    core = live.on.core
    ident = UUID(live.ident(case))
    assert ident in await all_cases(core.engine)
    fine = await verify_case(core.engine, core.keys, ident)
    assert (fine.findings, fine.events > 5, len(fine.head)) == ([], True, 64)
    changes = {
        "UPDATE case_events SET canonical = canonical || ' '::bytea WHERE revision = 3": {
            "broken_hash"
        },
        "UPDATE case_events SET actor_id = 'somebody' WHERE revision = 1": {"changed_columns"},
        "UPDATE case_events SET details = set_byte(details, 40, 7) WHERE revision = 2": {
            "details_broken"
        },
        "UPDATE case_events SET prev_hash = sha256('x') WHERE revision = 4": {
            "broken_link",
            "broken_hash",
        },
        "DELETE FROM case_events WHERE revision = 5": {"revision_gap", "broken_link"},
        "UPDATE cases SET stage = 'archived' WHERE true": {"row_differs"},
        "UPDATE clocks SET legal_end = '2027-01-01' WHERE true": {"row_differs"},
        "DELETE FROM tasks WHERE true": {"row_missing"},
        "INSERT INTO messages SELECT 'x', case_id, 'person:x', 'x', 'x', opened_at"
        " FROM cases WHERE true": {"row_unexplained"},
    }
    for change, expected in changes.items():
        async with core.engine.connect() as connection:
            # A copy of the case is broken, never the case: undone after the look.
            await connection.execute(text(f"{change} AND case_id = :c"), {"c": ident})
            verdict = await verify_case(core.engine, core.keys, ident, connection)
            found = {finding.code for finding in verdict.findings}
            await connection.rollback()
        assert expected <= found, change
    assert (await verify_case(core.engine, core.keys, ident)).ok


def test_the_command_wants_one_case_or_all() -> None:
    run = CliRunner()
    assert run.invoke(cli, ["audit", "verify"]).exit_code == 2
    assert run.invoke(cli, ["audit", "verify", "x", "--all"]).exit_code == 2


def test_every_effect_and_register_of_the_product_has_a_word() -> None:
    from activities import establishment_registration, register_calls
    from registers.messages import Register

    assert establishment_registration is not None
    kinds = set(register_calls.KINDS) | set(register_calls.INQUIRIES)
    assert kinds - set(words.EFFECTS) == set()
    assert {r.value for r in Register} - set(words.REGISTERS) == set()
