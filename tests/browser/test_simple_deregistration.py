"""A firm without debts leaves the market by pages alone, without script: its notice, the window, a late objection; axe on each page."""

from datetime import timedelta

import pytest
from playwright.async_api import Browser, expect

from banjian.player import deregistration_deeds, licence_deeds, notice_deeds
from banjian.player.deeds import DEEDS, Deed
from tests.api.case_stage import Live, live
from tests.browser.conftest import Look, reading
from tests.browser.steps import sign_in

assert callable(live)
assert deregistration_deeds
assert licence_deeds
assert notice_deeds
NARROW = {"width": 320, "height": 720}
USCC, NAME = "91421303MA0QH1006C", "随州市曾都区青禾食品有限公司"
FORM = {
    "uscc": USCC,
    "company": NAME,
    "entity_type": "company",
    "debts": "settled",
    "nothing_owed": True,
    "licence_paper": "electronic_only",
    "persons": [
        {
            "name": "周晓岚",
            "id_number": "421303198506142016",
            "phone": "13800006210",
            "posts": ["legal_representative", "investor"],
        }
    ],
}
FIRM = {
    "uscc": USCC,
    "name": NAME,
    "legal_representative": {"name": "周晓岚", "id_number": "421303198506142016"},
    "standings": {"investors": ["周晓岚"]},
}


@pytest.mark.timeout(240)
async def test_a_firm_applies_in_its_window_and_a_late_word_is_recorded(
    chromium: Browser, live: Live, look: Look
) -> None:
    case = "leaving"
    await DEEDS["register_changes"](live.play, Deed("market", case, {"enterprises": [FIRM]}))
    await DEEDS["submit"](
        live.play, Deed("applicant", case, {"form": FORM}, "simple_deregistration")
    )
    await live.stage_is(case, "signature_pending")
    await DEEDS["sign"](live.play, Deed("signature", case, {"who": "周晓岚"}))
    # The answer comes by the courier's next turn, which comes with time.
    await live.advance(timedelta(minutes=1))
    await live.stage_is(case, "notice_running")
    # NECIPS publishes it first.
    await live.cast.until("applicant", "/api/v1/notices", lambda found: found["items"])
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await page.goto("/notices")
        await look(page, "simple-board")
        await page.get_by_role("link", name=NAME).first.click()
        await expect(page.get_by_role("main")).to_contain_text(NAME)
        await look(page, "simple-notice")
        await sign_in(page, "applicant", live.passwords["applicant"])
        await page.goto(f"/cases/{live.number(case)}")
        await look(page, "simple-running")
        await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        await page.get_by_role("link", name="English").click()
        await look(page, "simple-running-320-en")
    [[ends_at]] = await live.rows("SELECT max(ends_at) FROM public_notices")
    await live.advance(ends_at.isoformat())
    await live.stage_is(case, "window_open")
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await sign_in(page, "applicant", live.passwords["applicant"])
        await page.goto(f"/cases/{live.number(case)}")
        await look(page, "simple-window")
        await page.get_by_role("button", name="申请注销登记").click()
        await live.stage_is(case, "under_review")
        await page.goto(f"/cases/{live.number(case)}")
        await look(page, "simple-applied")
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await sign_in(page, "allround", live.passwords["allround"])
        await page.goto(f"/cases/{live.number(case)}")
        late = page.locator("#note-objection")
        await late.get_by_label("提出异议的人").fill("李国栋")
        await late.get_by_label("债权人").check()
        await late.get_by_label("事实和理由").fill("尚欠货款十二万元，没有清偿。")
        await late.get_by_role("button", name="记录异议").click()
        await look(page, "simple-late-objection")
