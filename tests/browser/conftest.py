"""A real browser: the system's Chromium, one per run, one context per test; axe on every page that is looked at.

The served application runs in this process on a port of its own. Nothing here downloads a browser.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import pytest
import pytest_asyncio
import uvicorn
from axe_playwright_python.async_playwright import Axe
from fastapi import FastAPI
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Route,
    async_playwright,
)

from banjian.serve import KEEP_ALIVE

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    # One page of our own at a time: a process for drawing and one for each site take a tenth more of the machine.
    "--disable-software-rasterizer",
    "--disable-gpu-compositing",
    "--in-process-gpu",
    "--renderer-process-limit=1",
    "--disable-features=IsolateOrigins,site-per-process",
]
SERIOUS = ("serious", "critical")
# No rule that runs needs the style sheets once more.
AXE_RULES = {"resultTypes": ["violations"], "preload": False}
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}

Look = Callable[[Page, str], Awaitable[None]]


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The browser. Its absence is a failure of the environment, said in words."""
    if CHROMIUM is None:
        pytest.fail("no Chromium on this machine: install the system's package `chromium`")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    """The application on a free port of the loop-back address; its origin."""
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=0,
        log_level="warning",
        lifespan="off",
        timeout_keep_alive=KEEP_ALIVE,
    )
    server = uvicorn.Server(config)
    # Signals belong to pytest.
    running = asyncio.create_task(server._serve())
    try:
        while not server.started:
            if running.done():
                running.result()
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await running


class Complaints:
    """What the browser held against our pages: content security policy, script errors, foreign requests."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.heard: list[str] = []

    def listen(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self.heard.append(f"script: {error.error}"))
        context.on("request", lambda request: self._request(request.url))

    def _console(self, message: ConsoleMessage) -> None:
        # A page that answers 4xx is logged as an error by the browser; those are asked for on purpose.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.heard.append(f"console: {message.text}")

    def _request(self, url: str) -> None:
        if not url.startswith((self.origin, "data:", "about:", "blob:")):
            self.heard.append(f"foreign request: {url}")


@asynccontextmanager
async def reading(
    browser: Browser, origin: str, *, javascript: bool = True, phone: bool = False, **more: Any
) -> AsyncIterator[Page]:
    """A page of a fresh context; fails at its end when the browser complained."""
    context = await browser.new_context(
        base_url=origin,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        viewport=PHONE if phone else WIDE,  # type: ignore[arg-type]
        java_script_enabled=javascript,
        reduced_motion="reduce",
        **more,
    )
    complaints = Complaints(origin)
    complaints.listen(context)
    try:
        yield await context.new_page()
    finally:
        await context.close()
    assert complaints.heard == []


class Copies:
    """A page with scripts on, in a context of its own, that shows the HTML of pages without.

    Axe waits for timers, and no timer fires in a page without JavaScript. A copy is the same HTML at the same address
    with the same cookies; our own scripts stay out of it. One for all: a browser that has read axe once needs a third
    of the time to run it again.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self._shown = ("", "")

    @classmethod
    async def of(cls, browser: Browser) -> "Copies":
        """The one of the browser."""
        if browser not in _copies:
            context = await browser.new_context(
                locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce"
            )
            copies = cls(await context.new_page())
            await copies._page.route("**/*", copies._answer)
            _copies[browser] = copies
        return _copies[browser]

    async def _answer(self, route: Route) -> None:
        address, html = self._shown
        if route.request.url == address:
            await route.fulfill(body=html, content_type="text/html")
        elif route.request.resource_type == "script":
            await route.abort()
        else:
            await route.continue_()

    async def copy(self, page: Page) -> Page:
        """The copy, until the next one is made."""
        context = self._page.context
        await context.clear_cookies()
        await context.add_cookies(await page.context.cookies())  # type: ignore[arg-type]
        if page.viewport_size is not None:
            await self._page.set_viewport_size(page.viewport_size)
        self._shown = (page.url.partition("#")[0], await page.content())
        # The address that is shown already would only be scrolled in.
        await self._page.goto("about:blank")
        await self._page.goto(page.url)
        return self._page


_copies: WeakKeyDictionary[Browser, Copies] = WeakKeyDictionary()


async def with_scripts(page: Page) -> Page:
    """The page itself, or, where its scripts are off, its copy."""
    if not await page.evaluate("matchMedia('(scripting: none)').matches"):
        return page
    browser = page.context.browser
    assert browser is not None, "contexts of the tests belong to a browser"
    return await (await Copies.of(browser)).copy(page)


async def check_accessible(page: Page) -> None:
    """Fails with the rule and the elements where axe finds something serious or critical."""
    # A click comes back as soon as the next page begins; on a slow machine that page is still empty.
    await page.wait_for_load_state()
    readable = await with_scripts(page)
    found = await asyncio.wait_for(Axe().run(readable, options=AXE_RULES), 60)
    wrong = [
        f"{violation['id']} ({violation['impact']}): {violation['help']}\n    "
        + "\n    ".join(node["html"][:200] for node in violation["nodes"][:5])
        for violation in found.response["violations"]
        if violation["impact"] in SERIOUS
    ]
    assert not wrong, page.url + "\n" + "\n".join(wrong)


async def check_no_sideways_scrolling(page: Page) -> None:
    """The page is as wide as the window, also at 320 px (WCAG 1.4.10)."""
    over, widest = await page.evaluate(
        """() => {
          const root = document.documentElement, right = root.clientWidth;
          const out = [...document.querySelectorAll("main *")]
            .filter(e => e.getBoundingClientRect().right > right + 1)
            .map(e => e.outerHTML.slice(0, 120));
          return [root.scrollWidth - right, out.slice(0, 5)];
        }"""
    )
    assert over <= 0, f"{page.url} is {over} px too wide:\n" + "\n".join(widest)


@pytest.fixture
def look() -> Look:
    """Checks a page with axe and keeps its picture where `SCREENSHOTS` names a folder."""
    folder = Path(os.environ["SCREENSHOTS"]) if "SCREENSHOTS" in os.environ else None
    if folder:
        folder.mkdir(parents=True, exist_ok=True)

    async def look_at(page: Page, name: str) -> None:
        await check_accessible(page)
        await check_no_sideways_scrolling(page)
        if folder:
            await page.screenshot(path=folder / f"{name}.png", full_page=True)

    return look_at
