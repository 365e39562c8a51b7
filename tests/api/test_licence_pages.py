"""The case page of a separation of licences: each item, whether one may trade in it, and what is asked."""

import asyncio
from typing import Any

from banjian.player import desk_deeds
from banjian.player.deeds import DEEDS, Deed
from tests.api.case_stage import Live, live
from tests.api.conftest import csrf_of

assert callable(live)
# Declares the acts of departments.
assert desk_deeds
USCC = "91421303MA0BANJ05F"
NAME = "随州市曾都区青禾商贸有限公司"
SCOPE = ["广告发布", "住宿服务", "月球旅游观光服务", "食品互联网销售"]
FORM: dict[str, Any] = {
    "name": NAME,
    "uscc": USCC,
    "entity_type": "limited_company",
    "registered_on": "2026-09-18",
    "domicile": "湖北省随州市曾都区东城街道烈山大道88号1栋102室",
    "representative_name": "周晓岚",
    "representative_id": "421303198506142016",
    "business_scope": SCOPE,
}


async def opened(live: Live, case: str) -> None:
    seeded = {"enterprises": [{"uscc": USCC, "name": NAME, "business_scope": SCOPE}]}
    (await live.on.twins.post("/admin/world", json=seeded)).raise_for_status()
    await live.do("answer_after", "departments", case)
    data = {"form": FORM, "files": {}}
    await DEEDS["submit"](live.play, Deed("applicant", case, data, "license_separation"))
    await live.stage_is(case, "handling")


async def standing(live: Live, case: str, item: str, wanted: str) -> dict[str, Any]:
    """The line of the item once it stands like this."""
    for _ in range(200):
        found = await live.get("applicant", f"/api/v1/cases/{live.number(case)}/related")
        line = next(x for x in found["licences"] if x["item"] == item)
        if line["standing"] == wanted:
            return dict(line)
        await asyncio.sleep(0.05)
    raise AssertionError(f"{item} stands {line['standing']}")


async def test_the_page_says_what_may_be_traded_now_and_asks_what_it_must(live: Live) -> None:
    await opened(live, "hotel")
    number = live.number("hotel")
    free = await standing(live, "hotel", "advertising_registration", "notified")
    assert free["may_trade"]
    assert free["doubts"], "what is unverified stays 待核"
    asked = await standing(live, "hotel", "fire_check", "asked")
    assert not asked["may_trade"]
    assert asked["case_number"] is None
    browser = await live.pages("applicant")
    page = await browser.get(f"/cases/{number}")
    assert page.status_code == 200
    for words in (
        "什么时候可以经营",
        "可以经营吗",
        "广告发布登记",
        "待核",
        "月球旅游观光服务",
        "是否有这种情形",
    ):
        assert words in page.text
    empty = await browser.post(
        f"/cases/{number}/licence-conditions", data={"csrf_token": csrf_of(page)}
    )
    assert empty.status_code == 422
    assert "请至少回答一项" in empty.text
    answer = {"csrf_token": csrf_of(page), "token": "t1", "fire_check": "yes"}
    answered = await browser.post(f"/cases/{number}/licence-conditions", data=answer)
    assert answered.status_code == 303, answer
    line = await standing(live, "hotel", "fire_check", "handling")
    assert line["case_number"]
    child = await browser.get(f"/cases/{line['case_number']}")
    assert child.status_code == 200
    assert "关联办件" in child.text
    english = await (await live.pages("applicant", "en")).get(f"/cases/{number}")
    assert "Trade now?" in english.text


async def test_the_page_says_whose_turn_it_is_and_for_what(live: Live) -> None:
    """Conditions wait for the applicant, a term that nobody knows for an officer; departments work on beside them."""
    await opened(live, "turns")
    number = live.number("turns")
    await standing(live, "turns", "fire_check", "asked")

    def of_case(found: dict[str, Any]) -> dict[str, Any] | None:
        return next((t for t in found["items"] if t["number"] == number), None)

    task = of_case(await live.cast.until("reviewer", "/api/v1/tasks", of_case))
    assert task
    await standing(live, "turns", "food_operation", "to_apply")
    own = await (await live.pages("applicant")).get(f"/cases/{number}")
    assert "申请已经为您准备好" in own.text
    mine = (await live.get("applicant", f"/api/v1/cases/{number}"))["waiting_for"]
    assert (mine["holder"], mine["mine"]) == ("you", True)
    assert mine["todo"] == "回答 2 项许可是否涉及"
    theirs = (await live.get("reviewer", f"/api/v1/cases/{number}"))["waiting_for"]
    assert (theirs["holder"], theirs["todo"]) == ("staff", "确认经营范围表述")
    desk = await live.pages("reviewer")
    assert "申请已经为您准备好" not in (await desk.get(f"/cases/{number}")).text
    page = await desk.get(f"/desk/tasks/{task['task_id']}")
    assert "兽药经营许可" not in page.text, "who has not claimed it reads no list of boxes"
    for words in ("月球旅游观光服务", "不在经营范围表述目录中"):
        assert words in page.text, words
    claim = {"csrf_token": csrf_of(page), "task": f"{task['task_id']}/0"}
    assert (await desk.post("/desk/claim", data=claim)).status_code == 303
    page = await desk.get(f"/desk/tasks/{task['task_id']}")
    # The items by their names, with a box each.
    assert 'name="items" value="hr_service"' in page.text
    assert "人力资源服务许可（职业中介）" in page.text
    answers = {
        "csrf_token": csrf_of(page),
        "token": "t2",
        "version": "1",
        "do": "submit",
        "items": "hr_service",
        "basis": "电话询问有关部门确认",
    }
    told = await desk.post(f"/desk/tasks/{task['task_id']}", data=answers)
    assert told.status_code == 303, told.text
    line = await standing(live, "turns", "hr_service", "handling")
    assert line["terms"] == ["月球旅游观光服务"]


async def test_related_cases_are_nobody_elses(live: Live) -> None:
    await opened(live, "private")
    number = live.number("private")
    line = await standing(live, "private", "public_place_hygiene", "handling")
    for path in (f"/api/v1/cases/{number}/related", f"/api/v1/cases/{line['case_number']}"):
        answer = await live.cast.call("applicant2", "GET", path)
        assert answer.status_code == 404


async def test_nobody_applies_for_one_item_alone(live: Live) -> None:
    items = await live.get("applicant", "/api/v1/items")
    codes = {row["code"] if "code" in row else row["procedure"] for row in items["items"]}
    assert "license_separation" in codes
    assert not codes & {"licence_filing", "licence_commitment", "licence_application"}
    begun = await live.cast.call(
        "applicant", "POST", "/api/v1/applications", json={"procedure": "licence_filing"}
    )
    assert begun.status_code == 404
