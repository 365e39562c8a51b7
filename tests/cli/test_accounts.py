"""Accounts by command, and what they open: from the one-time password to one's own."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker

from banjian.secret_files import create_missing
from storage.engine import create_engine
from tests.api.conftest import client_of, csrf_of, sign_in
from tests.api.surface_app import build
from tests.cli.invoke import Answer, beside

OWN = "青山绿水 correct horse"


@pytest_asyncio.fixture(loop_scope="session")
async def browser(
    fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    """The site of an installation in which nobody has an account yet."""
    create_missing(tmp_path / "secrets")
    monkeypatch.setenv("BANJIAN_DATA", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", fresh_database)
    monkeypatch.delenv("BANJIAN_SECRETS", raising=False)
    engine = create_engine(fresh_database, pool_size=2)
    async with client_of(build(async_sessionmaker(engine, expire_on_commit=False))) as client:
        client.headers["accept"] = "text/html"
        yield client
    await engine.dispose()


async def created(name: str, *more: str) -> Answer:
    return await beside("account", "create", name, "--name", "陈思远", "--json", *more)


async def change(browser: httpx.AsyncClient, current: str, new: str) -> httpx.Response:
    page = await browser.get("/account")
    form = {"csrf_token": csrf_of(page), "current": current, "new": new, "repeat": new}
    return await browser.post("/account/password", data=form)


async def test_a_one_time_password_opens_only_the_page_that_changes_it(
    browser: httpx.AsyncClient,
) -> None:
    made = await created("chensiyuan", "--role", "reviewer")
    assert (made.status, made.err) == (0, "")
    assert (made.document["office"], made.document["roles"]) == ("421303", ["reviewer"])
    word = made.document["one_time_password"]
    assert (await sign_in(browser, "chensiyuan", word)).status_code == 303
    turned = await browser.get("/desk")
    assert (turned.status_code, turned.headers["location"]) == (303, "/account")
    refused = await browser.get("/api/v1/sessions/current")
    assert (refused.status_code, refused.json()["code"]) == (403, "password_change_required")
    assert "一次性密码" in (await browser.get("/account")).text

    same = await change(browser, word, word)
    assert (same.status_code, "不能与现在的密码相同" in same.text) == (422, True)
    assert (await change(browser, word, OWN)).status_code == 303
    assert (await browser.get("/api/v1/sessions/current")).json()["sign_in"] == "chensiyuan"
    assert "一次性密码" not in (await browser.get("/account")).text
    browser.cookies.clear()
    assert (await sign_in(browser, "chensiyuan", word)).status_code == 422


async def test_a_program_cannot_use_one(browser: httpx.AsyncClient) -> None:
    made = (await created("chensiyuan", "--role", "reviewer")).document
    body = {"sign_in": "chensiyuan", "password": made["one_time_password"]}
    refused = await browser.post("/api/v1/sessions", json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "password_change_required")


async def test_a_one_time_password_that_nobody_uses_ends(
    browser: httpx.AsyncClient, fresh_database: str
) -> None:
    word = (await created("chensiyuan", "--role", "reviewer")).document["one_time_password"]
    engine = create_engine(fresh_database, pool_size=1)
    async with engine.begin() as connection:
        await connection.execute(
            text("UPDATE accounts SET password_changed_at = app_now() - interval '73 hours'")
        )
    await engine.dispose()
    assert (await sign_in(browser, "chensiyuan", word)).status_code == 422


async def test_a_reset_ends_every_sign_in_and_the_old_password(browser: httpx.AsyncClient) -> None:
    first = (await created("lina", "--role", "applicant")).document
    assert first["office"] == ""
    await sign_in(browser, "lina", first["one_time_password"])
    await change(browser, first["one_time_password"], OWN)
    assert (await browser.get("/account")).status_code == 200

    reset = await beside(
        "account", "reset-password", "LiNa", "--reason", "窗口 3 核对身份证", "--json"
    )
    assert reset.status == 0
    assert (await browser.get("/account")).headers["location"].startswith("/sign-in")
    assert (await sign_in(browser, "lina", OWN)).status_code == 422
    again = await sign_in(browser, "lina", reset.document["one_time_password"])
    assert again.status_code == 303

    log = (await beside("audit", "log", "--json")).document["items"]
    assert [e["act"] for e in log] == ["password_reset", "account_created"]
    assert log[0]["details"] == {"sign_in": "lina", "reason": "窗口 3 核对身份证"}
    assert log[0]["actor"].startswith("os:")
    whole = (await beside("audit", "log")).out
    assert reset.document["one_time_password"] not in whole
    assert "窗口 3 核对身份证" in whole


async def test_disabled_enabled_and_other_posts(browser: httpx.AsyncClient) -> None:
    word = (await created("wangheng", "--role", "approver")).document["one_time_password"]
    assert (await beside("account", "disable", "wangheng")).status == 0
    assert (await sign_in(browser, "wangheng", word)).status_code == 422
    assert (await beside("account", "enable", "wangheng", "--json")).document["disabled"] is False
    assert (await sign_in(browser, "wangheng", word)).status_code == 303
    more = ("--role", "approver", "--role", "window_head")
    assert (await beside("account", "set-roles", "wangheng", *more)).status == 0
    assert (await browser.get("/account")).headers["location"].startswith("/sign-in")

    await created("lina", "--role", "applicant")
    listed = (await beside("account", "list", "--json")).document
    told = [(a["sign_in"], a["state"], a["roles"]) for a in listed["items"]]
    assert told == [
        ("lina", "one_time", ["applicant"]),
        ("wangheng", "one_time", ["approver", "window_head"]),
    ]
    assert listed["items"][1]["last_sign_in_at"] is not None
    assert listed["more"] is False
    few = (
        await beside("account", "list", "--role", "applicant", "--limit", "1", "--json")
    ).document
    assert [a["sign_in"] for a in few["items"]] == ["lina"]
    assert "待改密码" in (await beside("account", "list")).out


@pytest.mark.usefixtures("browser")
async def test_what_cannot_be() -> None:
    assert (await created("chensiyuan", "--role", "reviewer")).status == 0
    taken = await created("ChenSiYuan", "--role", "reviewer")
    assert (taken.status, taken.out) == (4, "")
    assert (await created("x", "--role", "reviewer")).status == 5
    assert (await created("spaced name", "--role", "reviewer")).status == 5
    assert (await created("lina", "--role", "emperor")).status == 2
    assert (await created("lina", "--role", "reviewer", "--office", "999999")).status == 5
    assert (await created("lina", "--role", "applicant", "--office", "421303")).status == 5
    for command in ("disable", "enable", "reset-password"):
        assert (await beside("account", command, "nobody")).status == 3
    assert len((await beside("audit", "log", "--json")).document["items"]) == 1
