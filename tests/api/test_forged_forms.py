"""No unsafe route carries out what another site's page sent (CSRF), for every route there is."""

import re
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from api.security import csrf
from api.security.routes import declared_routes
from tests.api.conftest import Database, People, bearer, client_of, csrf_of, sign_in
from tests.api.surface_app import build, product

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


def unsafe_routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    """(method, concrete path) of each route that changes something."""
    for route in declared_routes(app):
        path = re.sub(r"{[^}]+}", "00000000-0000-4000-8000-000000000000", route.path)
        for method in sorted(UNSAFE & route.methods):
            yield method, path


FORGED: tuple[dict[str, str], ...] = (
    {},
    {csrf.FIELD: "forged"},
    {csrf.FIELD: csrf.masked(b"x" * 32)},
)
FOREIGN = (
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
)


@pytest.fixture(params=["ground", "product"])
def any_app(request: pytest.FixtureRequest, database: Database, engine: AsyncEngine) -> FastAPI:
    """The surface with the tests' routes, and the product with all of its own."""
    return build(database) if request.param == "ground" else product(engine)


async def test_every_unsafe_route_refuses_a_forged_form(any_app: FastAPI, people: People) -> None:
    async with client_of(any_app) as client:
        await sign_in(client, "wangheng")
        tried = list(unsafe_routes(any_app))
        assert len(tried) >= 8
        for method, path in tried:
            for data in FORGED:
                for body in ({"data": data}, {"json": data}):
                    answer = await client.request(method, path, **body)  # type: ignore[arg-type]
                    assert answer.status_code == 403, (method, path, answer.text[:500])
        assert (await client.get("/account")).status_code == 200


async def test_every_unsafe_route_refuses_another_sites_origin(
    any_app: FastAPI, people: People
) -> None:
    async with client_of(any_app) as client:
        await sign_in(client, "wangheng")
        token = {csrf.HEADER: csrf_of(await client.get("/account"))}
        for method, path in unsafe_routes(any_app):
            for headers in FOREIGN:
                answer = await client.request(method, path, headers=headers | token)
                assert answer.status_code == 403, (method, path, headers)
        assert (await client.get("/account")).status_code == 200


async def test_a_guests_form_needs_the_guests_own_token(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/sign-in")
    token = csrf_of(page)
    assert (await browser.post("/public-form", data={"text": "x"})).status_code == 403
    good = await browser.post("/public-form", data={"text": "x", csrf.FIELD: token})
    assert good.json() == {"text": "x"}
    browser.cookies.clear()
    stolen = await browser.post("/public-form", data={"text": "x", csrf.FIELD: token})
    assert stolen.status_code == 403


async def test_a_guests_token_is_worth_nothing_after_signing_in(
    browser: httpx.AsyncClient,
) -> None:
    token = csrf_of(await browser.get("/sign-in"))
    await sign_in(browser, "zhouxiaolan")
    answer = await browser.post("/sign-out", data={csrf.FIELD: token})
    assert answer.status_code == 403


async def test_script_of_our_own_sends_the_token_in_a_header(browser: httpx.AsyncClient) -> None:
    await sign_in(browser, "zhouxiaolan")
    token = csrf_of(await browser.get("/account"))
    same = {csrf.HEADER: token, "sec-fetch-site": "same-origin", "origin": "http://testserver"}
    answer = await browser.post("/api/v1/notes", json={"text": "x"}, headers=same)
    assert answer.status_code == 200
    assert (await browser.post("/api/v1/notes", json={"text": "x"})).status_code == 403


async def test_a_bearer_token_needs_no_form_token_and_a_cookie_is_no_bearer(
    program: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    token = await bearer(program, "zhouxiaolan")
    headers = {"authorization": f"Bearer {token}"}
    assert (await program.post("/api/v1/notes", json={"text": "x"}, headers=headers)).is_success
    # The two kinds of token do not stand in for each other.
    browser.cookies.set("sid", token)
    assert (await browser.get("/account")).status_code == 303
    browser.cookies.clear()
    await sign_in(browser, "zhouxiaolan")
    as_bearer = {"authorization": f"Bearer {browser.cookies['sid']}"}
    assert (await program.get("/api/v1/sessions/current", headers=as_bearer)).status_code == 401


@pytest.mark.parametrize("token", ["", "=", "é", "a" * 86, "A" * 88 + "=", "\ud800"])
def test_malformed_tokens_match_nothing(token: str) -> None:
    assert not csrf.matches(token, b"x" * 32)


def test_tokens_differ_and_all_match() -> None:
    secret = csrf.new_secret()
    first, second = csrf.masked(secret), csrf.masked(secret)
    assert first != second
    assert csrf.matches(first, secret)
    assert csrf.matches(second, secret)
    assert not csrf.matches(first, csrf.new_secret())
