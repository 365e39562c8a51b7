"""撤销登记 in a real browser, without script: the investigation, the public notice, the head's decision; English at 320 px, axe."""

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from banjian.player import licence_deeds
from banjian.player.deeds import DEEDS, Deed
from tests.api.case_stage import Live, live
from tests.browser.conftest import Look, reading
from tests.browser.steps import NO_INTEREST, decide, open_case, open_task, sign_in

__all__ = ["live"]
assert licence_deeds
NARROW = {"width": 320, "height": 720}
USCC = "91421303MA0QH1006C"
NAME = "随州市曾都区青禾商贸有限公司"
FORM: dict[str, Any] = {
    "target": "registration",
    "company": NAME,
    "uscc": USCC,
    "ground": "identity_theft",
    "facts": "本人身份证遗失后被冒用登记为法定代表人，已经报案",
    "relation": "被冒用身份登记为法定代表人",
}


@pytest.mark.timeout(240)
async def test_a_registration_is_investigated_and_annulled(
    chromium: Browser, live: Live, look: Look
) -> None:
    await live.do("register_changes", "market", "case", enterprises=[{"uscc": USCC, "name": NAME}])
    deed = Deed("applicant", "case", {"form": FORM}, "registration_revocation")
    await DEEDS["submit"](live.play, deed)
    number = live.number("case")
    await live.complete("acceptor", "case", task="approval.acceptance", decision="accept")
    await live.stage_is("case", "investigating")
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await sign_in(page, "reviewer", live.passwords["reviewer"])
        await open_task(page, number)
        await look(page, "revocation-investigation")
        await page.get_by_text("认定虚假登记", exact=True).click()
        await page.get_by_label("调查情况").fill("笔迹不是本人所签")
        await page.get_by_label(NO_INTEREST).check()
        await decide(page)
    await live.stage_is("case", "deciding")
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await sign_in(page, "registry_head", live.passwords["registry_head"])
        await open_task(page, number)
        await expect(page.locator("main")).to_contain_text("笔迹不是本人所签")
        await expect(page.locator("main")).to_contain_text("认定虚假登记")
        await look(page, "revocation-decision")
        await page.get_by_text("撤销", exact=True).click()
        await page.get_by_label("理由").first.fill("冒用他人身份取得登记")
        await page.get_by_label(NO_INTEREST).check()
        await decide(page)
    await live.stage_is("case", "archived")
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await sign_in(page, "applicant", live.passwords["applicant"])
        await open_case(page, number)
        await expect(page.locator("main")).to_contain_text("登记已撤销，营业执照作废")
        await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        await page.get_by_role("link", name="English").click()
        await expect(page.locator("main")).to_contain_text("The registration was annulled")
        await look(page, "revocation-done-320-en")
