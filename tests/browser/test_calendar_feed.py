"""The calendar address in a real browser: made, copied, fetched, revoked; in both languages, on a narrow screen.

What the calendar lists is for `tests/api/test_calendar_feed.py`: here no case runs.
"""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import cast
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect
from sqlalchemy.ext.asyncio import AsyncSession

from api.app import create_app
from api.security import passwords
from api.services import Services
from domain.roles import Role
from law.offices import DEFAULT_OFFICE
from storage import accounts
from storage.engine import create_engine
from tests.api.surface_app import BUREAU, settings_for
from tests.browser.conftest import Look, reading, serving
from tests.browser.steps import sign_in

PASSWORD = "青山绿水 correct horse"
NARROW = {"width": 320, "height": 740}
SAID = {
    "zh-CN": ("生成日历地址", "还没有取用过", "停用这个地址", "X-WR-CALNAME:办件到期日"),
    "en": (
        "Make a calendar address", "not fetched yet", "Revoke this address",
        "X-WR-CALNAME:Due dates of cases",
    ),
}  # fmt: skip


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def origin(module_database: str) -> AsyncIterator[str]:
    """The product over a database alone, with two accounts."""
    engine = create_engine(module_database)
    hashed = await passwords.hashed(PASSWORD)
    async with AsyncSession(engine) as db, db.begin():
        for name, shown, role in (
            ("applicant", "周晓岚", Role.APPLICANT),
            ("section_head", "钱慧", Role.SECTION_HEAD),
        ):
            await accounts.create_account(
                db, sign_in=name, display_name=shown, password_hash=hashed,
                roles=frozenset({role}), office=DEFAULT_OFFICE if role.staff else "",
            )  # fmt: skip
    means = SimpleNamespace(engine=engine, office=DEFAULT_OFFICE, public_url="")
    security = settings_for("local", origin="http://127.0.0.1")
    async with serving(create_app(cast(Services, means), security, BUREAU)) as address:
        means.public_url = address
        yield address
    await engine.dispose()


@pytest.mark.parametrize(("who", "language"), [("applicant", "zh-CN"), ("section_head", "en")])
async def test_the_address_from_making_to_revoking(
    origin: str, chromium: Browser, look: Look, who: str, language: str
) -> None:
    make, unused, revoke, name = SAID[language]
    async with reading(chromium, origin) as page, httpx.AsyncClient(base_url=origin) as program:
        await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        await sign_in(page, who, PASSWORD)
        if language == "en":
            await page.get_by_role("link", name="English").click()
        await page.goto("/account")
        await page.locator("main a[href='/account/calendar']").click()
        button = page.get_by_role("button", name=make)
        await expect(button).to_be_visible()
        await button.click()
        address = urlsplit(await page.locator("#address").input_value())
        await expect(page.locator("main")).to_contain_text(unused)
        await look(page, f"calendar-made-{language}")
        # As the person's calendar program: it has no cookie.
        assert name in (await program.get(address.path)).text
        await page.goto("/account/calendar")
        await expect(page.locator("#address")).to_have_count(0)
        await expect(page.locator("main")).not_to_contain_text(unused)
        await page.get_by_role("button", name=revoke).click()
        await expect(page.locator("[role=status]")).to_be_visible()
        await look(page, f"calendar-revoked-{language}")
        assert (await program.get(address.path)).status_code == 404
