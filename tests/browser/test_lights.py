"""An overrun in a real browser: the board, the date explained, the public reason, and the progress query."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from banjian.player import bureau
from banjian.player.cast import Cast
from banjian.player.deeds import Play
from banjian.player.stage import stage
from tests.api.case_stage import STARTS, Live
from tests.browser.conftest import Look, reading
from tests.browser.test_openings import READERS
from tests.browser.test_whole_job import sign_in

NARROW = {"width": 320, "height": 740}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def late(module_database: str) -> AsyncIterator[tuple[Live, str]]:
    """One case that is a working day over, and one that is nearly over."""
    async with stage(module_database, starts=STARTS) as on:
        passwords = await bureau.seed(on.core.engine)
        live = Live(on, Play(Cast(on.http, passwords), on.twins), passwords)
        case = await live.open()
        await live.advance("2026-09-28T10:00:00+08:00")
        await live.open("applicant2")
        await live.advance("2026-09-30T10:00:00+08:00")
        yield live, case


@READERS
async def test_the_board_and_the_reckoning(
    late: tuple[Live, str], chromium: Browser, look: Look, language: str, phone: bool
) -> None:
    live, case = late
    number = live.number(case)
    tag = f"-{language}{'-phone' if phone else ''}"
    async with reading(chromium, live.on.api_url, phone=phone) as page:
        if phone:
            await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        await sign_in(page, "section_head", live.passwords["section_head"])
        if language == "en":
            await page.get_by_role("link", name="English").click()
        await page.goto("/desk/board")
        await expect(page.locator("#list tbody tr")).to_have_count(2)
        await look(page, f"board{tag}")
        # One click from the date to its reasons.
        await page.locator("#list a.due").first.click()
        await expect(page.locator("table.trace")).to_be_visible()
        assert page.url.endswith(f"/cases/{number}/clocks/R01-1")
        await look(page, f"reckoning{tag}")
        await page.goto(f"/cases/{number}/clocks")
        await look(page, f"clocks{tag}")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_the_reason_is_published_and_read_without_script(
    late: tuple[Live, str], chromium: Browser, look: Look, language: str
) -> None:
    live, case = late
    number = live.number(case)
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await sign_in(page, "applicant", live.passwords["applicant"])
        await page.goto(f"/applications/{live.ident(case)}/receipt")
        code = (await page.locator(".receipt-no").nth(1).inner_text()).strip()
        await look(page, f"receipt-reckoned-{language}")
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await sign_in(page, "section_head", live.passwords["section_head"])
        await page.goto(f"/cases/{number}/clocks/R01-1")
        if language == "en":
            await page.get_by_role("link", name="English").click()
        await page.locator("#reason").fill(" ")
        await page.locator("#explain button").click()
        await expect(page.locator("[role=alert]")).to_be_visible()
        await look(page, f"overrun-wrong-{language}")
        await page.locator("#reason").fill("需要核实住所权属")
        await page.locator("#explain button").click()
        await expect(page.locator("ol.timeline")).to_contain_text("需要核实住所权属")
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await page.goto("/progress")
        if language == "en":
            await page.get_by_role("link", name="English").click()
        await page.locator("input[name=number]").fill(number)
        await page.locator("input[name=code]").fill(code)
        await page.locator("form[action='/progress'] button").click()
        await expect(page.locator("main")).to_contain_text("需要核实住所权属")
        await expect(page.locator("#why table.trace")).to_be_visible()
        await look(page, f"progress-late-{language}")
