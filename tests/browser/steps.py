"""What people do in the browser, by what can be read on the pages: no address is typed but the front page's."""

import asyncio
import re
from pathlib import Path
from typing import Any

from playwright.async_api import Page, expect

from banjian.player.deeds import sample_pdf
from tests.browser.conftest import Look

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
POSTS = {
    "legal_representative": "法定代表人",
    "shareholder": "股东",
    "director": "董事",
    "supervisor": "监事",
}
MATERIALS = ("公司章程", "任职文件", "住所使用证明")
NO_INTEREST = "我与申请人没有利害关系"
# What works beside a page is looked for again, each time after this many seconds, at most so many times.
AGAIN, TIMES = 0.1, 200


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


async def presses(page: Page, button: str, *, exact: bool = False) -> None:
    await page.locator("main").get_by_role("button", name=button, exact=exact).first.click()


# -- applicants ------------------------------------------------------------------------------------


async def begin(page: Page, item: str, look: Look, tag: str) -> None:
    """From the guide to the empty list of parts."""
    await page.get_by_role("link", name="办事指南").click()
    await goes(page, item, exact=False)
    await look(page, f"guide{tag}")
    await goes(page, "开始办理", exact=False)
    await presses(page, "填写新的申请")
    await look(page, f"tasks-empty{tag}")


async def name_the_company(page: Page, name: str, look: Look, tag: str) -> None:
    """The first section; what is missing is said beside the field."""
    await goes(page, "名称和类型", exact=False)
    await presses(page, "保存并继续")
    await expect(page.get_by_role("alert")).to_contain_text("企业名称")
    await look(page, f"section-errors{tag}")
    await page.get_by_label("企业名称").fill(name)
    await page.get_by_label("有限责任公司").check()
    await presses(page, "保存并继续")


async def describe_the_company(page: Page, scope: list[str]) -> None:
    """Seat, capital and scope, one section leading to the next; ends on the section of persons."""
    await page.get_by_label("住所").fill("湖北省随州市曾都区东城街道烈山大道88号1栋102室")
    await presses(page, "保存并继续")
    await page.get_by_label("注册资本").fill("1000000")
    await page.get_by_label("出资期限").fill("2029-09-22")
    await presses(page, "保存并继续")
    await page.get_by_label("经营范围", exact=True).fill("\n".join(scope))
    await presses(page, "保存并继续")


async def list_people(page: Page, people: list[dict[str, Any]]) -> None:
    for number, person in enumerate(people):
        await goes(page, "再添加一项" if number else "添加人员")
        await page.get_by_label("姓名").fill(person["name"])
        await page.get_by_label("公民身份号码").fill(person["id_number"])
        await page.get_by_label("手机号码").fill(person["phone"])
        for post in person["posts"]:
            await page.get_by_label(POSTS[post], exact=True).check()
        if "contribution" in person:
            await page.get_by_label("认缴出资额").fill(person["contribution"])
        await presses(page, "保存", exact=True)
    # Nobody reads a whole identity number over somebody's shoulder.
    for person in people:
        await expect(page.locator("main")).not_to_contain_text(person["id_number"])


async def hand_over_materials(page: Page, files: Path, look: Look, tag: str) -> None:
    """One file for each; ends on the list of parts."""
    for part in MATERIALS:
        await goes(page, part, exact=False)
        pdf = files / f"{part}.pdf"
        pdf.write_bytes(sample_pdf(part))
        await upload(page, pdf)
        if part == MATERIALS[-1]:
            await look(page, f"material{tag}")
        await goes(page, "完成，返回任务列表")


async def upload(page: Page, file: Path) -> None:
    await page.get_by_label(re.compile("选择.*文件")).set_input_files(file)
    await presses(page, "上传")


async def hand_in(page: Page, look: Look, tag: str) -> str:
    """Declare and submit; the receipt's number."""
    await page.get_by_label("我已核对以上内容，同意以上声明").check()
    await presses(page, "提交")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("已收到")
    await look(page, f"receipt{tag}")
    return await number_on(page)


async def number_on(page: Page) -> str:
    """The first case number that the page says."""
    text = await page.locator("main").inner_text()
    found = re.search(r"\d{6}-\d{4}-\d{7}-\d", text)
    assert found, text
    return found.group()


async def open_case(page: Page, number: str) -> None:
    """The applicant's own case; its licences stand beside it under the same name."""
    await page.get_by_role("link", name="我的办件").click()
    await (
        page.get_by_role("row")
        .filter(has_text=number)
        .get_by_role("rowheader")
        .get_by_role("link")
        .click()
    )


async def reaches(page: Page, words: str) -> None:
    """The case works on beside the page: look again until it says so."""
    for _ in range(TIMES):
        if words in await page.locator("main").inner_text():
            return
        await asyncio.sleep(AGAIN)
        await page.reload()
    raise AssertionError(f"{page.url} did not reach {words}")


# -- officers --------------------------------------------------------------------------------------


async def open_task(page: Page, number: str) -> None:
    """From the inbox: claim, and open the task."""
    pool = page.get_by_role("link", name="本组待领").first
    if not await pool.count():
        await page.get_by_role("link", name="工作台").click()
    for _ in range(TIMES):
        await pool.click()
        button = page.get_by_role("button", name=re.compile(f"领取.*{number}"))
        if await button.count():
            break
        await asyncio.sleep(AGAIN)
    await button.first.click()
    # Who claims it is shown the task.
    await expect(page.get_by_role("heading", name="事实与法律")).to_be_visible()


async def decide(page: Page) -> None:
    """Press the button of the officer's form: it says what happens, and stands alone."""
    form = page.locator("form").filter(has=page.get_by_text("提交后立即生效，不能自行撤回。"))
    await form.get_by_role("button").click()
