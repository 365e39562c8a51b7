"""An inspector on the spot with a telephone: the page with and without scripts, without a network, and when an answer is lost."""

import re
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from banjian.player import bureau
from banjian.player.cast import Cast
from banjian.player.deeds import Play
from banjian.player.field_deeds import sample_photo
from banjian.player.stage import stage
from tests.api.case_stage import RING, Live
from tests.api.hazards import STEM, hazard, inspector
from tests.browser.conftest import Look, reading
from tests.browser.steps import sign_in

STARTS = datetime.fromisoformat("2026-10-09T15:30:00+08:00")
TODAY = "2026-10-09"
NARROW, PHONE = {"width": 320, "height": 720}, {"width": 360, "height": 780}
FORM = f"{STEM}.inspection"
EVENTS = "SELECT kind FROM case_events WHERE case_id = :c ORDER BY revision"
ACTS = "SELECT state FROM acts WHERE case_id = :c AND kind = 'complete'"
PHOTOS = "SELECT kind, sha256, taken_at FROM photos WHERE case_id = :c ORDER BY received_at"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def live(module_database: str) -> AsyncIterator[Live]:
    async with stage(module_database, starts=STARTS) as on:
        passwords = dict(await bureau.seed(on.core.engine, RING))
        yield Live(on, Play(Cast(on.http, passwords), on.twins), passwords)


async def begun(live: Live, page: Page, size: dict[str, int] = NARROW) -> str:
    """A hazard whose inspection this browser has claimed on the page; the case's name in the test."""
    case = await hazard(live, TODAY)
    task = await live.task("inspector", case, FORM)
    await page.set_viewport_size(size)  # type: ignore[arg-type]
    await sign_in(page, "inspector", live.passwords["inspector"])
    await page.goto(f"/desk/field/{task['task_id']}")
    await page.get_by_role("button", name="领取办理").click()
    await expect(page.get_by_role("heading", name="三、检查人员")).to_be_visible()
    return case


async def ready(page: Page) -> None:
    """The script has taken over the form."""
    await expect(page.locator("#field[data-ready=yes]")).to_be_attached()


async def filled_in(page: Page, colleague: str = "冯丽") -> None:
    await page.get_by_role("checkbox", name="其他问题").check()
    await page.get_by_label("检查情况").fill("机房门锁损坏")
    await page.get_by_role("checkbox", name=colleague).check()
    await page.get_by_role("radio", name="已经签名").check()


async def hands_in(page: Page) -> None:
    await page.get_by_role("button", name="提交检查记录").click()


def photo(folder: Path, name: str, content: bytes | None = None) -> Path:
    file = folder / f"{name}.png"
    file.write_bytes(sample_photo(name) if content is None else content)
    return file


async def counted(live: Live, case: str) -> tuple[int, int]:
    """Completing acts, and records of the inspection."""
    acts = await live.rows(ACTS, c=live.ident(case))
    events = await live.rows(EVENTS, c=live.ident(case))
    return len(acts), [e.kind for e in events].count("inspected")


@pytest.mark.timeout(240)
async def test_without_scripts_the_plain_form_does_it_all(
    chromium: Browser, live: Live, look: Look, tmp_path: Path
) -> None:
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        case = await begun(live, page)
        await look(page, "field-plain-320")
        await page.get_by_label("检查情况").fill("机房门锁损坏")
        # A photo without content is refused, nothing typed is lost.
        for name, content in (("empty", b""), ("cut", sample_photo("cut")[:200])):
            await page.locator("#photo").set_input_files(photo(tmp_path, name, content))
            await page.get_by_role("button", name="上传这张照片").click()
            told = {"empty": "文件是空的", "cut": "无法打开"}[name]
            await expect(page.locator("#photo-err")).to_contain_text(told)
            await expect(page.get_by_label("检查情况")).to_have_value("机房门锁损坏")
        await look(page, "field-plain-photo-refused-320")
        await page.locator("#photo").set_input_files(photo(tmp_path, "door"))
        await page.get_by_role("button", name="上传这张照片").click()
        await expect(page.get_by_role("checkbox", name="写进记录")).to_be_checked()
        await expect(page.get_by_label("检查情况")).to_have_value("机房门锁损坏")
        await filled_in(page)
        await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        await look(page, "field-plain-photo-360")
        await hands_in(page)
        await live.stage_is(case, "instructing")
        assert await counted(live, case) == (1, 1)
        await page.goto(f"/cases/{live.number(case)}")
        await expect(page.get_by_role("heading", name="现场照片")).to_be_visible()
        await expect(page.get_by_role("img", name="door.png")).to_be_visible()
        await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        await look(page, "field-case-photos-320")


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    "size",
    [pytest.param(NARROW, id="320"), pytest.param(PHONE, id="360", marks=pytest.mark.slow)],
)
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_page_in_both_languages(
    chromium: Browser,
    live: Live,
    look: Look,
    tmp_path: Path,
    size: dict[str, int],
    language: str,
) -> None:
    tag = f"{size['width']}-{language}"
    async with reading(chromium, live.on.api_url) as page:
        await begun(live, page, size)
        if language == "en":
            await page.get_by_role("link", name="English").click()
        await ready(page)
        await page.locator("#photo").set_input_files(photo(tmp_path, "machine room"))
        await expect(page.locator("#kept-photos li")).to_have_count(1)
        await page.locator("#signature-pad").scroll_into_view_if_needed()
        box = await page.locator("#signature-pad").bounding_box()
        assert box is not None
        await page.mouse.move(box["x"] + 30, box["y"] + 60)
        await page.mouse.down()
        await page.mouse.move(box["x"] + 120, box["y"] + 100, steps=5)
        await page.mouse.up()
        await look(page, f"field-{tag}")
        await page.locator("#keep-signature").click()
        await expect(page.locator("#kept-photos li")).to_have_count(2)
        await expect(page.locator("input[name=signature][value=signed]")).to_be_checked()
        # Nothing was found out yet: the case is told nothing, and says what is missing.
        await page.locator(".thumb button").click()
        await expect(page.locator("#sent-errors li").first).to_be_visible()
        await look(page, f"field-refused-{tag}")


@pytest.mark.timeout(240)
async def test_without_a_network_the_record_waits_and_is_one_act(
    chromium: Browser, live: Live, look: Look, tmp_path: Path
) -> None:
    async with reading(chromium, live.on.api_url) as page:
        case = await begun(live, page)
        await ready(page)
        await page.context.set_offline(True)
        await expect(page.locator("#network")).to_have_text("未联网，先存在手机里")
        await page.locator("#photo").set_input_files(
            [photo(tmp_path, "door"), photo(tmp_path, "rope")]
        )
        # The same picture once more is the same photo.
        await page.locator("#photo").set_input_files(photo(tmp_path, "door"))
        await filled_in(page)
        await expect(page.locator("#kept-photos li")).to_have_count(2)
        await hands_in(page)
        await expect(page.locator("#waiting-tag")).to_have_text("待发送 3 项")
        await expect(page.locator("#waiting-text")).to_contain_text("记录没有丢")
        await look(page, "field-waiting-320")
        assert await counted(live, case) == (0, 0)
        # Twice pressed, and a second tab of the same telephone.
        await page.locator("#send-now").click()
        await page.context.set_offline(False)
        other = await page.context.new_page()
        await other.goto(page.url)
        await expect(page.locator("#sent")).to_be_visible()
        await expect(other.locator("#sent")).to_be_visible()
        await live.stage_is(case, "instructing")
        assert await counted(live, case) == (1, 1)
        taken = await live.rows(PHOTOS, c=live.ident(case))
        assert [p.kind for p in taken] == ["photo", "photo"]
        assert all(p.taken_at is not None for p in taken)
        await look(page, "field-sent-320")


@pytest.mark.timeout(240)
async def test_the_page_opens_again_without_a_network(
    chromium: Browser, live: Live, look: Look, tmp_path: Path
) -> None:
    async with reading(chromium, live.on.api_url) as page:
        case = await begun(live, page)
        await ready(page)
        await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        await page.reload()
        await ready(page)
        await page.get_by_label("检查情况").fill("机房门锁损坏，钥匙不在")
        await page.locator("#photo").set_input_files(photo(tmp_path, "lock"))
        await expect(page.locator("#kept-photos li")).to_have_count(1)
        await page.context.set_offline(True)
        await page.reload()
        await ready(page)
        await expect(page.get_by_label("检查情况")).to_have_value("机房门锁损坏，钥匙不在")
        await expect(page.locator("#kept-photos li")).to_have_count(1)
        await look(page, "field-reopened-320")
        kept = await page.evaluate(
            "caches.keys().then(names => Promise.all(names.map(n => caches.open(n).then(c => c.keys()))))"
            ".then(all => all.flat().map(r => new URL(r.url).pathname).sort())"
        )
        assert kept == sorted(
            ["/desk/field/shell"]
            + [f"/static/{n}" for n in ("tokens.css", "banjian.css", "mark.svg")]
            + [f"/static/field{n}.js" for n in ("", "-kept", "-pictures", "-send")]
        )
        await filled_in(page)
        await hands_in(page)
        await expect(page.locator("#waiting-tag")).to_have_text("待发送 2 项")
        await page.context.set_offline(False)
        await expect(page.locator("#sent")).to_be_visible()
        await live.stage_is(case, "instructing")
        assert await counted(live, case) == (1, 1)


async def loses(route: Route, lost: list[str]) -> None:
    """The request arrives, its answer does not."""
    await route.fetch()
    lost.append(route.request.url)
    await route.abort()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("what", ["photos", "complete"])
async def test_a_lost_answer_is_sent_again_and_is_one_act(
    chromium: Browser, live: Live, tmp_path: Path, what: str
) -> None:
    async with reading(chromium, live.on.api_url) as page:
        case = await begun(live, page)
        await ready(page)
        lost: list[str] = []
        pattern = re.compile(rf"/api/v1/tasks/.*/{what}$")
        await page.context.route(pattern, lambda route: loses(route, lost))
        await page.locator("#photo").set_input_files(photo(tmp_path, "door"))
        await filled_in(page)
        await hands_in(page)
        await expect(page.locator("#waiting-text")).to_contain_text("记录没有丢")
        assert len(lost) == 1
        await page.context.unroute(pattern)
        await page.reload()
        await expect(page.locator("#sent")).to_be_visible()
        await live.stage_is(case, "instructing")
        assert await counted(live, case) == (1, 1)
        assert len(await live.rows(PHOTOS, c=live.ident(case))) == 1


@pytest.mark.timeout(240)
async def test_what_a_colleague_did_meanwhile_and_a_lapsed_sign_in_keep_the_draft(
    chromium: Browser, live: Live, look: Look, tmp_path: Path
) -> None:
    async with reading(chromium, live.on.api_url) as page:
        case = await begun(live, page)
        await ready(page)
        await page.context.set_offline(True)
        await page.locator("#photo").set_input_files(photo(tmp_path, "door"))
        await filled_in(page)
        await hands_in(page)
        await expect(page.locator("#waiting-tag")).to_have_text("待发送 2 项")
        cookies = await page.context.cookies()
        await page.context.clear_cookies()
        await page.context.set_offline(False)
        await expect(page.locator("#waiting-text")).to_contain_text("登录已失效")
        await look(page, "field-lapsed-320")
        assert await counted(live, case) == (0, 0)
        # The head gives the task to a colleague, who does it.
        task = await live.task("inspector", case, FORM)
        path = f"/api/v1/tasks/{task['task_id']}"
        await live.cast.ask(
            "section_head",
            "POST",
            f"{path}/reassign",
            json={"to": "inspector2", "reason": "联系不上承办人"},
        )
        answers: dict[str, Any] = {
            "task": FORM,
            "officers": ["冯丽", "马骁"],
            "inspected_at": f"{TODAY}T15:00",
            "record": "没有发现问题",
            "signature": "signed",
        }
        await live.complete("inspector2", case, **answers)
        await page.context.add_cookies(cookies)  # type: ignore[arg-type]
        await page.locator("#send-now").click()
        await expect(page.locator("#waiting-tag")).to_have_text("没有发送成功")
        await expect(page.locator("#waiting-text")).to_contain_text("把补充的情况告诉办理的同事")
        await look(page, "field-stuck-320")
        assert await counted(live, case) == (1, 1)
        await page.reload()
        await expect(page.locator("#waiting-tag")).to_have_text("没有发送成功")
        await page.get_by_text("从手机里删除这份记录").click()
        await page.get_by_role("button", name="确认删除").click()
        await expect(page.locator("#waiting")).to_be_hidden()
        await expect(page.locator("main")).to_contain_text("已经办理完毕")


@pytest.mark.timeout(240)
@pytest.mark.parametrize("javascript", [True, False], ids=["script", "plain"])
async def test_an_expired_certificate_is_told_and_put_right(
    chromium: Browser, live: Live, look: Look, tmp_path: Path, javascript: bool
) -> None:
    name = "田辛" if javascript else "田壬"
    await inspector(live, name, ("2021-01-01", "2026-10-08"))
    async with reading(chromium, live.on.api_url, javascript=javascript) as page:
        case = await begun(live, page)
        if javascript:
            await ready(page)
        await expect(page.locator("main")).to_contain_text("有效期至 2026年10月8日，今天无效")
        await filled_in(page, name)
        await hands_in(page)
        told = f"{name}的特种设备安全行政执法证"
        await expect(page.get_by_role("alert")).to_contain_text(told)
        await expect(page.get_by_role("alert")).to_contain_text("有效期至2026年10月8日")
        await expect(page.get_by_label("检查情况")).to_have_value("机房门锁损坏")
        await look(page, f"field-expired-{'script' if javascript else 'plain'}-320")
        await page.get_by_role("checkbox", name=name).uncheck()
        await page.get_by_role("checkbox", name="冯丽").check()
        await hands_in(page)
        await live.stage_is(case, "instructing")
        assert (await counted(live, case))[1] == 1


@pytest.mark.timeout(240)
async def test_a_photo_without_content_is_refused_when_it_is_sent(
    chromium: Browser, live: Live, look: Look, tmp_path: Path
) -> None:
    async with reading(chromium, live.on.api_url) as page:
        case = await begun(live, page)
        await ready(page)
        await page.locator("#photo").set_input_files(
            photo(tmp_path, "cut", sample_photo("cut")[:200])
        )
        await filled_in(page)
        await hands_in(page)
        await expect(page.get_by_role("alert")).to_contain_text("无法打开")
        await look(page, "field-photo-refused-320")
        await page.get_by_role("button", name=re.compile("^移除")).click()
        await expect(page.locator("#kept-photos li")).to_have_count(0)
        await hands_in(page)
        await expect(page.locator("#sent")).to_be_visible()
        assert await counted(live, case) == (1, 1)
        assert await live.rows(PHOTOS, c=live.ident(case)) == []


@pytest.mark.timeout(240)
async def test_the_register_of_certificates_at_all_widths(
    chromium: Browser, live: Live, look: Look
) -> None:
    async with reading(chromium, live.on.api_url, javascript=False) as page:
        await sign_in(page, "admin", live.passwords["admin"])
        await page.get_by_role("link", name="执法证件").click()
        await look(page, "certificates-1280")
        await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        await page.get_by_role("button", name="登记证件").click()
        await expect(page.get_by_role("alert")).to_contain_text("请填写这一项")
        await look(page, "certificates-refused-320")
        await page.get_by_role("link", name="English").click()
        await look(page, "certificates-320-en")
