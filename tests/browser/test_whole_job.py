"""The whole job in the browser, in Chinese: a company from application to licence, with a correction.

Everybody begins at the front page and goes by what can be read there: no address is typed, nothing is found by
its name in the source. Once with JavaScript, where every page is looked at (axe, sideways scrolling, a picture where
SCREENSHOTS names a folder), and once without, where those are that scripts change.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from banjian.player import bureau
from banjian.player.cast import Cast
from banjian.player.deeds import Deed, Play, confirm_identity, sample_pdf, sign
from banjian.player.stage import Stage, stage
from tests.browser.conftest import Look, reading

PEOPLE: list[dict[str, Any]] = [
    {
        "name": "周晓岚",
        "id_number": "421303198506142016",
        "phone": "13800006210",
        "posts": ["legal_representative", "shareholder", "director"],
        "contribution": "600000",
    },
    {
        "name": "李国栋",
        "id_number": "421303199202290014",
        "phone": "13800006211",
        "posts": ["shareholder"],
        "contribution": "400000",
    },
    {
        "name": "王雅琴",
        "id_number": "421303199010033523",
        "phone": "13800006212",
        "posts": ["supervisor"],
    },
]
NO_INTEREST = "我与申请人没有利害关系"
POSTS = {
    "legal_representative": "法定代表人",
    "shareholder": "股东",
    "director": "董事",
    "supervisor": "监事",
}
MATERIALS = ("公司章程", "任职文件", "住所使用证明")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def on(module_database: str) -> AsyncIterator[tuple[Stage, dict[str, str]]]:
    async with stage(module_database) as made:
        yield made, await bureau.seed(made.core.engine)


async def sign_in(page: Page, who: str, password: str) -> None:
    await page.goto("/")
    await page.get_by_role("link", name="登录", exact=True).click()
    await page.get_by_label("登录名").fill(who)
    await page.get_by_label("密码").fill(password)
    await page.get_by_role("button", name="登录").click()
    await expect(page.get_by_role("button", name="退出")).to_be_visible()


async def goes(page: Page, link: str, *, exact: bool = True) -> None:
    """Follow the link of this name in the text."""
    await page.locator("main").get_by_role("link", name=link, exact=exact).first.click()


async def back(page: Page) -> None:
    """By the way that stands above the page."""
    await page.get_by_role("link", name="返回任务列表").first.click()


async def presses(page: Page, button: str, *, exact: bool = False) -> None:
    await page.locator("main").get_by_role("button", name=button, exact=exact).first.click()


async def fill_in(page: Page, name: str, files: Path, look: Look, tag: str) -> None:
    """From the guide to the last material."""
    await page.get_by_role("link", name="办事指南").click()
    await goes(page, "有限责任公司设立登记", exact=False)
    await look(page, f"guide{tag}")
    await goes(page, "开始办理", exact=False)
    await presses(page, "填写新的申请")
    await look(page, f"tasks-empty{tag}")

    await goes(page, "名称和类型", exact=False)
    await presses(page, "保存并继续")
    await expect(page.get_by_role("alert")).to_contain_text("企业名称")
    await look(page, f"section-errors{tag}")
    await page.get_by_label("企业名称").fill(name)
    await page.get_by_label("有限责任公司").check()
    await presses(page, "保存并继续")
    await page.get_by_label("住所").fill("湖北省随州市曾都区东城街道烈山大道88号1栋102室")
    await presses(page, "保存并继续")
    await page.get_by_label("注册资本").fill("1000000")
    await page.get_by_label("出资期限").fill("2029-09-22")
    await presses(page, "保存并继续")
    await page.get_by_label("经营范围", exact=True).fill(
        "食用农产品批发\n食品销售（仅销售预包装食品）"
    )
    await presses(page, "保存并继续")
    for number, person in enumerate(PEOPLE):
        await goes(page, "再添加一项" if number else "添加人员")
        await page.get_by_label("姓名").fill(person["name"])
        await page.get_by_label("公民身份号码").fill(person["id_number"])
        await page.get_by_label("手机号码").fill(person["phone"])
        for post in person["posts"]:
            await page.get_by_label(POSTS[post], exact=True).check()
        if "contribution" in person:
            await page.get_by_label("认缴出资额").fill(person["contribution"])
        await presses(page, "保存", exact=True)
    await look(page, f"people{tag}")
    await expect(page.locator("main")).not_to_contain_text("421303198506142016")
    await goes(page, "填好了，返回任务列表")
    for part in MATERIALS:
        await goes(page, part, exact=False)
        pdf = files / f"{part}.pdf"
        pdf.write_bytes(sample_pdf(part))
        await upload(page, pdf)
        if part == MATERIALS[-1]:
            await look(page, f"material{tag}")
        await goes(page, "完成，返回任务列表")
    await look(page, f"tasks-full{tag}")
    await goes(page, "核对并提交", exact=False)
    await look(page, f"check{tag}")


async def upload(page: Page, file: Path) -> None:
    await page.get_by_label(re.compile("选择.*文件")).set_input_files(file)
    await presses(page, "上传")


async def hand_in(page: Page, look: Look, tag: str) -> str:
    """Declare and submit; the receipt's number."""
    await page.get_by_label("我已核对以上内容，同意以上声明").check()
    await presses(page, "提交")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("已收到")
    await look(page, f"receipt{tag}")
    text = await page.locator("main").inner_text()
    found = re.search(r"\d{6}-\d{4}-\d{7}-\d", text)
    assert found, text
    return found.group()


async def open_task(page: Page, number: str) -> None:
    """From the inbox: claim, and open the task."""
    pool = page.get_by_role("link", name="本组待领").first
    if not await pool.count():
        await page.get_by_role("link", name="工作台").click()
    for _ in range(100):
        await pool.click()
        button = page.get_by_role("button", name=re.compile(f"领取.*{number}"))
        if await button.count():
            break
        await asyncio.sleep(0.1)
    await button.first.click()
    # Who claims it is shown the task.
    await expect(page.get_by_role("heading", name="事实与法律")).to_be_visible()


async def decide(page: Page) -> None:
    """Press the button of the officer's form: it says what happens, and stands alone."""
    form = page.locator("form").filter(has=page.get_by_text("提交后立即生效，不能自行撤回。"))
    await form.get_by_role("button").click()


async def open_case(page: Page, number: str) -> None:
    """The applicant's own case; its licences stand beside it under the same name."""
    await page.get_by_role("link", name="我的办件").click()
    await page.get_by_role("row").filter(has_text=number).get_by_role("link").click()


async def reaches(page: Page, stage_name: str) -> None:
    for _ in range(200):
        if stage_name in await page.locator("main").inner_text():
            return
        await asyncio.sleep(0.1)
        await page.reload()
    raise AssertionError(f"{page.url} did not reach {stage_name}")


SCRIPTED = {"material", "check", "receipt", "inbox", "task-acceptance", "case-done"}


def seldom(look: Look, tag: str) -> Look:
    """Looks at the pages of SCRIPTED only."""

    async def look_at(page: Page, name: str) -> None:
        if name.removesuffix(tag) in SCRIPTED:
            await look(page, name)

    return look_at


@pytest.mark.timeout(240)
@pytest.mark.parametrize("javascript", [True, False], ids=["with-js", "without-js"])
async def test_a_company_is_registered_through_the_pages(
    on: tuple[Stage, dict[str, str]],
    chromium: Browser,
    look: Look,
    tmp_path: Path,
    javascript: bool,
) -> None:
    made, passwords = on
    tag = "" if javascript else "-nojs"
    look = look if javascript else seldom(look, tag)
    name = f"随州市曾都区青禾{'甲' if javascript else '乙'}食品有限公司"
    play = Play(Cast(made.http, passwords), made.twins)
    url = made.api_url

    async with reading(chromium, url, javascript=javascript) as page:
        await sign_in(page, "applicant", passwords["applicant"])
        await fill_in(page, name, tmp_path, look, tag)
        number = await hand_in(page, look, tag)
        await open_case(page, number)
        await look(page, f"case-submitted{tag}")
        case_id = (await play.cast.ask("applicant", "GET", f"/api/v1/cases/{number}"))["case_id"]
    play.cases["case"] = {"id": case_id, "number": number, "owner": "applicant"}

    async with reading(chromium, url, javascript=javascript) as page:
        await sign_in(page, "acceptor", passwords["acceptor"])
        await look(page, f"inbox{tag}")
        await open_task(page, number)
        await look(page, f"task-acceptance{tag}")
        await page.get_by_label("住所使用证明不清晰").first.check()
        await page.get_by_role("radio", name=re.compile("一次性告知")).check()
        await decide(page)
        await expect(page.locator("main")).to_contain_text(name)

    async with reading(chromium, url, javascript=javascript) as page:
        await sign_in(page, "applicant", passwords["applicant"])
        await open_case(page, number)
        await reaches(page, "补正")
        await look(page, f"case-correction{tag}")
        await goes(page, "补正", exact=False)
        await goes(page, "去改正", exact=False)
        await look(page, f"correction-material{tag}")
        clear = tmp_path / "clear.pdf"
        clear.write_bytes(sample_pdf("清晰的住所使用证明"))
        await upload(page, clear)
        await goes(page, "完成，返回任务列表")
        await goes(page, "核对并提交", exact=False)
        await hand_in(page, look, f"-again{tag}")

    async with reading(chromium, url, javascript=javascript) as page:
        await sign_in(page, "acceptor", passwords["acceptor"])
        await open_task(page, number)
        await page.get_by_role("radio", name=re.compile("^受理")).check()
        await decide(page)

    async with reading(chromium, url, javascript=javascript) as page:
        await sign_in(page, "reviewer", passwords["reviewer"])
        await open_task(page, number)
        await look(page, f"task-review{tag}")
        await page.get_by_role("radio", name=re.compile("^建议准予")).check()
        # Without the declaration the page comes back with the reason, and nothing is lost.
        await decide(page)
        await expect(page.get_by_role("alert")).to_be_visible()
        await look(page, f"task-review-errors{tag}")
        await page.get_by_label(NO_INTEREST).check()
        await decide(page)

    everyone = [p["name"] for p in PEOPLE]
    await confirm_identity(play, Deed("identity", "case", {"who": everyone}))
    await sign(play, Deed("signature", "case", {"who": everyone[:2]}))

    async with reading(chromium, url, javascript=javascript) as page:
        await sign_in(page, "approver", passwords["approver"])
        await open_task(page, number)
        await look(page, f"task-decision{tag}")
        await page.get_by_role("radio", name=re.compile("^准予")).check()
        await page.get_by_label(NO_INTEREST).check()
        await decide(page)

    async with reading(chromium, url, javascript=javascript) as page:
        await sign_in(page, "applicant", passwords["applicant"])
        await open_case(page, number)
        await reaches(page, "办件已办结")
        await look(page, f"case-done{tag}")
        await expect(page.locator("main")).to_contain_text("统一社会信用代码")
        await goes(page, "营业执照", exact=False)
        await look(page, f"paper{tag}")
        await page.get_by_role("link", name="我的办件").click()
        await look(page, f"my-cases{tag}")


@pytest.mark.parametrize("width", [320, 1280])
async def test_the_pages_read_in_english_and_on_a_small_phone(
    on: tuple[Stage, dict[str, str]], chromium: Browser, look: Look, width: int
) -> None:
    made, passwords = on
    async with reading(chromium, made.api_url) as page:
        await page.set_viewport_size({"width": width, "height": 720})
        await sign_in(page, "applicant", passwords["applicant"])
        cases = await Cast(made.http, passwords).ask("applicant", "GET", "/api/v1/cases")
        paths = ["/", "/items", "/items/establishment_registration", "/applications", "/verify"]
        paths += [f"/cases/{c['number']}" for c in cases["items"][:1]]
        await (
            page.get_by_role("button", name="English")
            .or_(page.get_by_role("link", name="English"))
            .first.click()
        )
        await expect(page.locator("html")).to_have_attribute("lang", "en")
        for n, path in enumerate(paths):
            answer = await page.goto(path)
            assert answer is not None
            assert answer.status == 200, path
            await look(page, f"en-{width}-{n}")
