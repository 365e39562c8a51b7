"""REST: sessions of programs, by bearer token."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from api.database import Database
from api.documentation import SIGNED_IN, WITH_BODY, refusals
from api.error_pages import answer
from api.problems import Problem
from api.security.current import Anyone, SignedIn
from api.security.sign_in import WrongCredentials, sign_in
from domain.roles import Role
from law.zone import local
from storage import accounts

router = APIRouter(prefix="/api/v1/sessions", tags=["sessions"])


class SessionRequest(BaseModel):
    """Name and password of a local account."""

    model_config = ConfigDict(extra="forbid")

    sign_in: Annotated[str, Field(min_length=1, max_length=64)]
    password: Annotated[str, Field(min_length=1, max_length=128)]


class SessionToken(BaseModel):
    """A new session. The token is shown this once; send it as `Authorization: Bearer …`."""

    token: str
    token_type: str = "Bearer"  # noqa: S105  # the scheme's name
    account_id: UUID
    roles: list[Role]
    expires_at: AwareDatetime


class CurrentSession(BaseModel):
    """Whom the presented session stands for."""

    account_id: UUID
    sign_in: str
    display_name: str
    roles: list[Role]
    office: str
    created_at: AwareDatetime
    expires_at: AwareDatetime


def _shown(instant: datetime) -> datetime:
    return local(instant)


@router.post(
    "",
    status_code=201,
    operation_id="createSession",
    response_model=SessionToken,
    responses=refusals(
        "wrong_credentials", "forged_request", "password_change_required", *WITH_BODY
    ),
)
async def create_session(
    request: Request,
    visitor: Anyone,
    wanted: Annotated[
        SessionRequest,
        Body(examples=[{"sign_in": "zhouxiaolan", "password": "correct horse battery"}]),
    ],
) -> Response | SessionToken:
    """Signs a program in. Sessions end after a time without use and at the latest at `expires_at`."""
    try:
        begun = await sign_in(request, wanted.sign_in, wanted.password, "bearer")
    except WrongCredentials as wrong:
        refused = answer(request, Problem("wrong_credentials"))
        refused.background = wrong.record
        return refused
    made = SessionToken(
        token=begun.token,
        account_id=begun.account_id,
        roles=sorted(begun.roles),
        expires_at=_shown(begun.ends_at),
    )
    return JSONResponse(
        made.model_dump(mode="json"),
        status_code=201,
        headers={"Location": "/api/v1/sessions/current"},
    )


@router.get("/current", operation_id="getCurrentSession", responses=refusals(*SIGNED_IN))
async def current_session(person: SignedIn) -> CurrentSession:
    """Who is signed in by the presented token or cookie."""
    return CurrentSession(
        account_id=person.id,
        sign_in=person.sign_in,
        display_name=person.display_name,
        roles=sorted(person.roles),
        office=person.office,
        created_at=_shown(person.session.created_at),
        expires_at=_shown(person.session.expires_at),
    )


@router.delete(
    "/current",
    status_code=204,
    operation_id="endCurrentSession",
    responses=refusals(*SIGNED_IN, "too_large"),
)
async def end_current_session(person: SignedIn, db: Database) -> None:
    """Ends the presented session at once."""
    await accounts.end_session(await db.connection(), person.session.id_hash)
