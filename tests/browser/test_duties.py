"""Inspections that come near their end, lapse, and are put right, in a real browser, axe on each page."""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from banjian.player import bureau, duty_deeds
from banjian.player.cast import Cast
from banjian.player.deeds import DEEDS, Deed, Play
from banjian.player.stage import stage
from tests.api.case_stage import RING, Live
from tests.browser.conftest import Look, reading
from tests.browser.steps import sign_in

assert duty_deeds
STARTS = datetime.fromisoformat("2026-09-15T08:30:00+08:00")
NARROW = {"width": 320, "height": 720}
WIDE = {"width": 1280, "height": 900}
CODE, NAME, DEVICE = "91421303MA0QH1006C", "随州市曾都区红光商贸有限公司", "31104213032026000061"


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
            "registration_number": "梯11鄂S00061(25)",
            "inspection_valid_until": "2026-10-31",
        }
        await on.twins.post("/admin/world", json={"devices": [device]})
        yield Live(on, Play(Cast(on.http, passwords), on.twins), passwords)


@pytest.mark.timeout(240)
async def test_an_inspection_lapses_and_is_put_right(
    chromium: Browser, bureau_at_work: Live, look: Look
) -> None:
    live = bureau_at_work
    device = {
        "code": DEVICE,
        "kind": "3110",
        "uscc": CODE,
        "unit": NAME,
        "place": "烈山大道1号",
        "registration_number": "梯11鄂S00061(25)",
        "inspected_on": "2025-11-01",
        "inspection_valid_until": "2026-10-31",
    }
    await live.do("enter_devices", "section_head", "", devices=[device])
    await live.on.turns.open_duties()
    await DEEDS["name_duty"](
        live.play, Deed("inspector", "lift", {"subject": DEVICE}, "se_periodic_inspection")
    )
    number = live.number("lift")
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        await sign_in(page, "inspector", live.passwords["inspector"])
        await page.goto(f"/cases/{number}")
        await expect(page.locator("h1")).to_have_text(NAME)
        await look(page, "duty-due-320")
        await page.get_by_role("link", name="English").click()
        await look(page, "duty-due-320-en")
        await page.get_by_role("link", name="中文").click()
        # One month before the end it is to be asked for: one click from the date to its reasons.
        await expect(page.locator("main")).to_contain_text("特种设备定期检验：提出申请")
        await page.locator("#duty-fulfilment").get_by_role("button", name="登记履行情况").click()
        await expect(page.get_by_role("alert")).to_be_visible()
        await look(page, "duty-refused-320")
        await live.advance("2026-11-01T00:00:00+08:00")
        # Weeks later the sign-in has lapsed.
        await sign_in(page, "inspector", live.passwords["inspector"])
        await page.goto(f"/cases/{number}")
        await expect(page.locator("main")).to_contain_text("逾期没有履行")
        await expect(page.locator("main")).to_contain_text("特种设备停止使用告知书")
        await look(page, "duty-overdue-320")
        await page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        await look(page, "duty-overdue")
        await page.get_by_role("link", name="English").click()
        await look(page, "duty-overdue-en")
