"""Leaving the market as people see it, without script: all grounds at once, the progress by number and code, a compulsory
deregistration from its opening to the check of the void licence; English at 320 px, axe on each page."""

from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect
from sqlalchemy import text

from banjian.player import deregistration_deeds, licence_deeds
from banjian.player.deeds import DEEDS, Deed
from tests.api.case_stage import Live, live
from tests.api.test_notices import CODED, LICENCE
from tests.browser.conftest import Look, reading
from tests.browser.steps import NO_INTEREST, decide, goes, open_task, sign_in
from tests.browser.test_simple_deregistration import FIRM, FORM, NAME

__all__ = ["live"]
assert deregistration_deeds
assert licence_deeds
NARROW = {"width": 320, "height": 720}
DORMANT, DORMANT_NAME = "91421303MA49B7H34Q", "随州市曾都区阿不都热依木·买买提清真食品有限公司"


async def narrow_english(page: Page) -> None:
    await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    await page.get_by_role("link", name="English").click()


@pytest.mark.timeout(240)
async def test_all_grounds_are_told_at_once_and_the_progress_is_masked(
    chromium: Browser, live: Live, look: Look
) -> None:
    case = "barred"
    stands: dict[str, Any] = {
        "investors": ["周晓岚", "李国栋"],
        "penalties": ["曾市监处罚〔2026〕118号"],
    }
    lists = [{"list": "abnormal", "ground": "unreachable", "since": "2026-05-06"}]
    firm = {**FIRM, "standings": stands, "lists": lists}
    freeze = {
        "number": "（2026）鄂1303执保55号",
        "uscc": FIRM["uscc"],
        "kind": "freeze",
        "court": "随州市曾都区人民法院",
        "investor": "李国栋",
        "since": "2026-05-06",
    }
    await DEEDS["register_changes"](live.play, Deed("market", case, {"enterprises": [firm]}))
    await DEEDS["register_changes"](live.play, Deed("court", case, {"court_matters": [freeze]}))
    deed = Deed("applicant", case, {"form": FORM}, "simple_deregistration")
    await DEEDS["submit"](live.play, deed)
    await live.stage_is(case, "refused")
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await sign_in(page, "applicant", live.passwords["applicant"])
        await page.goto(f"/cases/{live.number(case)}")
        for told in (
            "经营异常名录",
            "随州市曾都区人民法院",
            "处罚",
            "没有全体投资人书面承诺",
            "2026年5月6日列入",
        ):
            await expect(page.locator("main")).to_contain_text(told)
        await look(page, "leaving-barred")
        await narrow_english(page)
        await look(page, "leaving-barred-320-en")
        await page.goto(f"/applications/{live.ident(case)}/receipt")
        code = await page.locator(".receipt-no").nth(1).inner_text()
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await page.goto("/progress")
        await page.get_by_label("办件编号").fill(live.number(case))
        await page.get_by_label("查询码").fill("AAAA-AAAA")
        await page.get_by_role("button", name="查询进度").click()
        await look(page, "progress-wrong")
        await page.get_by_label("查询码").fill(code)
        await page.get_by_role("button", name="查询进度").click()
        await expect(page.locator("h1")).not_to_have_text(NAME)
        await look(page, "progress")
        await narrow_english(page)
        await look(page, "progress-320-en")


# Ninety days of notice pass in it.
@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_a_dormant_company_is_ended_and_its_licence_is_void(
    chromium: Browser, live: Live, look: Look
) -> None:
    gone = {"uscc": DORMANT, "name": DORMANT_NAME, "status": "revoked", "ended_on": "2023-05-08"}
    await live.do("register_changes", "market", "case", enterprises=[gone])
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await sign_in(page, "reviewer", live.passwords["reviewer"])
        await page.get_by_role("link", name="依职权立项").click()
        await goes(page, "强制注销", exact=False)
        await page.get_by_label("统一社会信用代码").fill(DORMANT)
        await page.get_by_label("公司名称").fill(DORMANT_NAME)
        await page.get_by_role("radio", name="被吊销营业执照").check()
        await page.get_by_label("被吊销、责令关闭或者撤销的日期").fill("2024-05-08")
        await page.get_by_label("事实和理由").fill("被吊销营业执照满三年未申请注销登记")
        await page.get_by_role("button", name="立项").click()
        await expect(page.get_by_role("alert")).to_contain_text("第二百四十一条")
        await look(page, "compulsory-too-early")
        await page.get_by_label("被吊销、责令关闭或者撤销的日期").fill("2023-05-08")
        await page.get_by_role("button", name="立项").click()
        await expect(page.locator("h1")).to_have_text(DORMANT_NAME)
        number = (await page.locator(".page-head .no").first.inner_text()).strip()
        await live.cast.until("reviewer", "/api/v1/notices", lambda found: found["items"])
        await page.goto(f"/cases/{number}")
        await look(page, "compulsory-running")
        await goes(page, "强制注销", exact=False)
        await look(page, "compulsory-notice")
    [[ends_at]] = await live.rows("SELECT max(ends_at) FROM public_notices")
    await live.advance(ends_at.isoformat())
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await sign_in(page, "registry_head", live.passwords["registry_head"])
        await open_task(page, number)
        await look(page, "compulsory-decision")
        await page.get_by_role("radio", name="强制注销").first.check()
        await page.get_by_label(NO_INTEREST).check()
        await decide(page)
    await live.cast.until(
        "reviewer", f"/api/v1/cases/{number}", lambda c: c["stage"] == "deregistered"
    )
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await sign_in(page, "reviewer", live.passwords["reviewer"])
        await page.goto(f"/cases/{number}")
        asked = page.locator("#restoration")
        await asked.get_by_label("申请人").fill("周晓岚")
        await asked.get_by_label("收到申请日期").fill("2026-12-25")
        await asked.get_by_role("button").click()
        # What was filled in stays, what is missing is said beside its field.
        await expect(asked.get_by_label("申请人")).to_have_value("周晓岚")
        await expect(page.get_by_role("alert").get_by_role("link")).to_have_count(1)
        await look(page, "compulsory-restoration")
        await narrow_english(page)
        await look(page, "compulsory-restoration-320-en")
    other = await live.open()
    await live.shown(other)
    async with live.on.core.engine.begin() as connection:
        await connection.execute(text(LICENCE), {"c": live.ident(other)})
        code = f'{{"uscc": "{DORMANT}"}}'
        await connection.execute(text(CODED), {"c": live.ident(other), "n": code})
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await page.goto("/verify?no=SCZ-1")
        await expect(page.locator("main")).to_contain_text("已注销")
        await look(page, "verify-void")
        await narrow_english(page)
        await look(page, "verify-void-320-en")
