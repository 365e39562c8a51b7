"""A part that was not done, set right by its applicant, and the time of openings on the desk, in a real browser."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from banjian.player import bureau, story
from banjian.player.cast import Cast
from banjian.player.deeds import DEEDS, Deed, Play
from banjian.player.stage import Stage, instant, stage
from tests.browser.conftest import Look, reading
from tests.browser.test_name_check import reaches
from tests.browser.test_whole_job import sign_in

STORY = Path(__file__).parents[1] / "scenarios" / "startup_part" / "applicant_corrects.yaml"
# The story goes on in the browser from where its applicant sets something right.
CORRECTS = "correct_part"
READERS = pytest.mark.parametrize(
    ("language", "phone"),
    [
        pytest.param("zh-CN", False, id="zh-CN-wide"),
        pytest.param("zh-CN", True, id="zh-CN-phone", marks=pytest.mark.slow),
        pytest.param("en", False, id="en-wide", marks=pytest.mark.slow),
        pytest.param("en", True, id="en-phone"),
    ],
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def told(module_database: str) -> AsyncIterator[tuple[Stage, dict[str, str], Play]]:
    """The story up to the part that was not done."""
    steps = story.load(STORY).steps
    async with stage(module_database, starts=instant(steps[0].at)) as made:
        passwords = await bureau.seed(made.core.engine)
        play = Play(Cast(made.http, passwords), made.twins)
        for step in steps:
            if step.do == CORRECTS and "refused" not in step.expect:
                break
            await made.advance(instant(step.at))
            if step.do != CORRECTS:
                await DEEDS[step.do](play, Deed(step.by, step.case, step.with_, step.procedure))
            await made.upkeep()
        yield made, passwords, play


@READERS
async def test_the_pages_of_a_part_that_was_not_done(
    told: tuple[Stage, dict[str, str], Play],
    chromium: Browser,
    look: Look,
    language: str,
    phone: bool,
) -> None:
    made, passwords, play = told
    words = {"zh-CN": "现在怎么办", "en": "What to do now"}[language]
    tag = f"-{language}{'-phone' if phone else ''}"
    async with reading(chromium, made.api_url, phone=phone) as page:
        await sign_in(page, "applicant", passwords["applicant"])
        if language == "en":
            await page.get_by_role("link", name="English").click()
        for case in ("opening", "fund"):
            await reaches(page, f"/cases/{play.number(case)}", words)
            await look(page, f"not-done-{case}{tag}")


@READERS
async def test_the_time_of_openings_on_the_desk(
    told: tuple[Stage, dict[str, str], Play],
    chromium: Browser,
    look: Look,
    language: str,
    phone: bool,
) -> None:
    made, passwords, _ = told
    tag = f"-{language}{'-phone' if phone else ''}"
    async with reading(chromium, made.api_url, phone=phone) as page:
        await sign_in(page, "supervisor", passwords["supervisor"])
        if language == "en":
            await page.get_by_role("link", name="English").click()
        # From the desk, where its header has the entry.
        await page.goto("/desk")
        name = {"zh-CN": "企业开办用时", "en": "Time of openings"}[language]
        await page.get_by_role("link", name=name).click()
        await expect(page.locator("svg.chart")).to_be_visible()
        await look(page, f"opening-times{tag}")
        await page.locator("input[name=from]").fill("2026-09-30")
        await page.locator("input[name=to]").fill("2026-09-01")
        await page.locator("form[action='/desk/opening-times'] button").click()
        await expect(page.locator("[role=alert]")).to_be_visible()
        await look(page, f"opening-times-wrong{tag}")


async def test_the_applicant_sets_it_right_without_script(
    told: tuple[Stage, dict[str, str], Play], chromium: Browser, look: Look
) -> None:
    made, passwords, play = told
    async with reading(chromium, made.api_url, javascript=False) as page:
        await sign_in(page, "applicant", passwords["applicant"])
        await reaches(page, f"/cases/{play.number('opening')}", "现在怎么办")
        await page.get_by_role("link", name="去更正：住房公积金缴存登记").click()
        await page.get_by_label("职工人数").fill("许多")
        await page.get_by_role("button", name="更正并再次提交").click()
        await look(page, "not-done-wrong")
        assert await page.get_by_label("职工人数").input_value() == "许多", "nothing typed is lost"
        await page.get_by_label("职工人数").fill("5")
        await page.get_by_role("button", name="更正并再次提交").click()
        await expect(page.locator("[role=status]").first).to_contain_text("再次提交")
        await reaches(page, f"/cases/{play.number('fund')}", "更正了 职工人数，再次提交")
        # The part goes on a moment after its correction was recorded.
        async with asyncio.timeout(30):
            while await page.get_by_text("现在怎么办").count():
                await page.reload()
        await look(page, "set-right")
