"""Signing in and out in a browser without script."""

import httpx
from bs4 import BeautifulSoup
from fastapi import FastAPI
from sqlalchemy import text

from tests.api.conftest import PASSWORD, Database, People, SetClock, client_of, csrf_of, sign_in


async def test_staff_go_to_their_desk_applicants_to_the_front(
    browser: httpx.AsyncClient,
) -> None:
    staff = await sign_in(browser, "chensiyuan")
    assert (staff.status_code, staff.headers["location"]) == (303, "/desk")
    browser.cookies.clear()
    applicant = await sign_in(browser, "zhouxiaolan")
    assert (applicant.status_code, applicant.headers["location"]) == (303, "/")


async def test_the_name_is_taken_in_any_case_and_the_page_knows_the_person(
    browser: httpx.AsyncClient,
) -> None:
    assert (await sign_in(browser, " ZhouXiaoLan ")).status_code == 303
    page = await browser.get("/account")
    assert "某z" in page.text
    assert "数据时间" in page.text


async def test_only_a_path_of_this_site_is_gone_on_to(browser: httpx.AsyncClient) -> None:
    for target, expected in {
        "/account?done=ended": "/account?done=ended",
        "//evil.example/x": "/",
        "https://evil.example/": "/",
        "/\\evil.example": "/",
        "javascript:alert(1)": "/",
    }.items():
        browser.cookies.clear()
        answer = await sign_in(browser, "zhouxiaolan", next=target)
        assert answer.headers["location"] == expected, target


async def test_a_session_brought_along_is_never_kept(
    browser: httpx.AsyncClient, app: FastAPI
) -> None:
    browser.cookies.set("sid", "a" * 43, domain="testserver.local", path="/")
    assert (await sign_in(browser, "zhouxiaolan")).status_code == 303
    first = browser.cookies["sid"]
    assert first != "a" * 43
    async with client_of(app) as other:
        page = await browser.get("/account")
        form = {"csrf_token": csrf_of(page), "sign_in": "liguodong", "password": PASSWORD}
        assert (await browser.post("/sign-in", data=form)).status_code == 303
        assert browser.cookies["sid"] != first
        # The old token opens nothing, in nobody's hands.
        other.cookies.set("sid", first)
        assert (await other.get("/account")).headers["location"].startswith("/sign-in?")


async def test_signing_out_ends_it_on_the_server(browser: httpx.AsyncClient, app: FastAPI) -> None:
    await sign_in(browser, "zhouxiaolan")
    token = browser.cookies["sid"]
    page = await browser.get("/account")
    out = await browser.post("/sign-out", data={"csrf_token": csrf_of(page)})
    assert out.status_code == 303
    assert "sid" not in browser.cookies
    async with client_of(app) as other:
        other.cookies.set("sid", token)
        assert (await other.get("/account")).status_code == 303


async def test_the_table_holds_no_token(browser: httpx.AsyncClient, database: Database) -> None:
    await sign_in(browser, "zhouxiaolan")
    async with database() as db:
        stored = (await db.execute(text("SELECT sessions::text FROM sessions"))).scalar_one()
    assert browser.cookies["sid"] not in stored


async def test_idle_and_absolute_limits_of_staff(
    browser: httpx.AsyncClient, set_clock: SetClock
) -> None:
    await set_clock("2026-09-24T08:00:00+08:00")
    await sign_in(browser, "chensiyuan")
    for minute in (29, 58):
        await set_clock(f"2026-09-24T08:{minute:02}:00+08:00")
        assert (await browser.get("/account")).status_code == 200
    await set_clock("2026-09-24T09:28:00+08:00")
    gone = await browser.get("/account")
    assert gone.headers["location"] == "/sign-in?next=%2Faccount&expired=1"
    page = await browser.get(gone.headers["location"])
    assert "登录已超时，内容没有丢" in page.text

    await sign_in(browser, "chensiyuan")
    hour, minute = 9, 28
    while (hour, minute) < (19, 0):
        minute += 29
        hour, minute = hour + minute // 60, minute % 60
        await set_clock(f"2026-09-24T{hour:02}:{minute:02}:00+08:00")
        assert (await browser.get("/account")).status_code == 200, (hour, minute)
    await set_clock("2026-09-24T19:28:00+08:00")
    assert (await browser.get("/account")).status_code == 303


async def test_closing_the_account_or_changing_roles_ends_every_session(
    browser: httpx.AsyncClient, database: Database, people: People
) -> None:
    from domain.roles import Role
    from storage import accounts

    await sign_in(browser, "zhouxiaolan")
    async with database.begin() as db:
        await accounts.set_roles(db, people["zhouxiaolan"], frozenset({Role.ACCEPTOR}))
    assert (await browser.get("/account")).status_code == 303
    await sign_in(browser, "liguodong")
    async with database.begin() as db:
        await accounts.set_disabled(db, people["liguodong"], True)
    assert (await browser.get("/account")).status_code == 303
    assert (await sign_in(browser, "liguodong")).status_code == 422


async def test_own_sessions_are_listed_and_ended_others_are_not_found(
    browser: httpx.AsyncClient, app: FastAPI
) -> None:
    await sign_in(browser, "zhouxiaolan")
    async with client_of(app) as phone, client_of(app) as stranger:
        await sign_in(phone, "zhouxiaolan")
        await sign_in(stranger, "liguodong")
        page = await browser.get("/account")
        soup = BeautifulSoup(page.text, "html.parser")
        ends = [str(f["action"]) for f in soup.find_all("form") if "/end" in str(f["action"])]
        assert len(ends) == 2
        theirs = await stranger.get("/account")
        for action in ends:
            answer = await stranger.post(action, data={"csrf_token": csrf_of(theirs)})
            assert answer.status_code == 404
        current = soup.find("span", string="本次登录")
        assert current is not None
        mine = current.find_parent("li").find("form")["action"]  # type: ignore[union-attr, index]
        (other,) = [action for action in ends if action != mine]
        done = await browser.post(other, data={"csrf_token": csrf_of(page)})
        assert done.headers["location"] == "/account?done=ended"
        assert (await phone.get("/account")).status_code == 303
        assert (await browser.get("/account")).status_code == 200


async def test_a_new_password_needs_the_old_one_and_ends_other_sessions(
    browser: httpx.AsyncClient, app: FastAPI
) -> None:
    await sign_in(browser, "zhouxiaolan")
    token = browser.cookies["sid"]
    page = await browser.get("/account")
    new = "another good sentence"

    async def change(current: str, chosen: str, repeat: str) -> httpx.Response:
        form = {"csrf_token": csrf_of(page), "current": current, "new": chosen, "repeat": repeat}
        return await browser.post("/account/password", data=form)

    wrong = await change("not it", new, new)
    assert wrong.status_code == 422
    assert "现在的密码不正确" in wrong.text
    assert (await change(PASSWORD, "short", "short")).status_code == 422
    assert (await change(PASSWORD, new, new + "!")).status_code == 422
    async with client_of(app) as phone:
        await sign_in(phone, "zhouxiaolan")
        assert (await change(PASSWORD, new, new)).headers["location"] == "/account?done=password"
        assert (await phone.get("/account")).status_code == 303
    assert browser.cookies["sid"] != token
    assert (await browser.get("/account")).status_code == 200
    browser.cookies.clear()
    assert (await sign_in(browser, "zhouxiaolan")).status_code == 422
    assert (await sign_in(browser, "zhouxiaolan", new)).status_code == 303
