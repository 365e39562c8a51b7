"""An overrun is explained to the public (优化营商环境条例 36): by whom, when, and where it is then read."""

import httpx

from tests.api.case_stage import Live, live
from tests.api.test_tasks_pages import errors_of, sent_form, soup

__all__ = ["live"]


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
