"""An application with the HTTP surface's ground and a few routes that only tests need."""

from types import SimpleNamespace
from typing import Annotated, Any, cast

from fastapi import FastAPI, File, Form, Query, UploadFile
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from starlette.requests import Request
from starlette.responses import Response

from api import surface
from api.app import create_app
from api.security.current import Anyone, Approver, SignedIn, Staff
from api.security.settings import Environment, Limits, SecuritySettings
from api.services import Services
from api.templating import render
from domain.refusals import Refusal, Refused

BUREAU = "随州市曾都区市场监督管理局"
GENEROUS = Limits(
    failures_per_account_and_address="1000 per minute",
    failures_per_account="1000 per minute",
    attempts_per_address="1000 per minute",
    attempts_overall="10000 per minute",
)


class Note(BaseModel):
    """A body to be validated."""

    model_config = ConfigDict(extra="forbid")
    text: Annotated[str, Field(max_length=100)]
    tags: list[Annotated[str, Field(max_length=5)]] = []
    more: Any = None


def settings_for(
    environment: Environment = "test",
    *,
    origin: str = "http://testserver",
    limits: Limits = GENEROUS,
    trusted_proxies: tuple[str, ...] = (),
) -> SecuritySettings:
    """Settings whose limits do not bite unless a test wants them to."""
    return SecuritySettings(environment, origin, limits=limits, trusted_proxies=trusted_proxies)


def build(
    database: async_sessionmaker[AsyncSession], settings: SecuritySettings | None = None
) -> FastAPI:
    """The application under test."""
    app = FastAPI()
    surface.install(app, settings=settings or settings_for(), database=database, bureau_name=BUREAU)

    @app.get("/desk")
    async def desk(request: Request, person: Staff) -> Response:
        return render(request, "problem.html", {"code": "x", "type": request.app.state.any_type})

    @app.post("/api/v1/notes")
    async def add_note(person: SignedIn, note: Note) -> Note:
        return note

    @app.post("/public-form")
    async def public_form(visitor: Anyone, text: Annotated[str, Form()] = "") -> dict[str, str]:
        return {"text": text}

    @app.post("/api/v1/files")
    async def add_file(
        person: SignedIn, file: Annotated[UploadFile, File()], name: Annotated[str, Form()] = ""
    ) -> dict[str, str | int]:
        return {"size": len(await file.read()), "name": name}

    @app.get("/api/v1/things")
    async def things(
        visitor: Anyone, q: str = "", limit: Annotated[int, Query(ge=1, le=100)] = 20
    ) -> dict[str, str | int]:
        return {"q": q, "limit": limit}

    @app.post("/api/v1/decisions")
    async def decide(person: Approver) -> dict[str, str]:
        return {"by": str(person.id)}

    @app.get("/api/v1/decisions/{number}")
    async def decision(person: Approver, number: str) -> dict[str, str]:
        return {"number": number}

    @app.get("/api/v1/refused/{why}")
    async def refused(visitor: Anyone, why: Refusal) -> None:
        raise Refused(why)

    @app.get("/api/v1/broken")
    async def broken(visitor: Anyone) -> None:
        raise RuntimeError("secret detail")

    @app.get("/broken")
    async def broken_page(visitor: Anyone) -> None:
        raise RuntimeError("secret detail")

    return app


def product(engine: AsyncEngine) -> FastAPI:
    """The product's own application over a database alone: enough to ask who may call what."""
    services = cast(Services, SimpleNamespace(engine=engine))
    return create_app(services, settings_for(), BUREAU)
