"""The whole job in the browser, in Chinese: a company from application to licence, with a correction.

Once with JavaScript, once without; every page is looked at (axe, sideways scrolling, a picture where
SCREENSHOTS names a folder).
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
MATERIALS = ("articles", "appointment", "address_proof")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def on(module_database: str) -> AsyncIterator[tuple[Stage, dict[str, str]]]:
    async with stage(module_database) as made:
        yield made, await bureau.seed(made.core.engine)


async def sign_in(page: Page, who: str, password: str) -> None:
    await page.goto("/sign-in")
    await page.get_by_label("登录名").fill(who)
    await page.get_by_label("密码").fill(password)
    await page.get_by_role("button", name="登录").click()
    await expect(page.get_by_role("button", name="退出")).to_be_visible()


async def fill_in(page: Page, name: str, files: Path, look: Look, tag: str) -> None:
    """From the guide to the last material."""
    await page.goto("/items/establishment_registration")
    await look(page, f"guide{tag}")
    await page.get_by_role("link", name="开始办理").click()
    await page.get_by_role("button", name="填写新的申请").click()
    await look(page, f"tasks-empty{tag}")
    home = page.url

    await page.get_by_role("link", name="名称和类型", exact=True).click()
    await page.get_by_role("button", name="保存并继续").click()
    await expect(page.get_by_role("alert")).to_contain_text("企业名称")
    await look(page, f"section-errors{tag}")
    await page.get_by_label("企业名称").fill(name)
    await page.get_by_label("有限责任公司").check()
    await page.get_by_role("button", name="保存并继续").click()
    await page.get_by_label("住所").fill("湖北省随州市曾都区东城街道烈山大道88号1栋102室")
    await page.get_by_role("button", name="保存并继续").click()
    await page.get_by_label("注册资本").fill("1000000")
    await page.get_by_label("出资期限").fill("2029-09-22")
    await page.get_by_role("button", name="保存并继续").click()
    await page.get_by_label("经营范围", exact=True).fill(
        "食用农产品批发\n食品销售（仅销售预包装食品）"
    )
    await page.get_by_role("button", name="保存并继续").click()
    for person in PEOPLE:
        await page.goto(f"{home}/sections/people/persons/new")
        for field in ("name", "id_number", "phone"):
            await page.locator(f"input[name={field}]").fill(person[field])
        for post in person["posts"]:
            await page.locator(f"input[name=posts][value={post}]").check()
        if "contribution" in person:
            await page.locator("input[name=contribution]").fill(person["contribution"])
        await page.get_by_role("button", name="保存", exact=True).click()
    await look(page, f"people{tag}")
    await expect(page.locator("main")).not_to_contain_text("421303198506142016")
    for part in MATERIALS:
        await page.goto(f"{home}/materials/{part}")
        pdf = files / f"{part}.pdf"
        pdf.write_bytes(sample_pdf(part))
        await page.locator("input[type=file]").set_input_files(pdf)
        await page.get_by_role("button", name="上传").click()
    await look(page, f"material{tag}")
    await page.goto(home)
    await look(page, f"tasks-full{tag}")
    await page.goto(f"{home}/check")
    await look(page, f"check{tag}")


async def hand_in(page: Page, look: Look, tag: str) -> str:
    """Declare and submit; the receipt's number."""
    await page.locator("input[name=declaration]").check()
    await page.get_by_role("button", name="提交").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("已收到")
    await look(page, f"receipt{tag}")
    text = await page.locator("main").inner_text()
    found = re.search(r"\d{6}-\d{4}-\d{7}-\d", text)
    assert found, text
    return found.group()


async def open_task(page: Page, number: str) -> None:
    """From the inbox: claim, and open the task."""
    for _ in range(100):
        await page.goto("/desk?tab=pool")
        button = page.get_by_role("button", name=re.compile(f"领取.*{number}"))
        if await button.count():
            break
        await asyncio.sleep(0.1)
    await button.first.click()
    await page.goto("/desk")
    await page.get_by_role("link", name=re.compile(f"办理.*{number}")).first.click()


async def reaches(page: Page, number: str, stage_name: str) -> None:
    for _ in range(200):
        await page.goto(f"/cases/{number}")
        if stage_name in await page.locator("main").inner_text():
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{number} did not reach {stage_name}")


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
    name = f"随州市曾都区青禾{'甲' if javascript else '乙'}食品有限公司"
    play = Play(Cast(made.http, passwords), made.twins)
    url = made.api_url

    async with reading(chromium, url, javascript=javascript) as page:
        await sign_in(page, "applicant", passwords["applicant"])
        await fill_in(page, name, tmp_path, look, tag)
        number = await hand_in(page, look, tag)
        await reaches(page, number, name)
        await look(page, f"case-submitted{tag}")
        case_id = (await play.cast.ask("applicant", "GET", f"/api/v1/cases/{number}"))["case_id"]
    play.cases["case"] = {"id": case_id, "number": number, "owner": "applicant"}

    async with reading(chromium, url, javascript=javascript) as page:
        await sign_in(page, "acceptor", passwords["acceptor"])
        await look(page, f"inbox{tag}")
        await open_task(page, number)
        await look(page, f"task-acceptance{tag}")
        await page.locator("input[name=gap][value=address_unclear]").check()
        await page.locator("input[name=decision][value=one_time_notice]").check()
        await page.locator("button[name=do][value=submit]").click()
        await expect(page.locator("main")).to_contain_text(name)

    async with reading(chromium, url, javascript=javascript) as page:
        await sign_in(page, "applicant", passwords["applicant"])
        await reaches(page, number, "补正")
        await look(page, f"case-correction{tag}")
        await page.goto(f"/applications/{case_id}/materials/address_proof")
        await look(page, f"correction-material{tag}")
        clear = tmp_path / "clear.pdf"
        clear.write_bytes(sample_pdf("清晰的住所使用证明"))
        await page.locator("input[type=file]").set_input_files(clear)
        await page.get_by_role("button", name="上传").click()
        await page.goto(f"/applications/{case_id}/check")
        await hand_in(page, look, f"-again{tag}")

    async with reading(chromium, url, javascript=javascript) as page:
        await sign_in(page, "acceptor", passwords["acceptor"])
        await open_task(page, number)
        await page.locator("input[name=decision][value=accept]").check()
        await page.locator("button[name=do][value=submit]").click()

    async with reading(chromium, url, javascript=javascript) as page:
        await sign_in(page, "reviewer", passwords["reviewer"])
        await open_task(page, number)
        await look(page, f"task-review{tag}")
        await page.locator("input[name=finding][value=conforms]").check()
        # Without the declaration the page comes back with the reason, and nothing is lost.
        await page.locator("button[name=do][value=submit]").click()
        await expect(page.get_by_role("alert")).to_be_visible()
        await look(page, f"task-review-errors{tag}")
        await page.locator("input[name=no_interest]").check()
        await page.locator("button[name=do][value=submit]").click()

    everyone = [p["name"] for p in PEOPLE]
    await confirm_identity(play, Deed("identity", "case", {"who": everyone}))
    await sign(play, Deed("signature", "case", {"who": everyone[:2]}))

    async with reading(chromium, url, javascript=javascript) as page:
        await sign_in(page, "approver", passwords["approver"])
        await open_task(page, number)
        await look(page, f"task-decision{tag}")
        await page.locator("input[name=decision][value=grant]").check()
        await page.locator("input[name=no_interest]").check()
        await page.locator("button[name=do][value=submit]").click()

    async with reading(chromium, url, javascript=javascript) as page:
        await sign_in(page, "applicant", passwords["applicant"])
        await reaches(page, number, "已办结")
        await look(page, f"case-done{tag}")
        await expect(page.locator("main")).to_contain_text("统一社会信用代码")
        documents = await play.cast.ask("applicant", "GET", f"/api/v1/cases/{number}/documents")
        licence = next(d for d in documents["items"] if d["kind"] == "licence")
        await page.goto(f"/cases/{number}/papers/{licence['document_id']}")
        await look(page, f"paper{tag}")
        await page.goto("/applications")
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
