"""容缺受理 in a real browser, without script: offered, promised, supplemented, overdue and decided; both languages, 320 px, axe."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from banjian.player import tolerance_deeds
from banjian.player.deeds import DEEDS, Deed, sample_pdf
from tests.api.case_stage import Live, live
from tests.browser.conftest import Look, reading
from tests.browser.steps import NO_INTEREST, decide, open_case, open_task, reaches, sign_in

__all__ = ["live"]
assert tolerance_deeds
NARROW = {"width": 320, "height": 720}
FORM: dict[str, Any] = {
    "operator": "随州市曾都区青禾餐饮店",
    "uscc": "92421303MA4F0L0138",
    "principal": "周晓岚",
    "phone": "13800006210",
    "domicile": "湖北省随州市曾都区东城街道烈山大道88号1栋102室",
    "premises": "湖北省随州市曾都区东城街道烈山大道88号1栋102室",
    "business_form": "catering",
    "items": ["hot"],
    "safety_staff": ["李国栋"],
    "not_barred": True,
}
MAIN = {
    "business_licence": "营业执照",
    "layout": "布局和设备",
    "safety_rules": "管理制度",
    "self_check_staff": "自查人员",
}


async def submitted(live: Live, case: str) -> str:
    data = {"form": FORM, "files": dict(MAIN), "incomplete": True}
    await DEEDS["submit"](live.play, Deed("applicant", case, data, "food_operation_licence"))
    return live.number(case)


async def licensed(live: Live, case: str) -> None:
    await live.complete(
        "reviewer", case, task="approval.review", finding="conforms", no_interest=True
    )
    await live.complete(
        "inspector",
        case,
        task="approval.site_check",
        officers=["王海", "冯丽"],
        finding="conforms",
        record="布局与申请一致",
    )
    await live.complete(
        "approver", case, task="approval.decision", decision="grant", no_interest=True
    )
    await live.stage_is(case, "awaiting_supplement")


@pytest.mark.timeout(280)
async def test_a_document_may_follow_and_a_head_decides_on_an_overrun(
    chromium: Browser, live: Live, look: Look, tmp_path: Path
) -> None:
    number = await submitted(live, "case")
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await sign_in(page, "acceptor", live.passwords["acceptor"])
        await open_task(page, number)
        await expect(page.locator("input[value=accept]")).to_be_disabled()
        await look(page, "tolerance-task")
        await page.get_by_text("容缺受理", exact=True).click()
        await decide(page)
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await sign_in(page, "applicant", live.passwords["applicant"])
        await open_case(page, number)
        await reaches(page, "容缺后补承诺")
        await look(page, "tolerance-offered")
        await page.get_by_role("button", name="签署容缺后补承诺书").click()
        await expect(page.get_by_role("alert")).to_contain_text("请勾选承诺")
        await page.get_by_label("我承诺在期限内补齐以上材料").check()
        await page.get_by_role("button", name="签署容缺后补承诺书").click()
        await expect(page.get_by_role("status").first).to_contain_text("承诺书已签署")
        await licensed(live, "case")
        await page.reload()
        await expect(page.locator("#promises")).to_contain_text("待补交")
        wrong = tmp_path / "健康证明.pdf"
        wrong.write_bytes(b"MZ not a PDF")
        await page.get_by_label("选择文件").set_input_files(wrong)
        await page.get_by_role("button", name="补交这份材料").click()
        await expect(page.get_by_role("alert")).to_contain_text("文件内容与文件名的类型不符")
        await look(page, "tolerance-wrong-file")
        await page.goto(f"/cases/{number}")
        await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        await look(page, "tolerance-owed-320")
        await page.get_by_role("link", name="English").click()
        await expect(page.locator("#promises")).to_contain_text("To be handed in")
        await look(page, "tolerance-owed-320-en")

    await live.advance("2026-10-15T00:00:00+08:00")
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await sign_in(page, "applicant", live.passwords["applicant"])
        await open_case(page, number)
        await reaches(page, "已超期，由负责人决定")
        right = tmp_path / "健康证明.pdf"
        right.write_bytes(sample_pdf("健康证明"))
        await page.get_by_label("选择文件").set_input_files(right)
        await page.get_by_role("button", name="补交这份材料").click()
        await expect(page.get_by_role("status").first).to_contain_text("材料已收到")
        await look(page, "tolerance-overdue")
    licence = (await live.shown("case"))["numbers"]["licence"]
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await page.goto(f"/verify/{licence}")
        await expect(page.locator("main")).to_contain_text("有效，附条件（容缺）")
        await look(page, "tolerance-verified")
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await sign_in(page, "window_head", live.passwords["window_head"])
        await open_task(page, number)
        await look(page, "tolerance-decision")
        await page.get_by_text("按超期补齐处理", exact=True).click()
        await page.get_by_label("理由").first.fill("体检机构排队，材料符合要求")
        await page.get_by_label(NO_INTEREST).check()
        await decide(page)
    await live.stage_is("case", "archived")
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await page.goto(f"/verify/{licence}")
        await expect(page.locator("main")).to_contain_text("现在的状态：有效")
        await expect(page.locator("main")).not_to_contain_text("附条件")
