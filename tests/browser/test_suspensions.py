"""A period is suspended and resumed in a real browser, without script and in both languages; axe on each page."""

import pytest
from playwright.async_api import Browser, expect

from tests.api.case_stage import Live, live
from tests.api.test_suspensions import accepted
from tests.browser.conftest import Look, reading
from tests.browser.steps import sign_in

__all__ = ["live"]

NARROW = {"width": 320, "height": 720}


@pytest.mark.timeout(240)
async def test_an_officer_suspends_for_a_hearing_and_resumes(
    chromium: Browser, live: Live, look: Look
) -> None:
    case = await accepted(live)
    number = live.number(case)
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await sign_in(page, "reviewer", live.passwords["reviewer"])
        await page.get_by_role("link", name=number).first.click()
        await page.get_by_role("button", name="领取办理").click()
        form = page.locator("#suspend")
        await look(page, "suspend-offered")

        # Nothing is filled in: the page says what is missing, beside the field and above.
        await form.get_by_role("button", name="中止计算并告知申请人").click()
        await expect(page.get_by_role("alert")).to_contain_text("请选择中止的事由")
        await form.get_by_label("事由").select_option("F02#1/hearing")
        await form.get_by_label("情况说明").fill("利害关系人申请听证")
        await form.get_by_role("button", name="中止计算并告知申请人").click()
        await expect(page.get_by_role("alert")).to_contain_text("二者择一")
        await look(page, "suspend-refused")
        await form.get_by_label("预计需要几天").fill("6")
        await form.get_by_role("button", name="中止计算并告知申请人").click()

        await expect(page.get_by_role("status").first).to_contain_text("期限已中止计算")
        await expect(page.locator("main")).to_contain_text("剩余 10 个工作日")
        await look(page, "suspended")
        await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        await look(page, "suspended-320")
        await page.get_by_role("link", name="English").click()
        await expect(page.locator("main")).to_contain_text("Suspend a period")
        await expect(page.locator("main")).to_contain_text("Resume a period")
        await look(page, "suspended-320-en")

    await live.advance("2026-10-12T16:00:00+08:00")
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await sign_in(page, "reviewer", live.passwords["reviewer"])
        await page.get_by_role("link", name=number).first.click()
        resume = page.locator("#resume")
        await resume.get_by_label("结果说明").fill("听证已经举行")
        await resume.get_by_role("button", name="恢复计算并告知申请人").click()
        await expect(page.get_by_role("status").first).to_contain_text("已登记事由结束")
        await expect(page.locator("#resume")).to_have_count(0)

    async with reading(chromium, live.on.api_url) as page:
        await sign_in(page, "applicant", live.passwords["applicant"])
        await page.goto(f"/cases/{number}")
        await expect(page.locator(".ledger")).to_contain_text("听证")
        await expect(page.locator(".ledger")).to_contain_text("不计入")
        await expect(page.locator("main")).to_contain_text("中止计算期限告知书")
        await look(page, "ledger-applicant")
        await page.get_by_role("link", name="English").click()
        await expect(page.locator(".ledger")).to_contain_text("Hearing")
        await look(page, "ledger-applicant-en")
