"""Twin of real-name authentication (实名认证): we open, the person confirms, a callback tells us."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Form, Path, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import ValidationError
from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from registers.messages import Envelope, Key, Register, Token
from registers.requests import AuthenticationOpened, AuthenticationState, OpenAuthentication, Person
from registers.twins import errands, examples, pages
from registers.twins.database import one
from registers.twins.gate import Call, changes, perform, reads
from registers.twins.problems import Refused, documented
from registers.twins.routes import add_find
from registers.twins.schema import population

R = Register.IDENTITY
router = APIRouter(prefix="/identity", tags=["identity"])


@router.post(
    "/authentications",
    operation_id="openAuthentication",
    summary="发起实名认证",
    response_model=Envelope[AuthenticationOpened],
    responses=documented(400, 401, 409, 411, 413, 422, 503),
)
async def open_authentication(
    effect: Annotated[OpenAuthentication, Body(openapi_examples=examples.AUTHENTICATION)],
    call: Annotated[Call, Depends(changes(R, "open_authentication"))],
) -> Response:
    return await perform(call, effect, _open)


@router.get(
    "/authentications/{key}",
    operation_id="getAuthentication",
    summary="查询实名认证状态",
    response_model=Envelope[AuthenticationState],
    responses=documented(400, 401, 404, 422, 503),
)
async def get_authentication(
    key: Annotated[Key, Path(examples=["case-0001.open_authentication.1"])],
    call: Annotated[Call, Depends(reads(R, "state"))],
) -> Response:
    async with call.engine.connect() as connection:
        row = await errands.by_key(connection, R, key)
    return call.answer(_state(row))


add_find(router, R, Envelope[AuthenticationOpened])


@router.post(
    "/{authentication_id}/confirm",
    operation_id="confirmAuthentication",
    summary="本人确认",
    description="By the person, not by the bureau: the unguessable id is the credential.",
    response_model=AuthenticationState,
    responses=documented(400, 404, 409, 411, 413, 422),
)
async def confirm(
    authentication_id: Token,
    person: Annotated[Person, Body(openapi_examples=examples.CONFIRMATION)],
    request: Request,
) -> AuthenticationState:
    return await answer(request, authentication_id, person)


@router.get("/{authentication_id}", response_class=HTMLResponse, include_in_schema=False)
async def page(authentication_id: Token, request: Request) -> HTMLResponse:
    return await _shown(request, authentication_id, None)


@router.post("/{authentication_id}", response_class=HTMLResponse, include_in_schema=False)
async def page_confirm(
    authentication_id: Token,
    request: Request,
    name: Annotated[str, Form(max_length=200)],
    id_number: Annotated[str, Form(max_length=40)],
) -> HTMLResponse:
    error = None
    try:
        person = Person(name=name.strip(), id_number=id_number.strip())
        await answer(request, authentication_id, person)
    except ValidationError:
        error = "姓名或公民身份号码填写有误,请核对后重填"
    except Refused as refusal:
        error = refusal.detail
    return await _shown(request, authentication_id, error)


async def answer(request: Request, authentication_id: str, person: Person) -> AuthenticationState:
    """Take the person's answer; one that was already taken is simply told again."""
    async with request.app.state.engine.begin() as connection:
        row = await errands.by_id(connection, R, authentication_id, locked=True)
        if row["state"] == "confirmed" and person.id_number == row["person_id_number"]:
            return _state(row)
        await errands.refuse_unless_open(connection, row)
        matched = await errands.is_the_person(connection, row, person, on_exhaustion="failed")
        if matched:
            await confirm_row(connection, row)
        row = await errands.by_id(connection, R, authentication_id)
    request.app.state.courier.wake.set()
    if not matched:
        raise Refused("person_mismatch", "姓名或公民身份号码与申请不符", status=422)
    return _state(row)


async def confirm_row(connection: AsyncConnection, row: RowMapping) -> None:
    """Confirm, unless the population register (人口库) knows better."""
    known = await one(
        connection,
        select(population).where(population.c.id_number == row["person_id_number"]),
    )
    if known is not None and known["name"] != row["person_name"]:
        await errands.settle(connection, row, "failed", reason="姓名与公民身份号码不一致")
    elif known is not None and not known["alive"]:
        await errands.settle(connection, row, "failed", reason="该公民身份号码已注销")
    else:
        await errands.settle(connection, row, "confirmed")


async def _open(
    connection: AsyncConnection, call: Call, effect: OpenAuthentication
) -> AuthenticationOpened:
    opened = await errands.open_errand(
        connection, call, case_ref=effect.case_ref, person=effect.person, title=effect.purpose
    )
    return AuthenticationOpened(
        case_ref=effect.case_ref,
        authentication_id=opened.id,
        link=opened.link,
        expires_at=opened.expires_at,
    )


async def _shown(request: Request, errand_id: str, error: str | None) -> HTMLResponse:
    try:
        async with request.app.state.engine.connect() as connection:
            row = await errands.by_id(connection, R, errand_id)
    except Refused:
        return pages.missing()
    return pages.identity(row, error)


def _state(row: RowMapping) -> AuthenticationState:
    return AuthenticationState(
        case_ref=row["case_ref"],
        authentication_id=row["id"],
        state=row["state"],
        reason=row["reason"],
        settled_at=row["settled_at"],
    )
