"""Twin of the electronic signature service (电子签章): PAdES with a test certificate per signatory."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Form, Path, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import ValidationError
from sqlalchemy import RowMapping, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from registers.messages import Envelope, Key, Register, Short, Token
from registers.requests import OpenSigning, Person, SigningOpened, SigningState
from registers.twins import errands, examples, pages
from registers.twins.authority import UnreadablePdf, check_pdf, identity_of, sign_pdf
from registers.twins.database import app_now, one
from registers.twins.faults import after
from registers.twins.gate import Call, changes, perform, reads
from registers.twins.problems import Refused, documented
from registers.twins.routes import add_contents, add_find, load_content, store_content
from registers.twins.schema import signed_files

R = Register.SIGNATURE
PDF = "application/pdf"
router = APIRouter(prefix="/signature", tags=["signature"])
_PDF_RESPONSE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "PDF",
        "content": {PDF: {"schema": {"type": "string", "format": "binary"}}},
    }
}


class SigningRefusal(Person):
    """The signatory's no, with the reason that is passed on to the bureau."""

    reason: Short


add_contents(router, R, PDF, b"%PDF-")


@router.post(
    "/signings",
    operation_id="openSigning",
    summary="发起电子签名",
    response_model=Envelope[SigningOpened],
    responses=documented(400, 401, 409, 411, 413, 422, 503),
)
async def open_signing(
    effect: Annotated[OpenSigning, Body(openapi_examples=examples.SIGNING)],
    call: Annotated[Call, Depends(changes(R, "open_signing"))],
) -> Response:
    return await perform(call, effect, _open)


@router.get(
    "/signings/{key}",
    operation_id="getSigning",
    summary="查询签名状态",
    response_model=Envelope[SigningState],
    responses=documented(400, 401, 404, 422, 503),
)
async def get_signing(
    key: Annotated[Key, Path(examples=["case-0001.open_signing.1"])],
    call: Annotated[Call, Depends(reads(R, "state"))],
) -> Response:
    async with call.engine.connect() as connection:
        row = await errands.by_key(connection, R, key)
    return call.answer(_state(row))


@router.get(
    "/signings/{key}/document",
    operation_id="getSignedDocument",
    summary="取回已签文件",
    response_class=Response,
    responses=documented(400, 401, 404, 409, 422, 503) | _PDF_RESPONSE,
)
async def get_signed_document(
    key: Annotated[Key, Path(examples=["case-0001.open_signing.1"])],
    call: Annotated[Call, Depends(reads(R, "content"))],
) -> Response:
    async with call.engine.connect() as connection:
        row = await errands.by_key(connection, R, key)
        if row["state"] != "signed":
            raise Refused("not_signed", "此文件尚未签署", status=409)
        data = await load_content(connection, row["signed_sha256"])
    return after(call.hits, Response(data, media_type=PDF))


add_find(router, R, Envelope[SigningOpened])


@router.post(
    "/{signing_id}/confirm",
    operation_id="confirmSigning",
    summary="本人签署",
    description="By the signatory: the unguessable id is the credential.",
    response_model=SigningState,
    responses=documented(400, 404, 409, 411, 413, 422),
)
async def confirm(
    signing_id: Token,
    person: Annotated[Person, Body(openapi_examples=examples.CONFIRMATION)],
    request: Request,
) -> SigningState:
    return await answer(request, signing_id, person, refusal=None)


@router.post(
    "/{signing_id}/refuse",
    operation_id="refuseSigning",
    summary="本人拒绝签署",
    response_model=SigningState,
    responses=documented(400, 404, 409, 411, 413, 422),
)
async def refuse(
    signing_id: Token,
    refusal: Annotated[SigningRefusal, Body(openapi_examples=examples.SIGNING_REFUSAL)],
    request: Request,
) -> SigningState:
    return await answer(request, signing_id, refusal, refusal=refusal.reason)


@router.get("/{signing_id}/document", response_class=Response, include_in_schema=False)
async def document(signing_id: Token, request: Request) -> Response:
    """What the signatory is about to sign, with the signatures of those who signed before."""
    async with request.app.state.engine.connect() as connection:
        row = await errands.by_id(connection, R, signing_id)
        data = await load_content(connection, await _current(connection, row))
    return Response(data, media_type=PDF, headers=pages.HEADERS)


@router.get("/{signing_id}", response_class=HTMLResponse, include_in_schema=False)
async def page(signing_id: Token, request: Request) -> HTMLResponse:
    return await _shown(request, signing_id, None)


@router.post("/{signing_id}", response_class=HTMLResponse, include_in_schema=False)
async def page_answer(
    signing_id: Token,
    request: Request,
    name: Annotated[str, Form(max_length=200)],
    id_number: Annotated[str, Form(max_length=40)],
    act: Annotated[str, Form(pattern="^(sign|refuse)$")],
    reason: Annotated[str, Form(max_length=200)] = "",
) -> HTMLResponse:
    error = None
    given = {"name": name.strip(), "id_number": id_number.strip()}
    try:
        if act == "refuse":
            refusal = SigningRefusal(**given, reason=reason.strip())
            await answer(request, signing_id, refusal, refusal=refusal.reason)
        else:
            await answer(request, signing_id, Person(**given), refusal=None)
    except ValidationError:
        error = "填写有误,请核对姓名、公民身份号码和理由后重填"
    except Refused as refused:
        error = refused.detail
    return await _shown(request, signing_id, error)


async def answer(
    request: Request, signing_id: str, person: Person, *, refusal: str | None
) -> SigningState:
    """Take the signatory's answer; the same answer again is simply told again."""
    done = "signed" if refusal is None else "refused"
    async with request.app.state.engine.begin() as connection:
        row = await errands.by_id(connection, R, signing_id, locked=True)
        if row["state"] == done and person.id_number == row["person_id_number"]:
            return _state(row)
        await errands.refuse_unless_open(connection, row)
        matched = await errands.is_the_person(connection, row, person, on_exhaustion="refused")
        if matched and refusal is None:
            await sign_row(connection, row)
        elif matched:
            await errands.settle(connection, row, "refused", reason=refusal)
        row = await errands.by_id(connection, R, signing_id)
    request.app.state.courier.wake.set()
    if not matched:
        raise Refused("person_mismatch", "姓名或公民身份号码与签署人不符")
    return _state(row)


async def sign_row(connection: AsyncConnection, row: RowMapping) -> None:
    """Add the signature to the newest version; the row lock lets the signatories of one file queue up."""
    now = await app_now(connection)
    identity = await identity_of(connection, row["person_name"], row["person_id_number"], now)
    file = (signed_files.c.case_ref == row["case_ref"]) & (
        signed_files.c.original_sha256 == row["document_sha256"]
    )
    await connection.execute(
        insert(signed_files)
        .values(
            case_ref=row["case_ref"],
            original_sha256=row["document_sha256"],
            current_sha256=row["document_sha256"],
            signatures=0,
        )
        .on_conflict_do_nothing()
    )
    held = await one(connection, select(signed_files).where(file).with_for_update())
    data = None if held is None else await load_content(connection, held["current_sha256"])
    if held is None or data is None:
        raise Refused("document_unknown", "待签文件不存在", status=409)
    number = held["signatures"] + 1
    try:
        signed = await sign_pdf(data, identity, f"Signature{number}", now)
    except UnreadablePdf as error:
        raise Refused("document_unreadable", "文件无法签名", status=409) from error
    digest = await store_content(connection, signed, PDF)
    await connection.execute(
        update(signed_files).where(file).values(current_sha256=digest, signatures=number)
    )
    told = {
        "signed_sha256": digest,
        "size": len(signed),
        "signatures": number,
        "certificate_serial": identity.serial,
    }
    await errands.settle(connection, row, "signed", signed_sha256=digest, payload=told)


async def _open(connection: AsyncConnection, call: Call, effect: OpenSigning) -> SigningOpened:
    data = await load_content(connection, effect.document_sha256)
    if data is None:
        # Not an answer to keep: the file may be handed in and the same request sent again.
        raise Refused("document_unknown", "请先提交待签文件", status=409)
    try:
        await check_pdf(data)
    except UnreadablePdf as error:
        raise Refused("document_unreadable", "文件不是可签名的PDF") from error
    opened = await errands.open_errand(
        connection,
        call,
        case_ref=effect.case_ref,
        person=effect.signatory,
        title=effect.title,
        document_sha256=effect.document_sha256,
    )
    return SigningOpened(
        case_ref=effect.case_ref,
        signing_id=opened.id,
        link=opened.link,
        expires_at=opened.expires_at,
    )


async def _current(connection: AsyncConnection, row: RowMapping) -> str:
    if row["signed_sha256"]:
        return str(row["signed_sha256"])
    current = await connection.scalar(
        select(signed_files.c.current_sha256).where(
            signed_files.c.case_ref == row["case_ref"],
            signed_files.c.original_sha256 == row["document_sha256"],
        )
    )
    return str(current or row["document_sha256"])


async def _shown(request: Request, errand_id: str, error: str | None) -> HTMLResponse:
    try:
        async with request.app.state.engine.connect() as connection:
            row = await errands.by_id(connection, R, errand_id)
    except Refused:
        return pages.missing()
    return pages.signature(row, error)


def _state(row: RowMapping) -> SigningState:
    return SigningState(
        case_ref=row["case_ref"],
        signing_id=row["id"],
        state=row["state"],
        reason=row["reason"],
        signed_sha256=row["signed_sha256"],
        settled_at=row["settled_at"],
    )
