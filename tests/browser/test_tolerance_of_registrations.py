"""容缺受理 of an establishment in a real browser, without script: accepted by the shared data, a file that is none, overdue,
referred and taken over; both languages, 320 px, axe."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from banjian.player import tolerance_deeds
from banjian.player.deeds import DEEDS, Deed
from tests.api.case_stage import PROCEDURE, Live, application, live
from tests.browser.conftest import Look, reading
from tests.browser.steps import NO_INTEREST, decide, open_case, open_task, reaches, sign_in

__all__ = ["live"]
NARROW = {"width": 320, "height": 720}
PICTURE = tolerance_deeds.NOT_A_PDF["picture"]


async def signed(live: Live, case: str) -> None:
    """Reviewed, authenticated, signed: only what was promised is still missing."""
    await live.complete(
        "reviewer", case, task="approval.review", finding="conforms", no_interest=True
    )
    await live.do("confirm_identity", "identity", case, who=["周晓岚", "李国栋"])
    await live.on.upkeep()
    await live.stage_is(case, "signature_pending")
    await live.do("sign", "signature", case, who=["周晓岚", "李国栋"])
    await live.on.upkeep()
    await live.stage_is(case, "awaiting_supplement")


async def submitted(live: Live) -> str:
    data: dict[str, Any] = {
        "form": application(),
        "files": {"articles": "公司章程", "appointment": "任职文件"},
        "incomplete": True,
    }
    await DEEDS["submit"](live.play, Deed("applicant", "case", data, PROCEDURE))
    return live.number("case")


@pytest.mark.timeout(280)
async def test_nothing_is_registered_before_it_is_there_and_an_inspector_takes_over(
    chromium: Browser, live: Live, look: Look, tmp_path: Path
) -> None:
    number = await submitted(live)
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await sign_in(page, "acceptor", live.passwords["acceptor"])
        await open_task(page, number)
        await page.get_by_text("容缺受理", exact=True).click()
        await decide(page)
        await expect(page.locator("#errors, [role=alert]").first).to_contain_text("共享数据")
        await look(page, "registration-tolerance-task")
        await page.get_by_text("容缺受理", exact=True).click()
        await page.get_by_label("我已在共享数据中核实缺少的材料").check()
        await decide(page)

    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await sign_in(page, "applicant", live.passwords["applicant"])
        await open_case(page, number)
        await reaches(page, "容缺后补承诺")
        await expect(page.locator("#promise")).to_contain_text("补齐以前不发证件")
        await expect(page.locator("#promise")).not_to_contain_text("撤销程序")
        await look(page, "registration-tolerance-offered")
        await page.get_by_label("我承诺在期限内补齐以上材料").check()
        await page.get_by_role("button", name="签署容缺后补承诺书").click()
        await expect(page.get_by_role("status").first).to_contain_text("承诺书已签署")
        await signed(live, "case")
        await page.reload()
        await expect(page.locator("main")).to_contain_text("待补材料")
        for name, content, told in (
            ("住所使用证明.pdf", PICTURE, "文件内容与文件名的类型不符"),
            ("住所使用证明.pdf", b"", "文件是空的"),
        ):
            wrong = tmp_path / name
            wrong.write_bytes(content)
            await page.get_by_label("选择文件").set_input_files(wrong)
            await page.get_by_role("button", name="补交这份材料").click()
            alert = page.get_by_role("alert")
            await expect(alert).to_contain_text(told)
            await expect(alert).to_contain_text("承诺的期限照常计算")
            await page.goto(f"/cases/{number}")
        await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        await look(page, "registration-tolerance-owed-320")
        await page.get_by_role("link", name="English").click()
        await expect(page.locator("#promises")).to_contain_text("To be handed in")
        await look(page, "registration-tolerance-owed-320-en")

    await live.advance("2026-10-15T00:00:00+08:00")
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await sign_in(page, "window_head", live.passwords["window_head"])
        await open_task(page, number)
        # Nothing was granted: there is nothing to revoke, and no certificate that stays marked.
        await expect(page.locator("main")).to_contain_text("还没有准予，不需要撤销")
        await expect(page.locator("main")).not_to_contain_text("已发的证件")
        await page.get_by_text("移交执法检查", exact=True).click()
        await page.get_by_label("理由").first.fill("联系不上申请人，住所可疑")
        await decide(page)
        await expect(page.locator("main")).to_contain_text("利害关系")
        await page.get_by_label(NO_INTEREST).check()
        await look(page, "registration-tolerance-refer")
        await decide(page)
        await page.goto(f"/cases/{number}")
        await expect(page.locator("#promises")).to_contain_text("还没有接收")

    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await sign_in(page, "inspector", live.passwords["inspector"])
        await open_task(page, number)
        await expect(page.locator("main")).to_contain_text("联系不上申请人，住所可疑")
        await look(page, "referral-task")
        await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        await look(page, "referral-task-320")
        address = page.url
        await page.get_by_role("link", name="English").click()
        await page.goto(address)
        await look(page, "referral-task-320-en")
        await page.get_by_label("I take this over and inspect it myself").check()
        await page.get_by_label("What will be done").fill("10月16日到登记的住所实地查看")
        await page.get_by_role("button", name="Take over").click()

    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await sign_in(page, "window_head", live.passwords["window_head"])
        await page.goto(f"/cases/{number}")
        await reaches(page, "王海于2026年10月15日")
        await expect(page.locator("main")).to_contain_text("检查岗位已经接收")
        await look(page, "referral-taken")
