"""One telephone, several people, and a bureau that has not decided yet: nothing unsent is lost, nothing is shown to another."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Request, expect

from tests.api.hazards import inspector
from tests.api.test_field_pages import engine_away, engine_back
from tests.browser.conftest import Look, reading
from tests.browser.steps import sign_in
from tests.browser.test_field_page import (
    FORM,
    TODAY,
    Live,
    begun,
    counted,
    filled_in,
    hands_in,
    live,
    photo,
    ready,
)

__all__ = ["live"]
WORDS = "机房门锁损坏"
KEPT = """() => new Promise((resolve, reject) => {
  const asked = indexedDB.open("banjian-field", 1);
  asked.onerror = () => reject(asked.error);
  asked.onsuccess = () => {
    const base = asked.result, all = base.transaction(["drafts", "photos"]);
    const [drafts, photos] = ["drafts", "photos"].map(name => all.objectStore(name).getAll());
    all.oncomplete = () => {
      base.close();
      resolve({
        states: drafts.result.map(one => one.state),
        typed: drafts.result.filter(one => one.raw !== null).length,
        photos: photos.result.length,
      });
    };
  };
})"""
# A month and a day ago by the telephone's clock.
AGED = """() => new Promise((resolve, reject) => {
  const asked = indexedDB.open("banjian-field", 1);
  asked.onerror = () => reject(asked.error);
  asked.onsuccess = () => {
    const base = asked.result, change = base.transaction("drafts", "readwrite"), drafts = change.objectStore("drafts");
    const all = drafts.getAll();
    all.onsuccess = () => all.result.forEach(one => drafts.put({...one, savedAt: Date.now() - 31 * 24 * 3600 * 1000}));
    change.oncomplete = () => { base.close(); resolve(true); };
  };
})"""
EMPTY = {"states": [], "typed": 0, "photos": 0}


async def kept(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = await page.evaluate(KEPT)
    return found


async def waits_for_a_network(page: Page, folder: Path) -> str:
    """The record is handed in on the telephone and goes nowhere; the page's address."""
    await ready(page)
    await page.context.set_offline(True)
    await page.locator("#photo").set_input_files(photo(folder, "door"))
    await filled_in(page)
    await hands_in(page)
    await expect(page.locator("#waiting-tag")).to_have_text("待发送 2 项")
    return page.url


async def lapses(page: Page) -> None:
    """The sign-in is over, as after half an hour; the telephone still knows whose it was."""
    await page.context.clear_cookies(name="sid")


async def speaks(page: Page, language: str) -> None:
    if language == "en":
        await page.get_by_role("link", name="English").click()


async def in_both_languages(page: Page, look: Look, name: str, shown: str) -> None:
    """Pictures of the page as it is, the Chinese one last: `shown` is there in either."""
    for other, tag in (("English", "en"), ("中文", "zh")):
        await page.get_by_role("link", name=other).click()
        await expect(page.locator(shown)).to_be_visible()
        await look(page, f"{name}-{tag}")


@pytest.mark.timeout(240)
async def test_signing_out_keeps_what_is_unsent_and_says_whose_it_is(
    chromium: Browser, live: Live, look: Look, tmp_path: Path
) -> None:
    async with reading(chromium, live.on.api_url) as page:
        case = await begun(live, page)
        address = await waits_for_a_network(page, tmp_path)
        title = await page.get_by_role("heading", level=1).inner_text()
        await lapses(page)
        await page.context.set_offline(False)
        await expect(page.locator("#waiting-text")).to_contain_text("登录已失效")
        # A colleague takes the telephone: is told that something waits, not what.
        await sign_in(page, "inspector2", live.passwords["inspector2"])
        await page.goto(address)
        await ready(page)
        await expect(page.locator("#kept-drafts")).to_have_text(
            "王海的记录 1 份，请由其本人登录后发送"
        )
        await expect(page.locator("#waiting")).to_be_hidden()
        await expect(page.locator("main")).not_to_contain_text(WORDS)
        await look(page, "phone-other-320")
        await page.get_by_role("button", name="退出").click()
        await expect(page.get_by_role("heading", name="还没有退出")).to_be_visible()
        await expect(page.locator("#kept-drafts")).to_contain_text("王海的记录 1 份")
        await expect(page.locator("main")).not_to_contain_text(title)
        await page.get_by_text("清除本机记录", exact=True).click()
        await look(page, "phone-leaving-320-zh")
        await page.get_by_role("button", name="退出，没有发送的留在手机里").click()
        await expect(page.get_by_role("heading", name="登录")).to_be_visible()
        assert await kept(page) == {"states": ["queued"], "typed": 1, "photos": 1}
        assert await counted(live, case) == (0, 0)
        # The writer comes back: it is sent, and nothing of it stays.
        await sign_in(page, "inspector", live.passwords["inspector"])
        await page.goto(address)
        await expect(page.locator("#sent")).to_be_visible()
        await live.stage_is(case, "instructing")
        assert await counted(live, case) == (1, 1)
        assert await kept(page) == EMPTY
        # Nothing waits: signing out is one step.
        await page.get_by_role("button", name="退出").click()
        await expect(page.get_by_role("heading", name="登录")).to_be_visible()


@pytest.mark.timeout(240)
async def test_the_step_before_signing_out_lists_ones_own_and_wipes_all(
    chromium: Browser, live: Live, look: Look, tmp_path: Path
) -> None:
    async with reading(chromium, live.on.api_url) as page:
        await begun(live, page)
        await ready(page)
        # Opened and never filled in: nothing to wait for, and nothing of it stays.
        await page.get_by_role("button", name="退出").click()
        await expect(page.get_by_role("heading", name="登录")).to_be_visible()
        assert await kept(page) == EMPTY
        await begun(live, page)
        await ready(page)
        title = await page.get_by_role("heading", level=1).inner_text()
        await page.get_by_label("检查情况").fill(WORDS)
        await page.locator("#photo").set_input_files(photo(tmp_path, "door"))
        await expect(page.locator("#kept-photos li")).to_have_count(1)
        await page.get_by_role("button", name="退出").click()
        await expect(page.locator("#kept-drafts a")).to_contain_text(title)
        await expect(page.locator("#kept-drafts")).to_contain_text("正在填写")
        await in_both_languages(page, look, "phone-leaving-own-320", "#kept-drafts a")
        assert await kept(page) == {"states": ["open"], "typed": 1, "photos": 1}
        # From the list back to the record.
        await page.locator("#kept-drafts a").click()
        await ready(page)
        await expect(page.get_by_label("检查情况")).to_have_value(WORDS)
        await page.get_by_role("button", name="退出").click()
        await page.get_by_text("清除本机记录", exact=True).click()
        await page.get_by_role("button", name="确认清除").click()
        await expect(page.get_by_role("heading", name="登录")).to_be_visible()
        assert await kept(page) == EMPTY


@pytest.mark.timeout(240)
async def test_a_link_from_elsewhere_signs_nobody_out(chromium: Browser, live: Live) -> None:
    async with reading(chromium, live.on.api_url) as page:
        await begun(live, page)
        await ready(page)
        other = await page.context.new_page()
        await other.goto("/sign-out")
        await expect(other.locator("#leaving[data-ready=yes]")).to_be_attached()
        await expect(other.get_by_role("heading", name="还没有退出")).to_be_visible()
        await page.reload()
        await ready(page)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_record_that_was_received_and_then_refused_comes_back(
    chromium: Browser, live: Live, look: Look, tmp_path: Path, language: str
) -> None:
    name = {"zh": "田卯", "en": "田辰"}[language]
    await inspector(live, name, ("2021-01-01", "2026-10-08"))
    async with reading(chromium, live.on.api_url) as page:
        case = await begun(live, page)
        await ready(page)
        await page.locator("#photo").set_input_files(photo(tmp_path, "door"))
        await filled_in(page, name)
        with engine_away(live):
            await hands_in(page)
            await expect(page.locator("#waiting-tag")).to_have_text("已收到，等结果")
        await expect(page.locator("#waiting-text")).to_contain_text("还没有定论")
        await expect(page.get_by_role("button", name="修改后再提交")).to_be_hidden()
        assert await kept(page) == {"states": ["received"], "typed": 1, "photos": 1}
        await speaks(page, language)
        await page.reload()
        await ready(page)
        await expect(page.locator("#waiting-tag")).to_be_visible()
        await look(page, f"phone-received-320-{language}")
        assert (await counted(live, case))[1] == 0
        await engine_back(live)
        # Asked for by the button, or by the page itself meanwhile.
        if await page.locator("#send-now").is_visible():
            await page.locator("#send-now").click(timeout=2000, no_wait_after=True)
        await expect(page.locator("#act-refused")).to_contain_text(name)
        await ready(page)
        await expect(page.locator("[name=record]")).to_have_value(WORDS)
        await expect(page.locator("#kept-photos li")).to_have_count(1)
        assert (await kept(page))["states"] == ["open"]
        await look(page, f"phone-refused-later-320-{language}")
        await page.get_by_role("checkbox", name=name).uncheck()
        await page.get_by_role("checkbox", name="冯丽").check()
        await page.locator(".thumb button").click()
        await expect(page.locator("#sent")).to_be_visible()
        await live.stage_is(case, "instructing")
        assert await counted(live, case) == (2, 1)
        assert await kept(page) == EMPTY


@pytest.mark.timeout(240)
async def test_a_record_that_was_received_is_dropped_when_it_takes_effect(
    chromium: Browser, live: Live, tmp_path: Path
) -> None:
    async with reading(chromium, live.on.api_url) as page:
        case = await begun(live, page)
        await ready(page)
        await page.locator("#photo").set_input_files(photo(tmp_path, "door"))
        await filled_in(page)
        with engine_away(live):
            await hands_in(page)
            await expect(page.locator("#waiting-tag")).to_have_text("已收到，等结果")
        assert (await kept(page))["photos"] == 1
        await engine_back(live)
        await live.stage_is(case, "instructing")
        # The page asks by itself.
        await expect(page.locator("#sent")).to_be_visible(timeout=30_000)
        assert await counted(live, case) == (1, 1)
        assert await kept(page) == EMPTY


@pytest.mark.timeout(240)
async def test_without_a_script_the_page_says_what_became_of_it(
    chromium: Browser, live: Live, look: Look
) -> None:
    await inspector(live, "田巳", ("2021-01-01", "2026-10-08"))
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await begun(live, page)
        await filled_in(page, "田巳")
        with engine_away(live):
            await hands_in(page)
            await expect(page.locator("#act-received")).to_contain_text("还没有定论")
        await in_both_languages(page, look, "phone-plain-received-320", "#act-received")
        await engine_back(live)
        await page.get_by_role("link", name="查看结果").click()
        await expect(page.locator("#act-refused")).to_contain_text("田巳")
        await expect(page.get_by_label("检查情况")).to_have_value(WORDS)
        await in_both_languages(page, look, "phone-plain-refused-320", "#act-refused")
        await page.get_by_role("link", name="待办", exact=True).first.click()
        await expect(page.locator("main")).to_contain_text("您提交的内容没有被接受")
        await look(page, "phone-desk-refused-320")


@pytest.mark.timeout(240)
async def test_without_a_network_nobody_sees_what_another_wrote(
    chromium: Browser, live: Live, look: Look
) -> None:
    async with reading(chromium, live.on.api_url) as page:
        await begun(live, page)
        await ready(page)
        await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        await page.reload()
        await ready(page)
        address, title = page.url, await page.get_by_role("heading", level=1).inner_text()
        await page.get_by_label("检查情况").fill(WORDS)
        await expect(page.locator("#saved")).to_be_visible()
        await lapses(page)
        await sign_in(page, "inspector2", live.passwords["inspector2"])
        await page.context.set_offline(True)
        await page.goto(address)
        await expect(page.locator("#shell[data-ready=yes]")).to_be_visible()
        await expect(page.locator("#kept-drafts")).to_have_text(
            "王海的记录 1 份，请由其本人登录后发送"
        )
        for told in (title, WORDS):
            await expect(page.locator("body")).not_to_contain_text(told)
        await look(page, "phone-shell-other-320")
        # The writer signs in again: it is theirs, with and without a network.
        await page.context.set_offline(False)
        await lapses(page)
        await sign_in(page, "inspector", live.passwords["inspector"])
        await page.context.set_offline(True)
        await page.goto("/desk/field/shell")
        await expect(page.locator("#kept-drafts a")).to_contain_text(title)
        await look(page, "phone-shell-own-320")
        await page.locator("#kept-drafts a").click()
        await ready(page)
        await expect(page.get_by_label("检查情况")).to_have_value(WORDS)
        # Signed out, it is nobody's to see.
        await page.context.set_offline(False)
        await page.goto("/desk")
        await page.get_by_role("button", name="退出").click()
        await page.get_by_role("button", name="退出，没有发送的留在手机里").click()
        await expect(page.get_by_role("heading", name="登录")).to_be_visible()
        await page.context.set_offline(True)
        await page.goto(address)
        await expect(page.locator("#kept-drafts")).to_contain_text("王海的记录 1 份")
        await expect(page.locator("body")).not_to_contain_text(title)


@pytest.mark.timeout(240)
async def test_a_draft_ends_with_its_task_or_with_its_month(
    chromium: Browser, live: Live, look: Look
) -> None:
    async with reading(chromium, live.on.api_url) as page:
        # Finished at the desk: the draft is no longer needed.
        case = await begun(live, page)
        await ready(page)
        await page.get_by_label("检查情况").fill(WORDS)
        await expect(page.locator("#saved")).to_be_visible()
        answers = {
            "task": FORM,
            "officers": ["冯丽", "王海"],
            "inspected_at": f"{TODAY}T15:00",
            "record": "没有发现问题",
            "signature": "signed",
        }
        await live.complete("inspector", case, **answers)
        await page.reload()
        await ready(page)
        await expect(page.locator("main")).to_contain_text("已经办理完毕")
        assert await kept(page) == EMPTY
        # Looked at last a month ago.
        await page.get_by_role("button", name="退出").click()
        await begun(live, page)
        await ready(page)
        await page.get_by_label("检查情况").fill(WORDS)
        await expect(page.locator("#saved")).to_be_visible()
        await page.evaluate(AGED)
        await page.reload()
        await ready(page)
        await expect(page.get_by_label("检查情况")).to_have_value("")
        assert (await kept(page))["typed"] == 0
        # Deleted by whoever wrote it, after one more question.
        await page.get_by_label("检查情况").fill(WORDS)
        await expect(page.locator("#saved")).to_be_visible()
        await page.get_by_text("从手机里删除这份记录").click()
        await look(page, "phone-discard-320")
        await page.get_by_role("button", name="确认删除").click()
        await expect(page.get_by_label("检查情况")).to_have_value("")
        await ready(page)
        assert (await kept(page))["typed"] == 0


@pytest.mark.timeout(240)
async def test_a_draft_whose_task_went_to_a_colleague(
    chromium: Browser, live: Live, look: Look, tmp_path: Path
) -> None:
    async def given_away(case: str) -> None:
        task = await live.task("inspector", case, FORM)
        path = f"/api/v1/tasks/{task['task_id']}/reassign"
        wanted = {"to": "inspector2", "reason": "联系不上承办人"}
        await live.cast.ask("section_head", "POST", path, json=wanted)

    async with reading(chromium, live.on.api_url) as page:
        # Only opened: gone at once.
        case = await begun(live, page)
        await ready(page)
        assert (await kept(page))["states"] == ["open"]
        await given_away(case)
        await page.reload()
        await ready(page)
        assert await kept(page) == EMPTY
        # Filled in and never sent: nobody else has it, so its writer decides.
        await page.get_by_role("button", name="退出").click()
        case = await begun(live, page)
        await ready(page)
        await page.locator("#photo").set_input_files(photo(tmp_path, "door"))
        await page.get_by_label("检查情况").fill(WORDS)
        await expect(page.locator("#saved")).to_be_visible()
        await given_away(case)
        await page.reload()
        await ready(page)
        await expect(page.locator("#waiting-tag")).to_have_text("没有发送成功")
        await expect(page.locator("#send-now")).to_be_hidden()
        await expect(page.locator("main")).to_contain_text("已转给另一位同事办理")
        await look(page, "phone-given-away-320")
        await page.get_by_text("从手机里删除这份记录").click()
        await page.get_by_role("button", name="确认删除").click()
        await expect(page.locator("#waiting")).to_be_hidden()
        await ready(page)
        assert await kept(page) == EMPTY


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("who", "told"),
    [("inspector2", "另一位同事"), ("applicant", "打不开这个任务的现场页面")],
    ids=["colleague", "no-field-page"],
)
async def test_nothing_is_sent_under_another_sign_in(
    chromium: Browser, live: Live, look: Look, tmp_path: Path, who: str, told: str
) -> None:
    async with reading(chromium, live.on.api_url) as page:
        case = await begun(live, page)
        await waits_for_a_network(page, tmp_path)
        # Back in the net, but its own requests do not come through yet.
        look_ups = re.compile(r"/desk/field/[^/]+$")
        await page.route(look_ups, lambda route: route.abort())
        await page.context.set_offline(False)
        await expect(page.locator("#waiting-text")).to_contain_text("没有网络")
        await lapses(page)
        other = await page.context.new_page()
        await sign_in(other, who, live.passwords[who])
        posted: list[Request] = []
        page.on("request", lambda r: posted.append(r) if r.method == "POST" else None)
        await page.unroute(look_ups)
        await page.locator("#send-now").click()
        await expect(page.locator("#waiting-text")).to_contain_text(told)
        await look(page, f"phone-not-yours-{who}-320")
        assert posted == []
        assert await counted(live, case) == (0, 0)
        assert await kept(page) == {"states": ["queued"], "typed": 1, "photos": 1}
