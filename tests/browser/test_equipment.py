"""Inspectors at work with a telephone: a hazard is opened, inspected and instructed, in a real browser, axe on each page."""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from banjian.player import bureau
from banjian.player.cast import Cast
from banjian.player.deeds import Play
from banjian.player.stage import stage
from tests.api.case_stage import RING, Live
from tests.browser.conftest import Look, reading
from tests.browser.steps import sign_in

STARTS = datetime.fromisoformat("2026-10-03T15:30:00+08:00")
PHONE = {"width": 360, "height": 780}
NARROW = {"width": 320, "height": 720}
CODE, NAME, DEVICE = "91421303MA0QH1006C", "随州市曾都区红光商贸有限公司", "31104213032026000001"


@pytest_asyncio.fixture(loop_scope="session")
async def bureau_at_work(fresh_database: str) -> AsyncIterator[Live]:
    async with stage(fresh_database, starts=STARTS) as on:
        passwords = await bureau.seed(on.core.engine, RING)
        device = {
            "code": DEVICE,
            "kind": "3110",
            "uscc": CODE,
            "unit": NAME,
            "place": "烈山大道1号",
            "inspection_valid_until": "2026-08-31",
        }
        await on.twins.post("/admin/world", json={"devices": [device]})
        yield Live(on, Play(Cast(on.http, passwords), on.twins), passwords)


async def opened(page: Page, look: Look) -> str:
    """The number of the hazard's case."""
    await page.goto("/desk/open")
    await page.locator("main").get_by_role("link", name="特种设备隐患整治").click()
    await page.get_by_label("设备代码").fill("3110-1")
    await page.get_by_role("button", name="立项").click()
    await expect(page.get_by_role("alert")).to_contain_text("还有内容要改正")
    await expect(page.locator("main")).to_contain_text("设备代码是17至20位字母和数字")
    await look(page, "hazard-opening-refused")
    await page.get_by_label("设备代码").fill(DEVICE)
    await page.get_by_label("使用单位统一社会信用代码").fill(CODE)
    await page.get_by_label("使用单位", exact=True).fill(NAME)
    await page.get_by_label("设备所在地点").fill("烈山大道1号")
    await page.get_by_role("radio", name="投诉举报").check()
    await page.get_by_label("发现或者收到的日期").fill("2026-10-03")
    await page.get_by_label("线索").fill("群众举报电梯异响，检验标志过期")
    await page.get_by_role("button", name="立项").click()
    await expect(page.locator("h1")).to_have_text(NAME)
    return (await page.locator(".page-head .no").first.inner_text()).strip()


@pytest.mark.timeout(240)
async def test_a_hazard_is_inspected_by_telephone(
    chromium: Browser, bureau_at_work: Live, look: Look
) -> None:
    live = bureau_at_work
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        await sign_in(page, "inspector", live.passwords["inspector"])
        number = await opened(page, look)
        await page.goto("/desk?tab=pool")
        await page.get_by_role("link", name=number).first.click()
        await expect(page.locator("main")).to_contain_text("检验有效期已于")
        await page.get_by_role("button", name="领取办理").click()
        await look(page, "inspection-task-360")
        await page.get_by_role("link", name="English").click()
        await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        await look(page, "inspection-task-320-en")
        await page.get_by_role("link", name="中文").click()
        await page.get_by_label("执法人员").fill("王海\n冯丽")
        await page.get_by_role("radio", name="已经签名").check()
        await page.get_by_label("检查时间").fill("2026-10-03T15:20")
        await page.get_by_role("checkbox", name="未经检验、超过检验有效期").check()
        await page.get_by_label("检查情况").fill("检验有效期已过，仍在载客")
        await page.get_by_role("button", name="提交", exact=False).first.click()
        # Grave, and nothing is seized: the reason is asked for, nothing that was filled in is lost.
        await expect(page.locator("main")).to_contain_text("不采取的写明理由")
        await expect(page.get_by_label("检查时间")).to_have_value("2026-10-03T15:20")
        await look(page, "inspection-refused-320")
        await page.get_by_label("不查封、扣押的理由").fill("已经断电停用，不存在继续使用的可能")
        await page.get_by_role("button", name="提交", exact=False).first.click()
        await live.cast.until(
            "inspector",
            f"/api/v1/cases/{number}",
            lambda case: case["stage"] == "instructing",
        )
        await page.goto(f"/cases/{number}")
        await expect(page.locator("main")).to_contain_text("严重事故隐患")
        # At once (及时), says the article; the hours are the bureau's.
        await expect(page.locator("main")).to_contain_text("规定为“及时”，长度由本件确定")
        await look(page, "hazard-case-320")
        await page.set_viewport_size({"width": 1280, "height": 900})
        await look(page, "hazard-case")
        for code in ("se_accident_report", "double_random_inspection", "seizure"):
            await page.goto(f"/desk/open/{code}")
            await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
            await look(page, f"open-{code}-320")
            await page.get_by_role("link", name="English").click()
            await look(page, f"open-{code}-320-en")
            await page.get_by_role("link", name="中文").click()
