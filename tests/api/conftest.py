"""The surface under test, on a migrated database, with a few people."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from bs4 import BeautifulSoup
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from api.security import passwords
from domain.roles import Role
from storage import accounts
from storage.engine import create_engine
from tests.api.surface_app import build

PASSWORD = "青山绿水 correct horse"
PEOPLE: dict[str, frozenset[Role]] = {
    "zhouxiaolan": frozenset({Role.APPLICANT}),
    "liguodong": frozenset({Role.APPLICANT}),
    "chensiyuan": frozenset({Role.REVIEWER}),
    "wangheng": frozenset({Role.APPROVER}),
}

Database = async_sessionmaker[AsyncSession]


@dataclass
class People:
    """Sign-in name → id."""

    ids: dict[str, UUID]

    def __getitem__(self, name: str) -> UUID:
        return self.ids[name]


@pytest_asyncio.fixture(loop_scope="session")
async def engine(module_database: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(module_database)
    async with engine.begin() as connection:
        await connection.execute(text("TRUNCATE accounts CASCADE"))
        await connection.execute(text("UPDATE app_clock SET frozen_at = NULL"))
    yield engine
    await engine.dispose()


@pytest.fixture
def database(engine: AsyncEngine) -> Database:
    return async_sessionmaker(engine, expire_on_commit=False)


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def password_hash() -> str:
    return await passwords.hashed(PASSWORD)


@pytest_asyncio.fixture(loop_scope="session")
async def people(database: Database, password_hash: str) -> People:
    ids = {}
    async with database.begin() as db:
        for name, roles in PEOPLE.items():
            staff = any(role.staff for role in roles)
            ids[name] = await accounts.create_account(
                db,
                sign_in=name,
                display_name=f"某{name[0]}",
                password_hash=password_hash,
                roles=roles,
                office="登记注册股" if staff else "",
            )
    return People(ids)


@pytest.fixture
def app(database: Database) -> FastAPI:
    return build(database)


def client_of(app: FastAPI, base: str = "http://testserver") -> httpx.AsyncClient:
    """A browser or program; errors of the application are answers, as for a real one."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=base)


@pytest_asyncio.fixture(loop_scope="session")
async def browser(app: FastAPI, people: People) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as client:
        client.headers["accept"] = "text/html"
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def program(app: FastAPI, people: People) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as client:
        yield client


def csrf_of(page: httpx.Response) -> str:
    """The form token in a page."""
    field = BeautifulSoup(page.text, "html.parser").find("input", {"name": "csrf_token"})
    assert field is not None
    return str(field["value"])


async def sign_in(
    client: httpx.AsyncClient, name: str, password: str = PASSWORD, next: str = ""
) -> httpx.Response:
    """As a person does it: open the page, send the form."""
    page = await client.get("/sign-in", params={"next": next} if next else {})
    form = {"csrf_token": csrf_of(page), "sign_in": name, "password": password, "next": next}
    return await client.post("/sign-in", data=form)


async def bearer(client: httpx.AsyncClient, name: str, password: str = PASSWORD) -> str:
    """A program's token."""
    answer = await client.post("/api/v1/sessions", json={"sign_in": name, "password": password})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["token"])


SetClock = Callable[[str], Awaitable[None]]


@pytest.fixture
def set_clock(database: Database) -> SetClock:
    """Freezes app_now() at an instant."""

    async def set_to(instant: str) -> None:
        async with database.begin() as db:
            await db.execute(
                text(
                    "INSERT INTO app_clock (id, frozen_at) VALUES (1, CAST(:at AS text)::timestamptz)"
                    " ON CONFLICT (id) DO UPDATE SET frozen_at = excluded.frozen_at"
                ),
                {"at": instant},
            )

    return set_to
