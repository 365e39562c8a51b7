"""The whole application over a migrated database, with an engine that is away.

`Away` is the sender of an installation whose engine does not answer: acts are durable and wait. What an
applicant gets until then must be the same with and without it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI
from sqlalchemy import text
from temporalio.service import RPCError, RPCStatusCode

from api.acts import Acts, Sender
from api.app import create_app
from api.engine_record import EngineRecord
from api.services import Services
from domain.contracts import ActResult, Command
from domain.signing import CommandSigner
from storage.engine import create_engine
from storage.files import FolderStore
from storage.keys import CaseKeys
from tests.api.conftest import Database, People, bearer, client_of
from tests.api.surface_app import BUREAU, settings_for
from workflows.dispatch import Unreachable

MASTER = bytes(range(32))
ITEM = "establishment_registration"
# Valid check characters; the persons do not exist.
IDS = ("110105199003070017", "420106198511230026")

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>endobj\n"
)


def pdf(note: str = "") -> bytes:
    """A one-page PDF; another note makes another file."""
    body = PDF + f"% {note}\n".encode()
    offsets = [body.index(f"{n} 0 obj".encode()) for n in (1, 2, 3)]
    table = b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % o for o in offsets)
    return body + table + b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n" % len(body) + b"%%EOF\n"


class Away(Sender):
    """An engine that does not answer; remembers what it was asked to carry."""

    def __init__(self) -> None:
        self.sent: list[Command] = []

    async def send(self, command: Command) -> ActResult | None:
        self.sent.append(command)
        raise Unreachable("no engine")


@dataclass
class Installation:
    """An application and its means."""

    app: FastAPI
    services: Services
    sender: Away


@asynccontextmanager
async def installation(database: str, folder: Path) -> AsyncIterator[Installation]:
    """Everything but the engine."""
    engine = create_engine(database)
    keys = CaseKeys(engine, MASTER)
    signer = CommandSigner("api-test", Ed25519PrivateKey.generate())
    sender = Away()
    services = Services(
        engine=engine,
        keys=keys,
        acts=Acts(engine, keys, sender, signer),
        signer=signer,
        files=FolderStore(folder, keys),
        engine_records=NoRecords(),
        callback_secrets={},
        public_url="http://testserver",
        office="421303",
        begin_calendar=_later,
    )
    try:
        yield Installation(create_app(services, settings_for(), BUREAU), services, sender)
    finally:
        await services.settled()
        await engine.dispose()


async def _later(publication: int, approved: bool) -> None:
    raise RPCError("away", RPCStatusCode.UNAVAILABLE, b"")


class NoRecords:
    """The engine is away, so it has no history to show."""

    async def look(self, case_id: object, window: object) -> EngineRecord:
        return EngineRecord("away", "UNAVAILABLE")


def person(name: str, id_number: str, *posts: str, contribution: str | None = None) -> Any:
    """A listed person as JSON."""
    made = {"name": name, "id_number": id_number, "phone": "13812345678", "posts": list(posts)}
    return made | ({"contribution": contribution} if contribution else {})


def whole_form(name: str = "随州市曾都区青禾食品有限公司") -> dict[str, Any]:
    """A form that can be handed in."""
    return {
        "name": name,
        "entity_type": "limited_company",
        "domicile": "湖北省随州市曾都区东城烈山大道88号1栋102室",
        "capital": "1000000",
        "paid_until": "2031-09-22",
        "business_scope": ["食用农产品批发", "食品销售（仅销售预包装食品）"],
        "persons": [
            person(
                "周晓岚",
                IDS[0],
                "legal_representative",
                "shareholder",
                "director",
                contribution="600000",
            ),
            person("李国栋", IDS[1], "shareholder", "supervisor", contribution="400000"),
        ],
    }


def keyed(key: str | None = None) -> dict[str, str]:
    """The header of an act that is done once."""
    return {"Idempotency-Key": key or str(uuid4())}


async def begin(client: httpx.AsyncClient, form: dict[str, Any] | None = None) -> dict[str, Any]:
    """A draft."""
    made = await client.post(
        "/api/v1/applications",
        json={"procedure": ITEM, "form": form if form is not None else whole_form()},
        headers=keyed(),
    )
    assert made.status_code == 201, made.text
    return dict(made.json())


async def upload(
    client: httpx.AsyncClient, application: str, part: str, content: bytes | None = None
) -> httpx.Response:
    """One file for one material."""
    return await client.post(
        f"/api/v1/applications/{application}/files",
        data={"part": part},
        files={"file": (f"{part}.pdf", content or pdf(part), "application/pdf")},
        headers=keyed(),
    )


async def complete(client: httpx.AsyncClient, form: dict[str, Any] | None = None) -> str:
    """A draft with every required material; its id."""
    draft = await begin(client, form)
    for part in ("articles", "appointment", "address_proof"):
        done = await upload(client, draft["id"], part)
        assert done.status_code == 201, done.text
    return str(draft["id"])


async def submit(
    client: httpx.AsyncClient, application: str, key: str | None = None, **body: Any
) -> httpx.Response:
    """Hand it in."""
    return await client.post(
        f"/api/v1/applications/{application}/submissions",
        json={"declaration": True} | body,
        headers=keyed(key),
    )


# -- fixtures, for the modules that name them ------------------------------------------------------


@pytest_asyncio.fixture(name="bureau", loop_scope="session")
async def bureau_fixture(
    module_database: str, database: Database, people: People, tmp_path: Path
) -> AsyncIterator[Installation]:
    async with installation(module_database, tmp_path / "files") as made:
        yield made


@asynccontextmanager
async def signed_in(bureau: Installation, name: str) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(bureau.app) as client:
        client.headers["authorization"] = f"Bearer {await bearer(client, name)}"
        yield client


@pytest_asyncio.fixture(name="zhou", loop_scope="session")
async def zhou_fixture(bureau: Installation) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in(bureau, "zhouxiaolan") as client:
        yield client


@pytest_asyncio.fixture(name="li", loop_scope="session")
async def li_fixture(bureau: Installation) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in(bureau, "liguodong") as client:
        yield client


async def count(bureau: Installation, query: str, **values: object) -> int:
    async with bureau.services.engine.connect() as connection:
        return int((await connection.execute(text(query), values)).scalar_one())
