"""A year's calendar in a real browser: uploaded, refused, previewed, approved; without script, in both languages."""

import json
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, expect

from law import calendars as law
from tests.browser.conftest import Look, reading
from tests.browser.steps import sign_in
from tests.law.notice import notice
from tests.security import ground as grounds
from tests.security.ground import Ground

NARROW = {"width": 320, "height": 720}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ground(module_database: str) -> AsyncIterator[Ground]:
    async with grounds.ground(module_database) as made:
        yield made
    law.forget_published()


def file(content: object) -> dict[str, object]:
    return {
        "name": "2027.json",
        "mimeType": "application/json",
        "buffer": json.dumps(content).encode(),
    }


async def test_a_year_is_uploaded_and_approved(
    chromium: Browser, ground: Ground, look: Look
) -> None:
    async with reading(chromium, ground.on.api_url, javascript=False) as page:
        await sign_in(page, "admin", ground.passwords["admin"])
        await page.get_by_role("link", name="节假日安排").click()
        await look(page, "calendars")
        await page.get_by_label("年份").fill("2027")
        await page.get_by_label("文件").set_input_files(file(notice(papers=[])))  # type: ignore[arg-type]
        await page.get_by_role("button", name="上传并试算").click()
        await expect(page.locator("main")).to_contain_text("没有来源")
        await look(page, "calendars-refused")
        await page.get_by_label("年份").fill("2027")
        await page.get_by_label("文件").set_input_files(file(notice()))  # type: ignore[arg-type]
        await page.get_by_role("button", name="上传并试算").click()
        await expect(page.locator("main")).to_contain_text("由您提出", timeout=30_000)
        await look(page, "calendar-previewed")
        place = page.url
    async with reading(chromium, ground.on.api_url, javascript=False) as page:
        await sign_in(page, "registry_head", ground.passwords["registry_head"])
        await page.goto(place)
        await page.get_by_role("button", name="批准", exact=True).click()
        await expect(page.locator("main")).to_contain_text("正在重新计算", timeout=30_000)
        await page.goto(place + "?refresh=off")
        await look(page, "calendar-applying")
        await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        await look(page, "calendar-320")
        await page.get_by_role("link", name="English").click()
        await expect(page.locator("main")).to_contain_text("Progress")
        await look(page, "calendar-320-en")
