"""The check of a name, and a declared name's page, in a real browser: both languages, a phone, without script."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from banjian.name_library import fill_library
from banjian.player import bureau
from banjian.player.stage import Stage, stage
from tests.browser.conftest import Look, reading
from tests.browser.steps import sign_in

RED = {"uscc": "91421321MA0A00014A", "name": "随县红光酒业厂", "division": "421321"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def on(module_database: str) -> AsyncIterator[tuple[Stage, dict[str, str]]]:
    async with stage(module_database) as made:
        await fill_library(made.core.engine, [RED])
        yield made, await bureau.seed(made.core.engine)


async def ask(page: Page, name: str) -> None:
    await page.locator("input[name=name]").fill(name)
    await page.locator("form[action='/names/check'] button").click()
    await expect(page.locator(".result")).to_be_visible()


async def reaches(page: Page, address: str, words: str) -> None:
    """The case works on beside the page: look again until it says so."""
    for _ in range(100):
        await page.goto(address)
        if words in await page.locator("main").inner_text():
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{address} never said {words}")


@pytest.mark.parametrize(
    ("language", "phone"), [("zh-CN", False), ("en", True)], ids=["zh-CN-wide", "en-phone"]
)
async def test_the_check_page(
    on: tuple[Stage, dict[str, str]], chromium: Browser, look: Look, language: str, phone: bool
) -> None:
    """From the front page by its visible words, no script, no sign-in."""
    made, _ = on
    tag = f"-{language}{'-phone' if phone else ''}"
    async with reading(chromium, made.api_url, javascript=False, phone=phone) as page:
        await page.goto("/")
        if language == "en":
            await page.get_by_role("link", name="English").click()
        await page.get_by_role(
            "link", name={"zh-CN": "查名称", "en": "Check a name"}[language]
        ).click()
        await look(page, f"name-check-empty{tag}")
        await ask(page, "随州市曾都区红光酒业有限公司")
        await expect(page.locator(".result--bad")).to_be_visible()
        assert await page.locator("mark.differs").count() == 4
        await look(page, f"name-check-taken{tag}")
        await ask(page, "随州市曾都区宏光酒业有限公司")
        await look(page, f"name-check-similar{tag}")
        await ask(page, "曾都区ABC黑太阳有限公司")
        await look(page, f"name-check-refused{tag}")
        await ask(page, "随州市曾都区青禾食品有限公司")
        await look(page, f"name-check-free{tag}")


@pytest.mark.slow
async def test_from_the_check_to_a_reserved_name(
    on: tuple[Stage, dict[str, str]], chromium: Browser, look: Look
) -> None:
    """The checked name is declared, found similar, promised for, reserved, and taken into a registration."""
    made, passwords = on
    async with reading(chromium, made.api_url, javascript=False) as page:
        await sign_in(page, "applicant", passwords["applicant"])
        await page.get_by_role("link", name="查名称").click()
        await page.get_by_label("企业类型").select_option("limited_company")
        await ask(page, "随州市曾都区宏光酒业有限公司")
        await page.get_by_role("button", name="申报这个名称").click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("宏光酒业")
        await look(page, "name-declaration-tasks")
        home = page.url
        await page.goto(f"{home}/check")
        await page.locator("input[name=declaration]").check()
        await page.get_by_role("button", name="提交").click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("已收到")
        await look(page, "name-declaration-receipt")
        await page.goto("/cases")
        await page.get_by_role("link", name="随州市曾都区宏光酒业有限公司").click()
        await reaches(page, page.url, "可以申报，但与他人的名称近似")
        await look(page, "name-case-choosing")
        await page.get_by_role("link", name="修改名称或者作出承诺").click()
        await page.get_by_role("link", name="使用和承诺").click()
        await page.get_by_label("与他人名称近似的，我仍要使用").check()
        await page.get_by_role("button", name="保存并继续").click()
        await page.goto(f"{home}/check")
        await page.locator("input[name=declaration]").check()
        await page.get_by_role("button", name="提交").click()
        await page.goto("/cases")
        await page.get_by_role("link", name="随州市曾都区宏光酒业有限公司").click()
        await reaches(page, page.url, "名称开始保留")
        await look(page, "name-case-reserved")
        await page.get_by_role("button", name="用这个名称办理公司设立登记").click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("宏光酒业")
        await page.get_by_role("link", name="名称和类型").click()
        await expect(page.get_by_label("名称申报的办件编号")).not_to_have_value("")
        await look(page, "name-into-registration")
        await page.goto("/cases")
        await page.get_by_role("link", name="随州市曾都区宏光酒业有限公司").first.click()
        await page.get_by_label("放弃的原因").fill("改用另一个名称")
        await page.get_by_role("button", name="放弃这个名称").click()
        await reaches(page, page.url.partition("?")[0], "名称已经放弃")
        await look(page, "name-case-released")
