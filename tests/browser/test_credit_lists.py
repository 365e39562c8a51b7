"""An officer opens a listing on the office's own motion, the firm applies for its removal; a real browser without script, axe on each page."""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from banjian.player import bureau, credit_deeds
from banjian.player.cast import Cast
from banjian.player.deeds import DEEDS, Deed, Play, sample_pdf
from banjian.player.stage import stage
from tests.api.case_stage import RING, Live
from tests.browser.conftest import Look, reading
from tests.browser.steps import sign_in

# Declares the acts of officers.
assert credit_deeds
STARTS = datetime.fromisoformat("2026-09-28T09:00:00+08:00")
NARROW = {"width": 320, "height": 720}
CODE, NAME = "91421303MA0QH1006C", "随州市曾都区红光商贸有限公司"


@pytest_asyncio.fixture(loop_scope="session")
async def bureau_at_work(fresh_database: str) -> AsyncIterator[Live]:
    async with stage(fresh_database, starts=STARTS) as on:
        passwords = await bureau.seed(on.core.engine, RING)
        enterprise = {"uscc": CODE, "name": NAME, "address": "湖北省随州市曾都区烈山大道1号"}
        await on.twins.post("/admin/world", json={"enterprises": [enterprise]})
        yield Live(on, Play(Cast(on.http, passwords), on.twins), passwords)


async def proposed(page: Page, look: Look) -> str:
    """The proposal's page, with what it refuses; the number of the case that it opens."""
    await page.get_by_role("link", name="依职权立项").click()
    await look(page, "openings")
    await page.locator("main").get_by_role("link", name="列入经营异常名录").click()
    await page.get_by_role("button", name="立项").click()
    await expect(page.get_by_role("alert")).to_contain_text("还有内容要改正")
    await look(page, "opening-refused")
    await page.get_by_label("统一社会信用代码").fill(CODE)
    await page.get_by_label("市场主体名称").fill(NAME)
    await page.get_by_role("radio", name="未按规定的期限公示年度报告").check()
    await page.get_by_label("发现日期").fill("2026-09-25")
    await page.get_by_label("线索和初步证据").fill("两次邮寄均退回，电话停机")
    await page.get_by_role("button", name="立项").click()
    await expect(page.get_by_role("alert")).to_contain_text("年度")
    await page.get_by_role("radio", name="通过登记的住所（经营场所）无法联系").check()
    await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    await look(page, "opening-320")
    await page.set_viewport_size({"width": 1280, "height": 900})
    await page.get_by_role("button", name="立项").click()
    await expect(page.locator("h1")).to_have_text(NAME)
    await look(page, "listing-case")
    return (await page.locator(".page-head .no").first.inner_text()).strip()


async def listed(live: Live, number: str) -> None:
    """Verified, heard and decided, over the API."""
    path = f"/api/v1/tasks?case={number}"
    found = await live.cast.until("inspector", path, lambda tasks: tasks["items"])
    ident = found["items"][0]["task_id"].rpartition("-")[0]
    live.play.cases["list"] = {"id": ident, "number": number, "owner": "inspector"}
    for by, answers in (
        (
            "inspector",
            {
                "task": "credit_lists.verification",
                "finding": "established",
                "checked_on": "2026-09-28",
                "record": "现场无人办公",
            },
        ),
        (
            "inspector",
            {"task": "credit_lists.statement", "stated": "nothing", "record": "没有回应"},
        ),
        (
            "section_head",
            {
                "task": "credit_lists.decision",
                "decision": "enter",
                "reasons": "通过登记的住所无法联系",
                "no_interest": True,
            },
        ),
    ):
        await DEEDS["complete"](live.play, Deed(by, "list", answers))
    await live.stage_is("list", "listed")


@pytest.mark.timeout(240)
async def test_listed_by_an_officer_and_removed_on_application(
    chromium: Browser, bureau_at_work: Live, look: Look
) -> None:
    live = bureau_at_work
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await sign_in(page, "inspector", live.passwords["inspector"])
        number = await proposed(page, look)
        await page.goto("/desk?tab=pool")
        await page.get_by_role("link", name=number).first.click()
        await page.get_by_role("button", name="领取办理").click()
        await look(page, "verification-task")
        await page.get_by_role("link", name="English").click()
        await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        await look(page, "verification-task-320-en")
        await page.goto("/desk/open/serious_violation_list")
        await look(page, "serious-opening-320-en")
        await page.goto(f"/cases/{number}")
        await look(page, "listing-case-320-en")
    task = (await live.cast.ask("inspector", "GET", f"/api/v1/tasks?case={number}"))["items"][0]
    await live.cast.call("inspector", "POST", f"/api/v1/tasks/{task['task_id']}/release")
    await listed(live, number)

    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await sign_in(page, "applicant", live.passwords["applicant"])
        await page.goto("/items/abnormal_list_removal")
        await look(page, "removal-guide")
        await page.get_by_role("link", name="开始办理").click()
        await page.get_by_role("button", name="填写新的申请").click()
        await page.locator("main").get_by_role("link", name="市场主体", exact=True).click()
        await page.get_by_label("统一社会信用代码").fill(CODE)
        await page.get_by_label("名称", exact=True).fill(NAME)
        await page.get_by_role("button", name="保存并继续").click()
        await look(page, "removal-cure")
        await page.get_by_role("radio", name="通过登记的住所（经营场所）无法联系").check()
        await page.get_by_label("改正日期").fill("2026-09-28")
        await page.get_by_label("改正情况").fill("已经恢复联系，联络员电话畅通")
        await page.get_by_label("承诺申请内容真实").check()
        await page.get_by_role("button", name="保存并继续").click()
        await page.goto(page.url)
        application = page.url.split("/applications/")[1].split("/")[0]
        await page.goto(f"/applications/{application}")
        await page.locator("main").get_by_role("link", name="改正的证明", exact=True).click()
        await page.locator("input[type=file]").set_input_files(
            {
                "name": "cure.pdf",
                "mimeType": "application/pdf",
                "buffer": sample_pdf("改正的证明"),
            }
        )
        await page.get_by_role("button", name="上传").first.click()
        await page.goto(f"/applications/{application}")
        await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        await look(page, "removal-tasks-320")
        await page.goto(f"/applications/{application}/check")
        await page.get_by_role("checkbox", name="我已核对").check()
        await look(page, "removal-check-320")
        await page.get_by_role("button", name="提交申请").click()
        await expect(page.locator("main")).to_contain_text("法律没有规定期限")
        await look(page, "removal-receipt-320")
        await page.get_by_role("link", name="English").click()
        await look(page, "removal-receipt-320-en")
        await page.goto("/notices")
        await expect(page.locator("main")).to_contain_text(NAME)
        await look(page, "board-listed-320-en")
