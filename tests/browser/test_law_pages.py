"""The law on two days beside each other, with the cases that would end otherwise, in a real browser."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from banjian.player import bureau
from banjian.player.stage import Stage, instant, stage
from law import catalogue
from tests.browser.conftest import Look, reading
from tests.browser.test_whole_job import sign_in
from tests.kernel.any_clock import ROW, AnyClock
from tests.kernel.desk import APPLICANT, Desk


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def told(module_database: str) -> AsyncIterator[tuple[Stage, dict[str, str]]]:
    """A complaint under the rule of before 2026-04-15, and one under the new rule."""
    catalogue.add(ROW)
    starts = instant("2026-05-06T09:00:00+08:00")
    async with stage(module_database, starts=starts, procedures=[AnyClock]) as made:
        passwords = await bureau.seed(made.core.engine)
        desk = Desk(made)
        for trigger in ("2026-03-10T10:00:00+08:00", "2026-04-15T10:00:00+08:00"):
            case = await desk.open("any_clock")
            await case.reaches("asking")
            await case.act("start", APPLICANT, {"clock_id": "C02", "trigger": trigger})
            await case.reaches("waiting")
        yield made, passwords


@pytest.mark.parametrize(
    ("language", "phone"),
    [
        pytest.param("zh-CN", False, id="zh-CN-wide"),
        pytest.param("zh-CN", True, id="zh-CN-phone", marks=pytest.mark.slow),
        pytest.param("en", False, id="en-wide", marks=pytest.mark.slow),
        pytest.param("en", True, id="en-phone"),
    ],
)
async def test_a_supervisor_compares_two_days(
    told: tuple[Stage, dict[str, str]], chromium: Browser, look: Look, language: str, phone: bool
) -> None:
    made, passwords = told
    tag = f"-{language}{'-phone' if phone else ''}"
    async with reading(chromium, made.api_url, phone=phone) as page:
        await sign_in(page, "supervisor", passwords["supervisor"])
        if language == "en":
            await page.get_by_role("link", name="English").click()
        # From the desk, where its header has the entry.
        await page.goto("/desk")
        name = {"zh-CN": "期限规定", "en": "Time limits"}[language]
        await page.get_by_role("link", name=name).click()
        await page.locator("input[name=old]").fill("2026-04-14")
        await page.locator("input[name=new]").fill("2026-04-15")
        await page.locator("form[action='/desk/law'] button").click()
        await expect(page.locator("#cases-h")).to_be_visible()
        assert await page.locator("time[datetime='2026-06-15']").count() == 1
        await look(page, f"law{tag}")
        await page.locator("input[name=old]").fill("2026-05-01")
        await page.locator("input[name=new]").fill("2026-05-02")
        await page.locator("form[action='/desk/law'] button").click()
        await expect(page.locator("form[action='/desk/law']")).to_be_visible()
        assert await page.locator("#cases-h").count() == 0
        await look(page, f"law-same{tag}")
