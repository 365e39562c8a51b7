"""The hazard board, the equipment overview, the register and one device's life in a real browser: two languages, three widths."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from banjian.player import bureau
from banjian.player.cast import Cast
from banjian.player.deeds import Play
from banjian.player.stage import stage
from tests.api.case_stage import RING, Live
from tests.browser.conftest import Look, reading
from tests.browser.steps import sign_in
from tests.equipment_rows import UNIT
from tests.equipment_world import GENERAL, NOWHERE, STARTS, STOPPED, hazards, register

STICKING_OUT = """() => [...document.querySelectorAll(".lanes > section, .lane-card, .kpis > *")]
  .filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent.slice(0, 60))"""
WIDTHS = {320: 720, 360: 780, 1280: 900}
PAGES = {
    "hazards": "/desk/hazards",
    "hazards-recheck": "/desk/hazards?stage=recheck&sort=due",
    "hazards-none": "/desk/hazards?age=91-",
    "equipment": "/desk/equipment",
    "devices": "/desk/equipment/devices",
    "devices-overdue": "/desk/equipment/devices?standing=overdue",
    "devices-none": "/desk/equipment/devices?q=没有这样的单位",
    "duties": "/desk/equipment/duties",
    "accidents": "/desk/equipment/accidents",
    "device": f"/desk/equipment/devices/{STOPPED}",
    "device-fine": f"/desk/equipment/devices/{GENERAL}",
    "device-missing": f"/desk/equipment/devices/{NOWHERE}",
    "unit": f"/desk/equipment/units/{UNIT}",
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def watched(module_database: str) -> AsyncIterator[Live]:
    async with stage(module_database, starts=STARTS) as on:
        passwords = await bureau.seed(on.core.engine, RING)
        live = Live(on, Play(Cast(on.http, passwords), on.twins), passwords)
        await register(live)
        await hazards(live)
        yield live


@pytest.mark.timeout(240)
@pytest.mark.parametrize("width", [320, pytest.param(360, marks=pytest.mark.slow), 1280])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_every_page_reads_at_every_width(
    watched: Live, chromium: Browser, look: Look, language: str, width: int
) -> None:
    async with reading(chromium, watched.on.api_url, javascript=False) as page:
        await page.set_viewport_size({"width": width, "height": WIDTHS[width]})
        await sign_in(page, "inspector", watched.passwords["inspector"])
        if language == "en":
            await page.get_by_role("link", name="English").click()
        for name, path in PAGES.items():
            await page.goto(path)
            await look(page, f"{name}-{width}-{language}")
            assert await page.evaluate(STICKING_OUT) == []


async def test_from_a_number_to_the_device_and_to_the_reason_of_its_day(
    watched: Live, chromium: Browser
) -> None:
    async with reading(chromium, watched.on.api_url, javascript=False) as page:
        await sign_in(page, "section_head", watched.passwords["section_head"])
        await page.get_by_role("link", name="特种设备", exact=True).click()
        await page.locator(".kpis").get_by_role("link", name="检验已过期").click()
        await expect(page.locator("h1")).to_have_text("设备台账")
        # The longest overdue stands first; its day leads to the reason.
        await page.locator("tbody tr").first.locator("a.due").click()
        await expect(page.locator("#why table.trace")).to_be_attached()
        assert page.url.endswith(f"/{STOPPED}#why")
        await expect(page.locator("main")).to_contain_text("今天不得使用")
        await page.locator("main").get_by_role("link", name="随州市曾都区红光商贸有限公司").click()
        await expect(page.locator("h1")).to_have_text("随州市曾都区红光商贸有限公司")
        await page.get_by_role("link", name="隐患看板").click()
        await page.get_by_label("等级").select_option("serious")
        await page.get_by_role("button", name="筛选").click()
        await expect(page.locator(".lane-card")).to_have_count(2)
