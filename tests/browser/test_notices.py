"""The public board, a notice, an objection and what the officer makes of it, in a real browser without script; axe on each page."""

import pytest
from playwright.async_api import Browser, expect

from tests.api.case_stage import Live
from tests.api.notice_stage import END, announced, announcing, notice_id
from tests.browser.conftest import Look, reading
from tests.browser.steps import sign_in

__all__ = ["announcing"]

NARROW = {"width": 320, "height": 720}
WORDS = "2025 年 12 月供货，尚欠货款十二万元，已催告三次。"


@pytest.mark.timeout(240)
async def test_a_creditor_objects_and_an_officer_decides(
    chromium: Browser, announcing: Live, look: Look
) -> None:
    live = announcing
    silent = await announced(live, "随州市曾都区静水贸易有限公司")
    case = await announced(live, "随州市曾都区红光商贸有限公司")
    ident = await notice_id(live, case)
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await page.goto("/")
        await page.get_by_role("link", name="正在公示的事项").click()
        await look(page, "board")
        await page.get_by_label("关键词").fill("红光")
        await page.get_by_role("button", name="查询").click()
        await expect(page.locator("tbody tr")).to_have_count(1)
        await page.get_by_role("link", name="红光商贸").click()
        await expect(page.locator(".count-down")).to_contain_text("20 天")
        await look(page, "notice-guest")
        await page.get_by_role("link", name="登录后提出").click()
        await page.get_by_label("登录名").fill("applicant2")
        await page.get_by_label("密码", exact=True).fill(live.passwords["applicant2"])
        await page.get_by_role("main").get_by_role("button", name="登录").click()
        await page.get_by_role("button", name="提交异议").click()
        await expect(page.get_by_role("alert")).to_contain_text("还有内容要改正")
        await look(page, "notice-refused")
        await page.get_by_role("radio", name="债权人", exact=True).check()
        await page.get_by_label("事实和理由").fill(WORDS)
        await page.get_by_role("button", name="提交异议").click()
        await expect(page.locator("h1")).to_contain_text("已收到您的异议")
        await look(page, "objection-receipt")
        await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        await look(page, "objection-receipt-320")
        await page.goto(f"/notices/{ident}")
        await expect(page.locator("main")).to_contain_text("您已经提出")
        await look(page, "notice-320")
        await page.goto("/cases")
        await expect(page.locator("main")).to_contain_text("我对公示提出的")
        await look(page, "own-objections-320")
        await page.goto("/notices?state=all")
        await look(page, "board-320")
        await page.get_by_role("link", name="English").click()
        await expect(page.locator("h1")).to_contain_text("Public notices")
        await look(page, "board-320-en")
        await page.goto(f"/notices/{await notice_id(live, silent)}")
        await expect(page.get_by_role("button", name="Hand in the objection")).to_be_visible()
        await look(page, "notice-320-en")

    await live.stage_is(case, "objected")
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await sign_in(page, "reviewer", live.passwords["reviewer"])
        await page.get_by_role("link", name=live.number(case)).first.click()
        await page.get_by_role("button", name="领取办理").click()
        await expect(page.locator("#objections")).to_contain_text("李国栋")
        await expect(page.locator("#objections")).to_contain_text(WORDS)
        await look(page, "objection-task")
        await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        await look(page, "objection-task-320")
        await page.get_by_role("link", name="English").click()
        await look(page, "objection-task-320-en")

    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await sign_in(page, "applicant", live.passwords["applicant"])
        await page.goto(f"/cases/{live.number(case)}")
        await expect(page.locator("main")).to_contain_text("收到异议 1 件")
        await expect(page.locator("main")).not_to_contain_text("李国栋")
        await look(page, "case-notice")

    await live.advance(END)
    await live.stage_is(silent, "waiting")
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await page.goto(f"/notices/{await notice_id(live, silent)}")
        await expect(page.locator("main")).to_contain_text("网上通道已于")
        await look(page, "notice-over")
        await page.goto("/notices")
        await expect(page.locator("main")).to_contain_text("没有符合条件的公示")
        await look(page, "board-empty")
