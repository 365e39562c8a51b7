"""Sign-in, account, errors and components in a real browser, with and without script."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta

import pytest
import pytest_asyncio
from fastapi import FastAPI, Request
from jinja2 import ChoiceLoader, DictLoader
from playwright.async_api import Browser, Page
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker
from starlette.responses import Response

from api import templating
from api.clock_cards import Promised, card, light_of
from api.security import passwords
from api.security.current import Anyone
from api.templating import render
from api.views.ledgers import LedgerView
from domain.roles import Role
from law.calendars import default_calendars
from law.clocks import find_clock
from law.deadlines import Suspension, deadline, remaining
from law.ledger import Stop, ledger
from law.zone import CST
from storage import accounts
from storage.engine import create_engine
from tests.api.surface_app import build, settings_for
from tests.browser.conftest import Look, check_accessible, reading, serving
from tests.browser.gallery import GALLERY

PASSWORD = "青山绿水 correct horse"
NOW = datetime(2026, 9, 28, 10, 12, tzinfo=CST)
STAGES = {
    "precheck": ("资格预检", ""),
    "not_eligible": ("不符合条件", "bad"),
    "notice_running": ("公示中", ""),
    "withdrawn": ("申请人撤回", "bad"),
    "objected": ("核对异议", ""),
    "terminated": ("终止", "bad"),
    "window_open": ("可申请注销", ""),
    "review": ("审查", ""),
    "deregistered": ("准予注销", "good"),
    "refused": ("不予注销", "bad"),
}
MOVES = [
    ("precheck", "notice_running", "符合条件，公示开始"),
    ("precheck", "not_eligible", "有禁止情形"),
    ("notice_running", "window_open", "公示期满，无异议"),
    ("notice_running", "objected", "部门或债权人提出异议"),
    ("notice_running", "withdrawn", "您主动撤回"),
    ("objected", "terminated", "异议有效"),
    ("window_open", "review", "提交注销申请"),
    ("review", "deregistered", "准予"),
    ("review", "refused", "不予"),
]
MAIN = ["precheck", "notice_running", "window_open", "review", "deregistered"]


def _gallery(request: Request) -> dict[str, object]:
    """All components with data of the law, on one page."""
    calendars = default_calendars()
    notice = deadline(find_clock("D01"), NOW - timedelta(days=10), calendars)
    review = deadline(find_clock("R01"), NOW - timedelta(days=4), calendars)

    def shown(d: object, name: str, promised: Promised | None = None) -> object:
        json = d.to_json()  # type: ignore[attr-defined]
        left = remaining(d, NOW, calendars)  # type: ignore[arg-type]
        return card(json, name=name, now=NOW, light=light_of(json, left), promised=promised)

    promised = Promised(date(2026, 9, 28), "承诺 2 个工作日")
    law = find_clock("G02")
    stop = Stop(date(2026, 9, 24), None, "hearing", "行政许可法 45", "", "reviewer", None)
    paused = deadline(
        law,
        NOW - timedelta(days=10),
        calendars,
        suspensions=[Suspension(stop.start, None, stop.ground, stop.article)],
    )
    account = ledger(paused, calendars, NOW, stops=[stop])
    assert account is not None
    return {
        "account": LedgerView(account, law),
        "cards": [shown(notice, "公示期（异议期）"), shown(review, "登记期限", promised)],
        "stages": STAGES,
        "moves": MOVES,
        "main": MAIN,
        "passed": [("precheck", "9月18日"), ("notice_running", "第 10 天 / 20 天")],
        "notes": {"objected": "如有异议", "withdrawn": "随时可撤回"},
        "at": NOW,
    }


def _with_gallery(app: FastAPI) -> FastAPI:
    @app.get("/gallery")
    async def gallery(request: Request, visitor: Anyone) -> Response:
        return render(request, "gallery.html", _gallery(request))

    return app


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def origin(module_database: str) -> AsyncIterator[str]:
    engine = create_engine(module_database)
    database = async_sessionmaker(engine, expire_on_commit=False)
    hashed = await passwords.hashed(PASSWORD)
    async with database.begin() as db:
        await db.execute(text("UPDATE app_clock SET frozen_at = '2026-09-28T10:12:00+08:00'"))
        for name, shown, role in (
            ("zhouxiaolan", "周晓岚", Role.APPLICANT),
            ("chensiyuan", "陈思远", Role.REVIEWER),
        ):
            await accounts.create_account(
                db,
                sign_in=name,
                display_name=shown,
                password_hash=hashed,
                roles=frozenset({role}),
                office="登记注册股" if role.staff else "",
            )
    app = _with_gallery(build(database, settings_for("local", origin="http://127.0.0.1")))
    loader = templating._ENVIRONMENT.loader
    assert loader is not None
    templating._ENVIRONMENT.loader = ChoiceLoader([loader, DictLoader({"gallery.html": GALLERY})])
    async with serving(app) as address:
        yield address
    templating._ENVIRONMENT.loader = loader
    await engine.dispose()


async def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    await page.get_by_label("登录名").fill(name)
    await page.get_by_label("密码").fill(password)
    await page.get_by_role("main").get_by_role("button", name="登录").click()


async def go(page: Page, path: str, status: int = 200) -> None:
    """Opens a page that must answer with the status."""
    response = await page.goto(path)
    assert response is not None
    assert response.status == status, path


async def test_signing_in_and_out_without_script(
    chromium: Browser, origin: str, look: Look
) -> None:
    async with reading(chromium, origin, javascript=False) as page:
        await page.goto("/account")
        assert await page.title() == "登录 - 办件 - 随州市曾都区市场监督管理局"
        await page.get_by_role("main").get_by_role("button", name="登录").click()
        assert "请填写登录名" in await page.get_by_role("alert").inner_text()
        await sign_in(page, "zhouxiaolan", "wrong")
        assert "登录名或密码不正确" in await page.get_by_role("alert").inner_text()
        await sign_in(page, "zhouxiaolan")
        assert page.url == f"{origin}/account"
        assert "周晓岚，申请人" in await page.get_by_role("main").inner_text()
        assert "失败：密码不正确" in await page.get_by_role("table").inner_text()
        await page.get_by_role("button", name="退出").click()
        assert page.url == f"{origin}/sign-in"
        await page.goto("/account")
        assert page.url.startswith(f"{origin}/sign-in?next=")


async def test_large_type_and_english_are_kept(chromium: Browser, origin: str, look: Look) -> None:
    async with reading(chromium, origin, javascript=False) as page:
        await page.goto("/sign-in?next=%2Faccount")
        await page.get_by_role("link", name="长者模式").click()
        assert page.url == f"{origin}/sign-in?next=%2Faccount"
        assert await page.locator("html").get_attribute("class") == "elder"
        await page.get_by_role("link", name="English").click()
        assert await page.locator("html").get_attribute("lang") == "en"
        assert "Sign in" in await page.title()
        await page.get_by_role("link", name="Normal text size").click()
        await page.get_by_role("link", name="中文").click()
        assert await page.locator("html").get_attribute("class") is None
        assert "登录" in await page.title()


async def test_pages_are_accessible_in_every_size_and_language(
    chromium: Browser, origin: str, look: Look
) -> None:
    for phone in (False, True):
        async with reading(chromium, origin, phone=phone) as page:
            size = "360" if phone else "1280"
            await page.goto("/sign-in")
            await look(page, f"sign-in-{size}")
            await page.get_by_role("main").get_by_role("button", name="登录").click()
            await look(page, f"sign-in-errors-{size}")
            await sign_in(page, "zhouxiaolan")
            for path, name, status in (
                ("/account", "account", 200),
                ("/gallery", "gallery", 200),
                ("/nowhere", "not-found", 404),
                ("/problems/stale", "problem", 200),
                ("/broken", "error", 500),
            ):
                await go(page, path, status)
                await look(page, f"{name}-{size}")
            for preference in ("elder=1", "lang=en"):
                await go(page, f"/preferences?{preference}&next=/gallery")
                await look(page, f"gallery-{preference.split('=')[0]}-{size}")


async def test_the_desk_is_accessible(chromium: Browser, origin: str, look: Look) -> None:
    async with reading(chromium, origin) as page:
        await page.goto("/sign-in?next=%2Faccount")
        await sign_in(page, "chensiyuan")
        await look(page, "desk-account-1280")
        await go(page, "/gallery?desk=1")
        await look(page, "desk-gallery-1280")


async def test_it_reflows_at_320_pixels_also_in_large_type(
    chromium: Browser, origin: str, look: Look
) -> None:
    async with reading(chromium, origin) as page:
        await page.set_viewport_size({"width": 320, "height": 700})
        for preference in ("elder=0", "elder=1"):
            await go(page, f"/preferences?{preference}&next=/gallery")
            await look(page, f"gallery-320-{preference[-1]}")


async def test_the_keyboard_reaches_everything(chromium: Browser, origin: str) -> None:
    async with reading(chromium, origin) as page:
        await page.goto("/sign-in")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.className") == "skip"
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.id") == "sign_in"
        await page.keyboard.type("zhouxiaolan")
        await page.keyboard.press("Tab")
        await page.keyboard.type(PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"{origin}/")


async def test_axe_would_find_a_planted_fault(chromium: Browser, origin: str) -> None:
    async with reading(chromium, origin) as page:
        await page.goto("/sign-in")
        await page.evaluate("document.querySelector('label').remove()")
        with pytest.raises(AssertionError, match="label"):
            await check_accessible(page)
