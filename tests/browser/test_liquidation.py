"""A liquidation on its case's page, without script: steps stated, a wrong one shown again, a claim, the list of claims; axe on each page."""

import pytest
from playwright.async_api import Browser, expect

from banjian.player import licence_deeds, liquidation_deeds, notice_deeds
from banjian.player.deeds import DEEDS, Deed
from tests.api.case_stage import Live, live
from tests.browser.conftest import Look, reading
from tests.browser.steps import sign_in

assert callable(live)
assert liquidation_deeds
assert licence_deeds
assert notice_deeds
NARROW = {"width": 320, "height": 720}
USCC, NAME = "91421303MA0QH1006C", "随州市曾都区青禾食品有限公司"
FORM = {
    "uscc": USCC,
    "company": NAME,
    "entity_kind": "limited_company",
    "cause": "resolution",
    "licence_paper": "returned",
    "truthful": True,
}


@pytest.mark.timeout(240)
async def test_a_group_states_its_steps_and_reads_the_claims(
    chromium: Browser, live: Live, look: Look
) -> None:
    case, day = "leaving", "2026-09-23"
    world = {"enterprises": [{"uscc": USCC, "name": NAME}]}
    await DEEDS["register_changes"](live.play, Deed("market", case, world))
    data = {"form": FORM | {"dissolved_on": day}}
    await DEEDS["submit"](live.play, Deed("applicant", case, data, "general_deregistration"))
    await live.stage_is(case, "dissolution_event")
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await sign_in(page, "applicant", live.passwords["applicant"])
        await page.goto(f"/cases/{live.number(case)}")
        await look(page, "liquidation-begins")
        steps = page.locator("#liquidation")
        await steps.get_by_role("button", name="公示解散事由").click()
        await expect(page.get_by_role("status")).to_contain_text("填报已记入本件")
        # Whoever forgets the head among the members finds all that was typed.
        await steps.get_by_label("清算组成立日期").fill(day)
        await steps.get_by_label("清算组负责人").fill("周晓岚")
        await steps.get_by_role("button", name="填报清算组成立").click()
        await expect(steps.locator(".err")).to_be_visible()
        await expect(steps.get_by_label("清算组负责人")).to_have_value("周晓岚")
        await look(page, "liquidation-refused")
        await steps.get_by_label("清算组成员").fill("周晓岚\n王雅琴")
        await steps.get_by_role("button", name="填报清算组成立").click()
        await expect(page.get_by_role("status")).to_contain_text("填报已记入本件")
    for step, stated in (
        ("publish_group", {}),
        ("notify_creditors", {"done_on": day}),
        ("announce", {}),
    ):
        await DEEDS[step](live.play, Deed("applicant", case, stated))
    await live.stage_is(case, "claims_open")
    claim = {"kind": "creditors_announced", "reason": "尚欠货款", "amount": "120000"}
    await DEEDS["claim"](live.play, Deed("applicant2", case, claim))
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await sign_in(page, "applicant", live.passwords["applicant"])
        await page.goto(f"/cases/{live.number(case)}")
        await expect(page.locator("#liquidation")).to_contain_text("李国栋")
        await expect(page.locator("#liquidation")).to_contain_text("120000")
        await look(page, "liquidation-claims")
        await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        await look(page, "liquidation-claims-320")
        await page.get_by_role("link", name="English").click()
        await expect(page.locator("#liquidation")).to_contain_text("Claims received")
        await look(page, "liquidation-claims-320-en")
        await page.goto("/items/general_deregistration")
        await look(page, "liquidation-guide-320-en")
