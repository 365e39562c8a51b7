"""The case inspector in a real browser: without script, in both languages, on the narrowest phone; axe on each."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.conftest import Look, reading
from tests.browser.steps import sign_in
from tests.security import ground as grounds
from tests.security.ground import Ground

NARROW = {"width": 320, "height": 720}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ground(module_database: str) -> AsyncIterator[Ground]:
    async with grounds.ground(module_database) as made:
        yield made


@asynccontextmanager
async def failing_call(ground: Ground) -> AsyncIterator[str]:
    """The number of a case whose register is down, between two attempts."""
    case = await ground.accepted()
    await ground.do("fault", "identity", case, kind="down")
    try:
        await ground.complete("reviewer", case, finding="conforms", no_interest=True)
        path = f"/api/v1/admin/cases/{ground.number(case)}/history"
        await ground.cast.until("admin", path, lambda h: "自动重试" in h["why_waiting"])
        yield ground.number(case)
    finally:
        await ground.do("fault", "identity", case, clear=True)


async def test_an_administrator_reads_why_a_case_waits(
    chromium: Browser, ground: Ground, look: Look
) -> None:
    async with (
        failing_call(ground) as number,
        reading(chromium, ground.on.api_url, javascript=False) as page,
    ):
        await sign_in(page, "admin", ground.passwords["admin"])
        await page.get_by_role("link", name="办件检查").click()
        await page.get_by_role("link", name=number).click()
        await expect(page.locator("main")).to_contain_text("为什么在等：等实名认证系统")
        await expect(page.locator("main")).to_contain_text("打开的计时器")
        await look(page, "inspector")
        opened = page.locator("#engine details").first
        await opened.locator("summary").click()
        await expect(opened.locator("pre").first).to_be_visible()
        await look(page, "inspector-opened")
        await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        await look(page, "inspector-320")
        await page.get_by_role("link", name="English").click()
        await expect(page.locator("main")).to_contain_text("Why it waits")
        await look(page, "inspector-320-en")
        await page.set_viewport_size({"width": 1280, "height": 900})
        await look(page, "inspector-en")
