"""The whole job in the browser, in Chinese: a company from its name to its licences, with a correction on the way.

Everybody begins at the front page and goes by what can be read there: no address is typed, nothing is found by
its name in the source. Once with JavaScript, where every page is looked at (axe, sideways scrolling, a picture where
SCREENSHOTS names a folder), and once without, where those are that scripts change.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from banjian.name_library import fill_library
from banjian.player import bureau
from banjian.player.cast import Cast
from banjian.player.deeds import Deed, Play, confirm_identity, sample_pdf, sign
from banjian.player.stage import Stage, stage
from tests.browser.conftest import Look, reading
from tests.browser.steps import (
    AGAIN,
    NO_INTEREST,
    PEOPLE,
    TIMES,
    begin,
    decide,
    describe_the_company,
    goes,
    hand_in,
    hand_over_materials,
    list_people,
    name_the_company,
    number_on,
    open_case,
    open_task,
    presses,
    reaches,
    sign_in,
    upload,
)

RED = {"uscc": "91421321MA0A00014A", "name": "随县红光酒业厂", "division": "421321"}
# One item is filed, one granted on commitment, one only asked about; the last term nobody knows.
SCOPE = [
    "日用百货销售",
    "食品销售（仅销售预包装食品）",
    "职业中介活动",
    "活禽销售",
    "月球旅游观光服务",
]
PARTS = ("公安印章备案", "税务信息确认", "社会保险登记", "住房公积金缴存登记", "银行预约开户")
FILING, COMMITMENT = "仅销售预包装食品备案", "人力资源服务许可（职业中介）"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def on(module_database: str) -> AsyncIterator[tuple[Stage, dict[str, str]]]:
    async with stage(module_database) as made:
        await fill_library(made.core.engine, [RED])
        yield made, await bureau.seed(made.core.engine)


SCRIPTED = {"material", "check", "receipt", "inbox", "task-acceptance", "case-done"}


def seldom(look: Look, tag: str) -> Look:
    """Looks at the pages of SCRIPTED only."""

    async def look_at(page: Page, name: str) -> None:
        if name.removesuffix(tag) in SCRIPTED:
            await look(page, name)

    return look_at


@dataclass(frozen=True)
class Job:
    """Whose pages are read, on which stage, and how they are looked at."""

    made: Stage
    passwords: dict[str, str]
    browser: Browser
    looking: Look
    files: Path
    javascript: bool = True

    @property
    def tag(self) -> str:
        return "" if self.javascript else "-nojs"

    @property
    def look(self) -> Look:
        return self.looking if self.javascript else seldom(self.looking, self.tag)

    @asynccontextmanager
    async def as_(self, who: str) -> AsyncIterator[Page]:
        """A fresh browser, signed in by the front page."""
        async with reading(self.browser, self.made.api_url, javascript=self.javascript) as page:
            await sign_in(page, who, self.passwords[who])
            yield page


@pytest.fixture
def job(on: tuple[Stage, dict[str, str]], chromium: Browser, look: Look, tmp_path: Path) -> Job:
    return Job(*on, chromium, look, tmp_path)


# -- the name --------------------------------------------------------------------------------------


async def check_name(page: Page, name: str) -> None:
    await page.get_by_label("拟用名称").fill(name)
    await presses(page, "查一查")


async def declare_name(job: Job, page: Page, taken: str, name: str) -> None:
    """A name that is taken is explained; another one is declared and reserved. Ends on the reserved name's page."""
    await check_name(page, taken)
    await expect(page.get_by_role("heading", name="不能申报：与他人的名称相同")).to_be_visible()
    hit = page.get_by_role("listitem").filter(has_text=RED["name"])
    await expect(hit).to_contain_text("相同，不能申报")
    await expect(hit).to_contain_text("企业名称登记管理规定")
    await expect(page.get_by_role("button", name="申报这个名称")).to_have_count(0)
    await page.get_by_label("企业类型").select_option(label="有限责任公司")
    await check_name(page, name)
    await expect(page.get_by_role("heading", name="可以申报")).to_be_visible()
    await presses(page, "申报这个名称")
    await goes(page, "核对并提交", exact=False)
    await hand_in(page, job.look, "-name")
    await goes(page, "查看办件进度")
    await reaches(page, "名称开始保留")


# -- the registration ------------------------------------------------------------------------------


async def company_registered(job: Job, number: str, name: str) -> None:
    """From the application that was handed in to the licence, by everybody's own pages."""
    tag, look = job.tag, job.look
    play = Play(Cast(job.made.http, job.passwords), job.made.twins)
    case = await play.cast.ask("applicant", "GET", f"/api/v1/cases/{number}")
    play.cases["case"] = {"id": case["case_id"], "number": number, "owner": "applicant"}

    async with job.as_("acceptor") as page:
        await look(page, f"inbox{tag}")
        await open_task(page, number)
        await look(page, f"task-acceptance{tag}")
        await page.get_by_label("住所使用证明不清晰").first.check()
        await page.get_by_role("radio", name=re.compile("一次性告知")).check()
        await decide(page)
        await expect(page.locator("main")).to_contain_text(name)

    async with job.as_("applicant") as page:
        await open_case(page, number)
        await reaches(page, "补正")
        await look(page, f"case-correction{tag}")
        await goes(page, "补正", exact=False)
        await goes(page, "去改正", exact=False)
        await look(page, f"correction-material{tag}")
        clear = job.files / "clear.pdf"
        clear.write_bytes(sample_pdf("清晰的住所使用证明"))
        await upload(page, clear)
        await goes(page, "完成，返回任务列表")
        await goes(page, "核对并提交", exact=False)
        await hand_in(page, look, f"-again{tag}")

    async with job.as_("acceptor") as page:
        await open_task(page, number)
        await page.get_by_role("radio", name=re.compile("^受理")).check()
        await decide(page)

    async with job.as_("reviewer") as page:
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

    async with job.as_("approver") as page:
        await open_task(page, number)
        await look(page, f"task-decision{tag}")
        await page.get_by_role("radio", name=re.compile("^准予")).check()
        await page.get_by_label(NO_INTEREST).check()
        await decide(page)

    async with job.as_("applicant") as page:
        await open_case(page, number)
        await reaches(page, "办件已办结")
        await look(page, f"case-done{tag}")
        await expect(page.locator("main")).to_contain_text("统一社会信用代码")
        await goes(page, "营业执照", exact=False)
        await look(page, f"paper{tag}")
        await page.get_by_role("link", name="我的办件").click()
        await look(page, f"my-cases{tag}")


async def fill_in(job: Job, page: Page, scope: list[str]) -> str:
    """What follows the company's name, to the receipt; the case's number."""
    tag, look = job.tag, job.look
    await describe_the_company(page, scope)
    await list_people(page, PEOPLE)
    await look(page, f"people{tag}")
    await goes(page, "填好了，返回任务列表")
    await hand_over_materials(page, job.files, look, tag)
    await look(page, f"tasks-full{tag}")
    await goes(page, "核对并提交", exact=False)
    await look(page, f"check{tag}")
    number = await hand_in(page, look, tag)
    await open_case(page, number)
    await look(page, f"case-submitted{tag}")
    return number


@pytest.mark.timeout(240)
async def test_a_company_is_registered_without_scripts(job: Job) -> None:
    """By its guide, under a name that was never declared."""
    job = replace(job, javascript=False)
    name = "随州市曾都区青禾乙食品有限公司"
    async with job.as_("applicant") as page:
        await begin(page, "有限责任公司设立登记", job.look, job.tag)
        await name_the_company(page, name, job.look, job.tag)
        number = await fill_in(job, page, SCOPE[:2])
    await company_registered(job, number, name)


# -- its licences ----------------------------------------------------------------------------------


def licence(page: Page, item: str) -> Locator:
    """The line of an item in the table of licences."""
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=item))


async def to_licences(page: Page, number: str) -> None:
    """From one's cases to the separation of licences that the registration opened."""
    await open_case(page, number)
    await goes(page, "涉企经营许可事项办理（证照分离）")


async def may_trade(page: Page, item: str) -> None:
    """The departments answer beside the page: look again until the item's line says so."""
    for _ in range(TIMES):
        if "还不可以" not in await licence(page, item).inner_text():
            break
        await asyncio.sleep(AGAIN)
        await page.reload()
    await expect(licence(page, item)).to_contain_text("可以")
    await expect(licence(page, item)).not_to_contain_text("还不可以")


@pytest.mark.timeout(240)
async def test_a_company_from_its_name_to_its_licences(job: Job) -> None:
    name = "随州市曾都区青禾甲食品有限公司"
    async with job.as_("applicant") as page:
        await declare_name(job, page, "随州市曾都区红光酒业有限公司", name)
        await presses(page, "用这个名称办理公司设立登记")
        await goes(page, "名称和类型", exact=False)
        await expect(page.get_by_label("企业名称")).to_have_value(name)
        await expect(page.get_by_label("名称申报的办件编号")).not_to_have_value("")
        await presses(page, "保存并继续")
        number = await fill_in(job, page, SCOPE)
    await company_registered(job, number, name)

    async with job.as_("applicant") as page:
        await to_licences(page, number)
        await reaches(page, "待您确认是否需要")
        await job.look(page, "licences")
        await page.get_by_role("group", name="动物防疫条件合格证").get_by_label("不涉及").check()
        await presses(page, "提交回答")
        await expect(licence(page, "动物防疫条件合格证")).to_contain_text("不需要办理")
        separation = await number_on(page)

    async with job.as_("reviewer") as page:
        await open_task(page, separation)
        await expect(page.locator("main")).to_contain_text("月球旅游观光服务")
        await job.look(page, "task-term")
        await page.get_by_label("依据").fill("电话询问文化和旅游部门，不涉及许可")
        await decide(page)

    async with job.as_("applicant") as page:
        await to_licences(page, number)
        for item, said in ((FILING, "已备案"), (COMMITMENT, "核查通过")):
            await may_trade(page, item)
            await licence(page, item).get_by_role("link", name="查看办件").click()
            await reaches(page, said)
            await job.look(page, f"licence-{said}")
            await goes(page, "涉企经营许可事项办理（证照分离）")
        await reaches(page, "办件已办结")
        await job.look(page, "licences-done")


# -- one-stop opening ------------------------------------------------------------------------------


@pytest.mark.timeout(120)
async def test_an_enterprise_is_opened_by_one_application(job: Job) -> None:
    """From the front page to the page that shows the registration and every part."""
    async with job.as_("applicant") as page:
        await goes(page, "企业开办“一次办”")
        await job.look(page, "guide-onestop")
        await goes(page, "开始办理", exact=False)
        await presses(page, "填写新的申请")
        await goes(page, "名称和类型", exact=False)
        await page.get_by_label("企业名称").fill("随州市曾都区青禾丙商贸有限公司")
        await page.get_by_label("有限责任公司").check()
        await presses(page, "保存并继续")
        await describe_the_company(page, ["日用百货销售"])
        await list_people(page, [{**PEOPLE[0], "contribution": "1000000"}])
        await goes(page, "填好了，返回任务列表")
        await goes(page, "一并办理的事项", exact=False)
        for part in PARTS:
            await page.get_by_label(part, exact=True).check()
        await page.get_by_label("公章", exact=True).check()
        await page.get_by_label("小规模纳税人").check()
        await page.get_by_label("职工人数").fill("3")
        await page.get_by_label("开户银行").fill("曾都农商银行东城支行")
        await job.look(page, "onestop-parts")
        # The button leads on to the first material.
        await presses(page, "保存并继续")
        await goes(page, "返回任务列表")
        await hand_over_materials(page, job.files, seldom(job.look, ""), "-onestop")
        await goes(page, "核对并提交", exact=False)
        number = await hand_in(page, seldom(job.look, ""), "-onestop")
        await goes(page, "查看办件进度")
        await reaches(page, "查看登记办件")
        for part in PARTS:
            row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=part))
            await expect(row).to_contain_text("领取执照后办理")
        await expect(page.locator("main")).to_contain_text(number)
        await job.look(page, "onestop-case")
        await goes(page, "查看登记办件")
        await expect(page.get_by_role("heading", level=1)).to_contain_text("青禾丙")
        await goes(page, "企业开办“一次办”")
        await expect(page.locator("main")).to_contain_text(number)


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
        # On the phone a case of every kind there is; what is too wide shows there first.
        kinds = {c["procedure"]: f"/cases/{c['number']}" for c in cases["items"]}
        paths += list(kinds.values()) if width == 320 else list(kinds.values())[:1]
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
