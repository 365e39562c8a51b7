"""The hazard board, the overview, the register and one device's life: over REST and as pages, for officers of the office."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
import pytest_asyncio

from api.views.equipment_shapes import (
    DeviceAnswer,
    DeviceList,
    DutyList,
    EquipmentOverview,
    HazardList,
)
from banjian.player import bureau
from banjian.player.cast import Cast
from banjian.player.deeds import Play
from banjian.player.stage import stage
from tests.api.case_stage import RING, Live
from tests.api.test_due_dates import bare_dates
from tests.api.test_tasks_pages import soup
from tests.equipment_rows import NAME, UNIT, put_device
from tests.equipment_world import (
    FRESH,
    GENERAL,
    NOWHERE,
    STARTS,
    STOPPED,
    hazards,
    register,
)

HAZARDS, OVERVIEW = "/api/v1/hazards", "/api/v1/equipment/overview"
DEVICES, DUTIES = "/api/v1/equipment/devices", "/api/v1/equipment/duties"
PAGES = (
    "/desk/hazards",
    "/desk/equipment",
    "/desk/equipment/devices",
    "/desk/equipment/duties",
    "/desk/equipment/duties/done",
    "/desk/equipment/accidents",
    f"/desk/equipment/devices/{STOPPED}",
    f"/desk/equipment/units/{UNIT}",
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def live(module_database: str) -> AsyncIterator[Live]:
    async with stage(module_database, starts=STARTS) as on:
        passwords = await bureau.seed(on.core.engine, RING)
        world = Live(on, Play(Cast(on.http, passwords), on.twins), passwords)
        await register(world)
        await hazards(world)
        yield world


async def hazards_of(live: Live, query: str = "") -> list[dict[str, Any]]:
    found = await live.get("inspector", f"{HAZARDS}?limit=100{query}")
    HazardList.model_validate(found)
    items: list[dict[str, Any]] = found["items"]
    return items


async def test_the_board_says_stage_term_measures_and_holder(live: Live) -> None:
    items = {item["device"]: item for item in await hazards_of(live)}
    assert set(items) == {STOPPED, GENERAL, FRESH, NOWHERE}
    stopped = items[STOPPED]
    assert (stopped["unit"], stopped["place"], stopped["grade"]) == (NAME, "烈山大道1号", "serious")
    assert (stopped["stage"], stopped["column"], stopped["days_open"]) == (
        "rectifying",
        "rectifying",
        0,
    )
    clock = stopped["clock"]
    # 15 days from Monday 09-21 end on Tuesday 10-06, a holiday: the first day that works is 10-08.
    assert (clock["clock_id"], clock["legal_end"]) == ("Q06", "2026-10-08")
    assert clock["due_page_url"] == f"/cases/{stopped['number']}/clocks/Q06-1"
    measures = {m["text"]: m for m in stopped["measures"]}
    assert set(measures) == {"已责令停止使用", "已查封、扣押"}
    assert measures["已查封、扣押"]["legal_end"] == "2026-10-21"
    assert measures["已查封、扣押"]["in_force"]
    assert stopped["holder"] == "执法人员（待领取）"
    assert items[GENERAL]["clock"]["clock_id"] == "Q07"
    assert items[GENERAL]["measures"] == []
    assert items[FRESH]["column"] == "instructing"
    assert (items[NOWHERE]["place"], items[NOWHERE]["grade"]) == (None, None)
    counts = (await live.get("inspector", HAZARDS))["counts"]
    assert counts["total"] == 4
    assert {s["value"]: s["count"] for s in counts["stages"] if s["count"]} == {
        "inspected": 1,
        "instructing": 1,
        "rectifying": 1,
        "recheck": 1,
    }


@pytest.mark.parametrize(
    ("query", "devices"),
    [
        ("&grade=serious", {STOPPED, FRESH}),
        ("&grade=none", {NOWHERE}),
        ("&stage=recheck", {GENERAL}),
        ("&age=0-7", {STOPPED, GENERAL, FRESH, NOWHERE}),
        ("&age=91-", set()),
        ("&q=红光", {STOPPED, GENERAL, FRESH, NOWHERE}),
        (f"&q={NOWHERE[:18].lower()}", {NOWHERE}),
        (f"&q={UNIT}", {STOPPED, GENERAL, FRESH, NOWHERE}),
        ("&q=别的单位", set()),
    ],
)
async def test_filters_narrow_the_board(live: Live, query: str, devices: set[str]) -> None:
    assert {item["device"] for item in await hazards_of(live, query)} == devices


@pytest.mark.parametrize("sort", ["age", "due"])
async def test_pages_of_the_board_follow_each_other(live: Live, sort: str) -> None:
    seen, path = [], f"{HAZARDS}?limit=1&sort={sort}"
    answer = await live.cast.call("inspector", "GET", path)
    while True:
        page = answer.json()
        seen += [item["number"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        assert 'rel="next"' in answer.headers["link"]
        answer = await live.cast.call("inspector", "GET", f"{path}&cursor={page['next_cursor']}")
    assert seen == [item["number"] for item in await hazards_of(live, f"&sort={sort}")]
    if sort == "due":
        ends = [i["clock"]["legal_end"] for i in await hazards_of(live, "&sort=due") if i["clock"]]
        assert ends == sorted(ends)


async def test_the_overview_counts_what_the_lists_show(live: Live) -> None:
    found = await live.get("section_head", OVERVIEW)
    EquipmentOverview.model_validate(found)
    assert found["as_of"] == "2026-09-21"
    assert found["devices"] == 323
    assert sum(c["devices"] for c in found["categories"]) == 323
    for standing in found["standings"]:
        listed, cursor = 0, ""
        while cursor is not None:
            query = f"{DEVICES}?standing={standing['value']}&limit=100"
            page = await live.get("section_head", query + (f"&cursor={cursor}" if cursor else ""))
            DeviceList.model_validate(page)
            listed += len(page["items"])
            cursor = page["next_cursor"]
        assert listed == standing["count"]
    for change in found["changes_this_month"]:
        page = await live.get("section_head", f"{DEVICES}?changed={change['value']}&limit=100")
        assert len(page["items"]) == change["count"]
    assert found["changes_this_month"][0]["count"] == 21, "those of the first 21 days of the month"
    assert len(found["due_by_month"]) == 12
    assert found["due_by_month"][0]["month"] == "2026-09"
    month = found["due_by_month"][1]
    page = await live.get("section_head", f"{DEVICES}?due={month['month']}&limit=100")
    assert len(page["items"]) == month["devices"] > 10
    days = [item["inspection_due_on"] for item in page["items"]]
    assert days == sorted(days)
    fresh = found["fresh"]
    stale = await live.get("section_head", f"{OVERVIEW}?days=366")
    assert 0 < fresh["devices"] < fresh["of"] == stale["fresh"]["devices"]
    assert found["overdue"][0]["code"] == STOPPED
    for duty in found["duties"]:
        assert duty["current"] + duty["due"] + duty["overdue"] == 40
        page = await live.get(
            "section_head", f"{DUTIES}?duty={duty['duty']}&standing=overdue&limit=100"
        )
        DutyList.model_validate(page)
        assert len(page["items"]) == duty["overdue"] > 0
    assert found["open_hazards"]["total"] == 4
    accidents = {(a["stage"], a["class"]): a["count"] for a in found["accidents_this_year"]}
    assert accidents == {
        ("handed_over", "general"): 1,
        ("handed_over", "larger"): 1,
        ("archived", None): 1,
    }


async def test_behind_a_figure_are_its_cases(live: Live) -> None:
    client = await live.pages("section_head")
    path = "/desk/equipment/accidents"
    for query, numbers in (
        ("", ["accident-0", "accident-1", "accident-2"]),
        ("?stage=handed_over", ["accident-0", "accident-1"]),
        ("?stage=handed_over&class=larger", ["accident-1"]),
        ("?class=none", ["accident-2"]),
        ("?class=major", []),
    ):
        page = soup(await client.get(path + query))
        assert [th.text for th in page.select("tbody th")] == numbers
    done = soup(await client.get("/desk/equipment/duties/done?duty=se_emergency_drill"))
    assert done.select("tbody th") == []
    assert "今年已履行：应急演练" in done.text
    assert (await client.get("/desk/equipment/duties/done?duty=seizure")).status_code == 422


async def test_one_device_with_its_whole_life(live: Live) -> None:
    found = await live.get("inspector", f"{DEVICES}/{STOPPED}")
    DeviceAnswer.model_validate(found)
    assert found["usable_today"] == "no"
    told = " ".join(r["text"] for r in found["reasons"])
    for words in ("检验有效期已于2026年8月30日", "已责令停止使用", "已被查封、扣押"):
        assert words in told
    kinds = {h["kind"] for h in found["life"]}
    assert kinds == {"registration", "inspection", "hazard", "seizure", "accident"}
    terms = [(h["from"], h["to"]) for h in found["life"] if h["text"].startswith("检验有效期")]
    assert terms == [("2025-08-30", "2026-08-30"), ("2024-09-01", "2025-09-01")]
    days = [h["from"] for h in found["life"]]
    assert days == sorted(days, reverse=True)
    fine = await live.get("inspector", f"{DEVICES}/{GENERAL}")
    assert (fine["usable_today"], fine["inspection_due_on"]) == ("yes", "2027-04-09")
    assert fine["terms"] == [
        {
            "duty": "se_periodic_inspection",
            "duty_name": "定期检验",
            "since": "2026-04-09",
            "due_on": "2027-04-09",
            "clock_id": "O01",
        }
    ]


async def test_pages_say_it_in_words_and_link_every_date(live: Live) -> None:
    client = await live.pages("inspector")
    shown = {path: soup(await client.get(path)) for path in PAGES}
    board = shown["/desk/hazards"]
    lane = board.select_one("section[aria-labelledby=lane-rectifying]")
    assert lane is not None
    for words in (NAME, "严重事故隐患", "立件 0 天", "已责令停止使用", "已查封、扣押", "执法人员"):
        assert words in lane.text
    bare, every = bare_dates(board, date(2026, 10, 8))
    assert (bare, every > 0) == ([], True)
    device = shown[f"/desk/equipment/devices/{STOPPED}"]
    assert "今天不得使用" in device.text
    assert device.select_one("#why table.trace") is not None
    assert len(device.select("ol.timeline > li")) == len(
        (await live.get("inspector", f"{DEVICES}/{STOPPED}"))["life"]
    )
    overview = shown["/desk/equipment"]
    assert len(overview.select("svg.chart")) == 3
    assert overview.find("a", href="/desk/equipment/devices?standing=overdue") is not None
    hrefs = {str(a["href"]) for a in overview.select("main a[href^='/']")}
    for href in sorted(hrefs):
        assert (await client.get(href)).status_code == 200, href
    unit = shown[f"/desk/equipment/units/{UNIT}"]
    assert "正在整治的隐患" in unit.text
    links = [a["href"] for a in board.select("header a")]
    assert {"/desk/hazards", "/desk/equipment"} <= set(links)
    english = await live.pages("inspector", "en")
    for path in PAGES:
        answer = await english.get(path)
        assert answer.status_code == 200
    assert "Must not be used today" in (await english.get(PAGES[6])).text


async def test_a_device_that_is_not_there_says_what_to_do(live: Live) -> None:
    client = await live.pages("inspector")
    for path, words in (
        (f"/desk/equipment/devices/{NOWHERE}", "新装的设备先办理使用登记"),
        ("/desk/equipment/units/91421303MA9999999X", "请核对代码"),
    ):
        answer = await client.get(path)
        assert answer.status_code == 404
        assert words in answer.text
    refused = await live.cast.call("inspector", "GET", f"{DEVICES}/{NOWHERE}")
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")


async def test_another_offices_device_is_none_of_ours(live: Live) -> None:
    async with live.on.core.engine.begin() as connection:
        await put_device(connection, "31104213002026000009", office="421300")
    refused = await live.cast.call("inspector", "GET", f"{DEVICES}/31104213002026000009")
    assert refused.status_code == 404
    listed = await live.get("inspector", f"{DEVICES}?q=3110421300")
    assert listed["items"] == []


@pytest.mark.parametrize(
    ("who", "status"), [("applicant", 404), ("acceptor", 200), ("bureau_head", 200), ("admin", 200)]
)
async def test_only_officers_see_it(live: Live, who: str, status: int) -> None:
    client = await live.pages(who)
    for path in PAGES:
        assert (await client.get(path)).status_code == status
    for path in (HAZARDS, OVERVIEW, DEVICES, DUTIES):
        answer = await live.cast.call(who, "GET", path)
        assert answer.status_code == (200 if status == 200 else 403)
    # What is named by its code is, for strangers, not there.
    answer = await live.cast.call(who, "GET", f"{DEVICES}/{STOPPED}")
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        (f"{HAZARDS}?cursor=x", "cursor"),
        (f"{HAZARDS}?cursor=WyIyMDI2LTA5LTAxVDAwOjAwOjAwKzAwOjAwIiwgImEiXQ", "cursor"),
        (f"{HAZARDS}?grade=worst", "grade"),
        (f"{DEVICES}?cursor=x", "cursor"),
        (f"{DEVICES}?cursor=WyJhIiwgIjIwMjYtMDktMDEiXQ", "cursor"),
        (f"{DEVICES}?due=2026-13", "due"),
        (f"{DEVICES}?due=1026-01", "due"),
        (f"{DEVICES}?days=0", "days"),
        (f"{DUTIES}?cursor=WyJhIiwgIjIwMjYtMDktMDEiXQ", "cursor"),
    ],
)
async def test_what_cannot_be_is_refused(live: Live, path: str, parameter: str) -> None:
    refused = await live.cast.call("inspector", "GET", path)
    assert refused.status_code == 422
    assert parameter in str(refused.json()["errors"])


async def test_what_nobody_knows_is_refused(live: Live) -> None:
    for path in (HAZARDS, OVERVIEW, DEVICES, DUTIES):
        refused = await live.cast.call("inspector", "GET", f"{path}?colour=red")
        assert (refused.status_code, refused.json()["code"]) == (400, "unknown_query_parameter")


async def test_a_case_says_which_device_it_is_about(live: Live) -> None:
    shown = await live.shown(STOPPED, "inspector")
    assert shown["numbers"]["device"] == STOPPED
    client = await live.pages("inspector")
    page = soup(await client.get(f"/cases/{live.number(STOPPED)}"))
    assert "设备代码" in page.text
