"""REST: public notices (公示) for everybody, and what a signed-in person says to one."""

import hashlib
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, Query, Request, UploadFile
from starlette.responses import JSONResponse, Response

from api import cursors, objections
from api.documentation import SIGNED_IN, WITH_BODY, refusals
from api.idempotency import Key, once
from api.problems import Problem
from api.security.current import Anyone, Applicant
from api.security.limiting import RateLimit
from api.services import Means, Services
from api.views import notice_shapes as shapes
from api.views import notice_words
from api.views.public_notices import NoticeView
from law.zone import local
from storage import public_notices
from storage.public_notices import Said, Wanted

router = APIRouter(prefix="/api/v1/notices", tags=["public"])

ObjectLimit = Depends(RateLimit("objections", "60 per 10 minutes"))
BoardLimit = Depends(RateLimit("notices", "6000 per 10 minutes"))
State = Annotated[
    Literal["running", "ended", "all"], Query(description="on the board now, over, or both")
]
Name = Annotated[str, Query(max_length=64)]
Words = Annotated[str, Query(max_length=100, description="part of the title or of a fact")]
MOST: Final = 100


def wanted_of(state: str, procedure: str, kind: str, office: str, q: str) -> Wanted:
    """The filter of the board, its feed and its list."""
    return Wanted("" if state == "all" else state, procedure, kind, office, q.strip())


def following_of(page: list[NoticeView]) -> cursors.Cursor:
    """The place of the last notice of a page."""
    last = page[-1].found.row
    return cursors.Cursor(last.starts_at, last.notice_id)


async def found_notice(means: Services, notice_id: UUID) -> NoticeView:
    """A notice by its permanent id. Raises Problem not_found."""
    found = await public_notices.one(means.engine, notice_id)
    if found is None:
        raise Problem("not_found")
    return NoticeView(found)


@router.get(
    "",
    operation_id="listNotices",
    response_model=shapes.NoticeList,
    dependencies=[BoardLimit],
    responses=refusals("unknown_query_parameter", "invalid_input"),
)
async def list_notices(
    request: Request,
    visitor: Anyone,
    means: Means,
    state: State = "running",
    procedure: Name = "",
    kind: Name = "",
    office: Name = "",
    q: Words = "",
    limit: Annotated[int, Query(ge=1, le=MOST)] = 20,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """The public board, newest first: each notice from its publication to its exact legal end."""
    place = cursors.read(cursor)
    wanted = wanted_of(state, procedure, kind, office, q)
    rows = await public_notices.board(means.engine, wanted, place, limit + 1)
    page = [NoticeView(row) for row in rows[:limit]]
    following = following_of(page) if len(rows) > limit else None
    body = {
        "items": [notice.summary() for notice in page],
        "next_cursor": str(following) if following else None,
    }
    return JSONResponse(body, headers=cursors.next_link(request, following))


@router.get(
    "/{notice_id}",
    operation_id="getNotice",
    response_model=shapes.Notice,
    dependencies=[BoardLimit],
    responses=refusals("not_found", "invalid_input"),
)
async def get_notice(visitor: Anyone, means: Means, notice_id: UUID) -> Response:
    """A notice by its permanent address, also after its end, with the reason of every day."""
    return JSONResponse((await found_notice(means, notice_id)).to_json())


def receipt_json(notice_id: UUID, said: Said) -> dict[str, Any]:
    """A receipt over REST."""
    refused = said.act_state == "refused"
    state = "refused" if refused else said.state or "received"
    return {
        "id": str(said.objection_id),
        "number": said.number,
        "notice_id": str(notice_id),
        "received_at": local(said.received_at).isoformat(timespec="seconds"),
        "state": state,
        "state_text": said.refusal if refused else notice_words.state(state),
        "answer": said.answer,
        "handled_at": local(said.handled_at).isoformat() if said.handled_at else None,
        "receipt_page_url": f"/notices/{notice_id}/objection",
    }


@router.post(
    "/{notice_id}/objections",
    status_code=201,
    operation_id="objectToNotice",
    response_model=shapes.ObjectionReceipt,
    dependencies=[ObjectLimit],
    responses=refusals(
        *SIGNED_IN,
        *WITH_BODY,
        "not_found",
        "notice_over",
        "notice_takes_none",
        "already_objected",
        "own_notice",
        "unsupported_media_type",
        "idempotency_key_reused",
        "request_in_progress",
    ),
)
async def object_to_notice(
    request: Request,
    person: Applicant,
    means: Means,
    key: Key,
    notice_id: UUID,
    reason: Annotated[str, Form(max_length=8000, description="facts and reasons")],
    role: Annotated[str, Form(max_length=16, examples=["creditor"])] = "",
    amount: Annotated[str, Form(max_length=32, examples=["12000.50"])] = "",
    contact: Annotated[str, Form(max_length=64)] = "",
    evidence: Annotated[
        UploadFile | None, File(description="pdf, jpg or png, at most 10 MB")
    ] = None,
) -> Response:
    """Object to a notice, or claim a debt: once per person and notice, until its exact end.

    The caller's name and reason are for the officers of the case alone. The receipt has the instant at which it was received.
    """
    said = objections.statement_of(
        {"role": role, "reason": reason, "amount": amount, "contact": contact}
    )
    attached = await attached_of(evidence)
    parts = (notice_id, said.model_dump_json(), attached.name if attached else "")
    asked = hashlib.sha256("\n".join(map(str, parts)).encode())
    asked.update(attached.content if attached else b"")

    async def work(_act: UUID) -> Response:
        limiter = request.app.state.limiter
        made = await objections.object_to(means, limiter, person, notice_id, said, attached)
        location = f"/api/v1/notices/{notice_id}/objection"
        return JSONResponse(receipt_json(notice_id, made), 201, headers={"Location": location})

    return await once(request, person, means, key, work, digest=asked.hexdigest())


@router.get(
    "/{notice_id}/objection",
    operation_id="getOwnObjection",
    response_model=shapes.ObjectionReceipt,
    responses=refusals(*SIGNED_IN, "not_found", "invalid_input"),
)
async def get_own_objection(person: Applicant, means: Means, notice_id: UUID) -> Response:
    """The caller's own objection to the notice: its receipt, and how it stands."""
    said = await objections.receipt_of(means, notice_id, person)
    return JSONResponse(receipt_json(notice_id, said))


async def attached_of(evidence: UploadFile | None) -> objections.Attached | None:
    """An uploaded file; None where the field was left empty."""
    if evidence is None or not evidence.filename:
        return None
    return objections.Attached(evidence.filename, await evidence.read())
