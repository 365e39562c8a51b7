"""One page shows the whole opening of an enterprise: registration, parts, the plan's figure; a failed part is settled."""

import asyncio
from typing import Any

import httpx
from bs4 import BeautifulSoup

from api.views.related_shapes import RelatedCases
from banjian.player import desk_deeds, licence_deeds
from banjian.player.deeds import DEEDS, Deed
from tests.api.case_stage import FILES, Live, application, live
from tests.api.test_tasks_pages import claimed, errors_of, sent_form

assert callable(live)
# Declare the acts of departments, and how a story gets hold of a related case.
assert desk_deeds
assert licence_deeds
ONESTOP = "enterprise_startup_onestop"
PARTS: dict[str, Any] = {
    "parts": ["seal", "housing"],
    "seals": ["official"],
    "employees": 0,
}


async def opened(live: Live, case: str) -> str:
    """A one-stop case; returns the name of its registration's case."""
    form = application() | PARTS
    data = {"form": form, "files": dict(FILES)}
    await DEEDS["submit"](live.play, Deed("applicant", case, data, ONESTOP))
    await live.do("follow", "applicant", f"{case}.company", of=case, item="registration")
    return f"{case}.company"


async def registered(live: Live, company: str) -> None:
    await live.complete("acceptor", company, task="approval.acceptance", decision="accept")
    await live.complete(
        "reviewer", company, task="approval.review", finding="conforms", no_interest=True
    )
    people = ["周晓岚", "李国栋"]
    for deed, register in (("confirm_identity", "identity"), ("sign", "signature")):
        await live.do(deed, register, company, who=people)
        # The register's callbacks come now.
        await live.on.upkeep()
    await live.complete(
        "approver", company, task="approval.decision", decision="grant", no_interest=True
    )


async def standing(live: Live, case: str, part: str, wanted: str) -> dict[str, Any]:
    """The line of the part once it stands like this."""
    await live.on.upkeep()
    for _ in range(200):
        found = await live.get("applicant", f"/api/v1/cases/{live.number(case)}/related")
        line = next(x for x in found["parts"] if x["part"] == part)
        if line["standing"] == wanted:
            return dict(line)
        await asyncio.sleep(0.05)
    raise AssertionError(f"{part} stands {line['standing']}")


async def not_done(live: Live, case: str) -> list[dict[str, Any]]:
    """What was not done, as the applicant is told."""
    found = await live.get("applicant", f"/api/v1/cases/{live.number(case)}/related")
    RelatedCases.model_validate(found)
    return list(found["not_done"])


def text_of(page: httpx.Response) -> str:
    main = BeautifulSoup(page.text, "html.parser").find("main")
    assert page.status_code == 200
    assert main is not None
    return main.get_text(" ", strip=True)


async def test_one_page_shows_all_of_it(live: Live) -> None:
    await live.do("answer_after", "seal")
    await live.do("answer_after", "housing")
    company = await opened(live, "opening")
    number = live.number("opening")
    browser = await live.pages("applicant")
    before = text_of(await browser.get(f"/cases/{number}"))
    for words in ("每一项办到哪一步", "查看登记办件", "公安印章备案", "领取执照后办理"):
        assert words in before
    assert "目标" not in before
    files = await live.get("applicant", f"/api/v1/applications/{live.ident(company)}")
    assert {f["part"] for f in files["files"]} == set(FILES), "the materials went along"
    receipt = text_of(await browser.get(f"/applications/{live.ident('opening')}/receipt"))
    assert "办理设立登记" in receipt

    await registered(live, company)
    await live.stage_is("opening", "handling")
    await standing(live, "opening", "seal", "handling")
    await live.do("follow", "applicant", "seal", of="opening", item="seal")
    await live.do("confirm", "seal", "seal")
    done = await standing(live, "opening", "seal", "done")
    assert done["number"].startswith("YZ-")
    during = text_of(await browser.get(f"/cases/{number}"))
    for words in ("达到 1.5 天的目标", "其中等待申请人", done["number"], "正在办理"):
        assert words in during
    assert during.count("公安印章备案：正在办理") == 1, "told once"
    assert during.count("住房公积金缴存登记：正在办理") == 1
    english = text_of(await (await live.pages("applicant", "en")).get(f"/cases/{number}"))
    for words in ("Housing fund registration", "the target of 1.5 days is met", "under way"):
        assert words in english
    part = text_of(await browser.get(f"/applications/{live.ident('seal')}/receipt"))
    assert "送交有关部门" in part


async def test_the_opening_says_whose_turn_it_is_at_the_registration(live: Live) -> None:
    company = await opened(live, "turn")
    number = live.number(company)
    waits = (await live.shown("turn"))["waiting_for"]
    assert (waits["holder"], waits["mine"]) == ("staff", False)
    gap = {"gap": "address_unclear", "part": "address_proof", "advice": "请重新拍摄住所使用证明。"}
    await live.complete(
        "acceptor", company, task="approval.acceptance", decision="one_time_notice", gaps=[gap]
    )
    await live.stage_is(company, "correction")
    waits = (await live.shown("turn"))["waiting_for"]
    assert (waits["holder"], waits["mine"]) == ("you", True)
    page = await (await live.pages("applicant")).get(f"/cases/{live.number('turn')}")
    ball = BeautifulSoup(page.text, "html.parser").select_one(".ball")
    assert ball is not None
    ways = {a.get_text(strip=True): a["href"] for a in ball.find_all("a")}
    assert ways["去补正"] == f"/applications/{live.ident(company)}"
    assert f"/cases/{number}" in ways.values()
    assert "设立登记" in text_of(page).split("请您")[0]
    admin = await live.pages("admin")
    why = text_of(await admin.get(f"/admin/cases/{live.number('turn')}"))
    assert f"等关联办件 {number}" in why


async def test_an_officer_settles_what_failed_on_the_desk(live: Live) -> None:
    company = await opened(live, "failing")
    await registered(live, company)
    await standing(live, "failing", "housing", "handling")
    await live.do("follow", "applicant", "fund", of="failing", item="housing")
    await live.do("refuse", "housing", "fund", code="no_employees", reason="未申报职工")
    failed = await standing(live, "failing", "housing", "failed")
    assert failed["reason"] == "未申报职工"
    (told,) = await not_done(live, "failing")
    assert (told["part"], told["mendable"]) == ("housing", ["职工人数"])
    assert told["reasons"] == [{"by": "住房公积金管理中心的理由", "text": "未申报职工"}]
    assert await not_done(live, "fund") == [told], "the part's own page says the same"
    browser = await live.pages("applicant")
    for case in ("failing", "fund"):
        page_shown = text_of(await browser.get(f"/cases/{live.number(case)}"))
        for words in (
            "“住房公积金缴存登记”没有办成",
            "未申报职工",
            "继续有效",
            "可以更正：职工人数",
            "12345",
        ):
            assert words in page_shown
    english = await (await live.pages("applicant", "en")).get(f"/cases/{live.number('fund')}")
    assert "This can be set right: Employees." in text_of(english)
    desk, path = await claimed(live, "window_head", "fund", "startup_part.failed")
    page = await desk.get(path)
    shown = text_of(page)
    for words in ("未申报职工", "再次提交", "不在本次办理", "公章", "职工人数"):
        assert words in shown
    data = sent_form(page, path)
    strange = await desk.post(
        path, data=data | {"action": "retry", "note": "已经核实", "seals": ["official"]}
    )
    assert strange.status_code == 422
    assert "不需要这项信息" in errors_of(strange)[0]
    ticked = BeautifulSoup(strange.text, "html.parser").find(
        "input", {"name": "seals", "checked": True}
    )
    assert ticked is not None, "nothing typed is lost"
    data = sent_form(await desk.get(path), path)
    again = data | {"action": "retry", "note": "核实有五名职工", "employees": "5"}
    settled = await desk.post(path, data=again)
    assert settled.status_code == 303, errors_of(settled)
    await standing(live, "failing", "housing", "handling")
    await live.do("confirm", "housing", "fund")
    await standing(live, "failing", "housing", "done")
    assert await not_done(live, "failing") == []
    await live.do("follow", "applicant", "stamp", of="failing", item="seal")
    await live.do("refuse", "seal", "stamp", code="no_maker", reason="没有选刻章单位")
    await standing(live, "failing", "seal", "failed")
    note = "请到公安机关窗口办理"
    await live.complete(
        "window_head", "stamp", task="startup_part.failed", action="give_up", note=note
    )
    await standing(live, "failing", "seal", "given_up")
    for case in ("failing", "stamp"):
        (given_up,) = await not_done(live, case)
        assert given_up["reasons"] == [
            {"by": "公安机关的理由", "text": "没有选刻章单位"},
            {"by": "工作人员的说明", "text": note},
        ]
        assert given_up["mendable"] == []
        assert "自行到公安机关办理" in given_up["steps"][0]
    company_now = await live.get("applicant", f"/api/v1/cases/{live.number(company)}")
    assert company_now["numbers"]["licence"], "the licence stands"


async def test_a_withdrawn_opening_shows_its_parts_as_they_are(live: Live) -> None:
    await live.do("answer_after", "seal")
    await live.do("answer_after", "housing")
    company = await opened(live, "ended")
    await registered(live, company)
    await live.stage_is("ended", "handling")
    await standing(live, "ended", "seal", "handling")
    await standing(live, "ended", "housing", "handling")
    await live.do("follow", "applicant", "kept", of="ended", item="seal")
    await live.do("confirm", "seal", "kept")
    await standing(live, "ended", "seal", "done")
    await live.do("withdraw", "applicant", "ended", reason="公积金自己去办")
    await live.stage_is("ended", "withdrawn")
    await standing(live, "ended", "housing", "withdrawn")
    page = text_of(await (await live.pages("applicant")).get(f"/cases/{live.number('ended')}"))
    assert "不再跟进各事项" in page
    assert "领取执照后办理" not in page


async def test_the_form_asks_for_the_parts_on_a_page_of_its_own(live: Live) -> None:
    made = await live.cast.ask(
        "applicant", "POST", "/api/v1/applications", json={"procedure": ONESTOP}
    )
    browser = await live.pages("applicant")
    path = f"/applications/{made['id']}/sections/parts"
    page = await browser.get(path)
    shown = text_of(page)
    for words in ("一并办理的事项", "公安印章备案", "银行预约开户", "小规模纳税人"):
        assert words in shown
    kept = await browser.post(
        path, data=sent_form(page, path) | {"parts": ["bank", "tax"], "taxpayer": "general"}
    )
    assert kept.status_code == 303
    draft = await live.get("applicant", f"/api/v1/applications/{made['id']}")
    assert draft["form"]["parts"] == ["bank", "tax"]
    home = text_of(await browser.get("/"))
    beside = home[home.index("开办企业和登记") : home.index("办理许可")]
    assert "企业开办“一次办”" in beside


async def test_nobody_applies_for_one_part_alone_or_sees_anothers(live: Live) -> None:
    begun = await live.cast.call(
        "applicant", "POST", "/api/v1/applications", json={"procedure": "startup_part"}
    )
    assert begun.status_code == 404
    await opened(live, "private")
    for what in ("", "/related"):
        path = f"/api/v1/cases/{live.number('private')}{what}"
        assert (await live.cast.call("applicant2", "GET", path)).status_code == 404
