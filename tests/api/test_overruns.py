"""An overrun is explained to the public (优化营商环境条例 36): by whom, when, and where it is then read."""

from typing import Any

import httpx

from banjian.player.deeds import DEEDS, Deed
from tests.api.case_stage import Live, live
from tests.api.test_tasks_pages import errors_of, sent_form, soup

__all__ = ["live"]


FOOD: dict[str, Any] = {
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


async def refused(live: Live, who: str, case: str, **data: str) -> str:
    path = f"/api/v1/cases/{live.number(case)}/overrun-explanations"
    answer = await live.cast.call(who, "POST", path, json=data)
    assert answer.status_code >= 400
    return str(answer.json()["code"])


async def progress(live: Live, case: str, code: str) -> str:
    visitor = httpx.AsyncClient(base_url=live.on.api_url, headers={"accept": "text/html"})
    form = sent_form(await visitor.get("/progress"), "/progress")
    form |= {"number": live.number(case), "code": code}
    return soup(await visitor.post("/progress", data=form)).select_one("main").text  # type: ignore[union-attr]


async def test_the_reason_is_the_officers_own_and_the_public_reads_it(live: Live) -> None:
    case = await live.open()
    number, key = live.number(case), "R01#1"
    owner = await live.pages("applicant")
    code = soup(await owner.get(f"/applications/{live.ident(case)}/receipt")).select(".receipt-no")
    asked = {"clock": key, "reason": "需要核实住所权属"}
    assert await refused(live, "acceptor", case, **asked) == "clock_not_due"

    await live.advance("2026-09-30T00:00:00+08:00")
    assert "原因：承办机关还没有说明" in await progress(live, case, code[1].text)
    assert await refused(live, "acceptor", case, clock="R01#9", reason="x") == "clock_closed"
    assert await refused(live, "applicant", case, **asked) == "wrong_role"
    assert await refused(live, "inspector", case, **asked) == "wrong_role"
    assert await refused(live, "acceptor", case, clock=key, reason="  ") in {
        "invalid_answers",
        "invalid_input",
    }

    client = await live.pages("section_head")
    path = f"/cases/{number}/clocks/R01-1"
    assert soup(await client.get(f"/cases/{number}")).find("a", href=f"{path}#explain") is not None
    form = sent_form(await client.get(path), f"{path}/explanation")
    empty = await client.post(f"{path}/explanation", data=form | {"reason": " "})
    assert empty.status_code == 422
    assert "请写明向社会公开的超时原因" in errors_of(empty)[0]
    for _ in range(2):
        sent = await client.post(f"{path}/explanation", data=form | {"reason": asked["reason"]})
        assert (sent.status_code, sent.headers["location"]) == (303, path)
    shown = await live.shown(case)
    assert "原因：需要核实住所权属，已升级到股室负责人" in shown["overdue_text"]
    assert "需要核实住所权属" in await progress(live, case, code[1].text)
    story = await live.get("applicant", f"/api/v1/cases/{number}/timeline")
    assert [e["kind"] for e in story["items"]].count("overrun_explained") == 1
    told = await live.get("applicant", f"/api/v1/cases/{number}/messages")
    assert ["需要核实住所权属" in m["text"] for m in told["items"]].count(True) == 1

    # The officer at the task may correct it.
    await live.do("explain_overrun", "acceptor", case, clock=key, reason="经办人员调整，正在补办")
    assert "经办人员调整" in await progress(live, case, code[1].text)
    await live.complete("acceptor", case, decision="accept")
    await live.stage_is(case, "under_review")


async def code_of(live: Live, case: str) -> str:
    owner = await live.pages("applicant")
    page = soup(await owner.get(f"/applications/{live.ident(case)}/receipt"))
    return page.select(".receipt-no")[1].text


async def test_of_two_overruns_each_has_its_own_reason(live: Live) -> None:
    """The site check was late, then the decision as well: neither reason is told of the other term."""
    case = "food"
    deed = Deed("applicant", case, {"form": FOOD}, "food_operation_licence")
    await DEEDS["submit"](live.play, deed)
    await live.complete("acceptor", case, task="approval.acceptance", decision="accept")
    reviewed: dict[str, Any] = {"finding": "conforms", "no_interest": True}
    await live.complete("reviewer", case, task="approval.review", **reviewed)
    await live.stage_is(case, "site_check")
    clocks = {c["clock_id"]: c for c in (await live.shown(case))["clocks"]}
    check, decision = clocks["F03"], clocks["F02"]
    assert check["ends_at"] < decision["ends_at"]

    await live.advance(check["ends_at"])
    await live.do("explain_overrun", "inspector", case, clock=check["key"], reason="核查人员外调")
    shown = await live.shown(case)
    assert "原因：核查人员外调" in shown["overdue_text"]
    # The other term ends: nothing was said of it, and what was said of the first stands.
    await live.advance(decision["ends_at"])
    shown = await live.shown(case)
    assert {c["clock_id"]: c["overdue_reason"] for c in shown["clocks"] if c["overdue"]} == {
        "F03": "核查人员外调",
        "F02": "",
    }
    code = await code_of(live, case)
    public = await progress(live, case, code)
    assert f"{check['name']}：核查人员外调；{decision['name']}：承办机关还没有说明" in public
    await live.do("explain_overrun", "section_head", case, clock=decision["key"], reason="等核查")
    public = await progress(live, case, code)
    assert f"{check['name']}：核查人员外调；{decision['name']}：等核查" in public

    number = live.number(case)
    desk = await live.pages("section_head")
    page = soup(await desk.get(f"/cases/{number}"))
    for clock, reason, other in (
        (check, "核查人员外调", "等核查"),
        (decision, "等核查", "核查人员外调"),
    ):
        assert page.find("a", href=f"{clock['page_url']}#explain") is not None
        own = soup(await desk.get(clock["page_url"]))
        lede, form = own.select_one(".lede"), own.select_one("#explain textarea")
        assert lede is not None
        assert form is not None
        assert reason in lede.text
        assert other not in lede.text
        assert form.text.strip() == reason
    board = await live.get("supervisor", "/api/v1/at-risk-cases?light=red")
    reasons = {r["clock_id"]: r["overdue_reason"] for r in board["items"] if r["number"] == number}
    assert reasons == {"F03": "核查人员外调", "F02": "等核查"}
