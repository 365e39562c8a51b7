"""REST: cases, for their applicants and the office's staff. Reads SQL only."""

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import JSONResponse, Response

from api import cursors
from api.acts import Draft
from api.documentation import RECEIVED, SIGNED_IN, WITH_BODY, refusals
from api.idempotency import Key, once
from api.performing import answered, perform
from api.problems import Problem
from api.security.current import SignedIn
from api.security.person import Person
from api.services import Means
from api.views import words
from api.views.cases import CaseView, document_json, timeline_of, view_of
from api.views.flow import drawing_of
from api.views.viewer import OVERSEERS, viewer_of
from forms.fields import Text
from law.zone import local
from storage import cases
from storage.tables import CaseRow

router = APIRouter(prefix="/api/v1/cases", tags=["cases"])

Number = Annotated[str, Field(max_length=96)]


class Withdrawal(BaseModel):
    """Why the applicant withdraws."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[Text, Field(max_length=2000, examples=["暂不开办"])] = ""


class ExtensionRequest(BaseModel):
    """Which clock should be extended and why; a head decides (law.md §3.9)."""

    model_config = ConfigDict(extra="forbid")

    clock: Annotated[str, Field(max_length=32, examples=["R01#1"])]
    reason: Annotated[Text, Field(min_length=1, max_length=2000, examples=["需要核实住所"])]


async def load_case(connection: AsyncConnection, person: Person, number: str) -> CaseView:
    """The case by any of its numbers.

    Raises:
        Problem: not_found, for a foreign case as for none.
    """
    case = await cases.find(connection, number)
    viewer = viewer_of(case, person)
    assert case is not None, "viewer_of refuses a missing case"
    return await view_of(connection, case, viewer)


def case_summary(case: CaseRow) -> dict[str, Any]:
    """A case in lists."""
    number = case.receipt_no or str(case.case_id)
    return {
        "number": number,
        "case_id": str(case.case_id),
        "case_no": case.case_no,
        "procedure": case.procedure,
        "procedure_title": words.procedure_title(case.procedure, case.catalogue_version),
        "title": case.title,
        "stage": case.stage,
        "stage_label": words.stage_name(case.procedure, case.stage, case.catalogue_version),
        "level": case.level,
        "due_at": local(case.due_at).isoformat() if case.due_at else None,
        "opened_at": local(case.opened_at).isoformat(),
        "closed_at": local(case.closed_at).isoformat() if case.closed_at else None,
        "outcome": case.outcome,
        "url": f"/api/v1/cases/{number}",
        "page_url": f"/cases/{number}",
    }


@router.get(
    "",
    operation_id="listCases",
    responses=refusals(*SIGNED_IN, "unknown_query_parameter", "invalid_input"),
)
async def list_cases(
    request: Request,
    person: SignedIn,
    means: Means,
    procedure: Annotated[str, Query(max_length=64)] = "",
    stage: Annotated[str, Query(max_length=48)] = "",
    level: Annotated[str, Query(max_length=16)] = "",
    open: bool | None = None,
    q: Annotated[str, Query(max_length=100)] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Newest first: an applicant's own cases; for staff, those of their office."""
    place = cursors.read(cursor)
    filters = cases.Filters(
        owner=None if person.staff else str(person.id),
        office=office_of(person, means.office) if person.staff else None,
        procedure=procedure,
        stage=stage,
        level=level,
        text=q,
        open=open,
    )
    async with means.engine.connect() as connection:
        after = cases.Cursor(place.at, place.id) if place else None
        rows = await cases.listed(connection, filters, after, limit=limit + 1)
    page = rows[:limit]
    following = None
    if len(rows) > limit:
        following = cursors.Cursor(page[-1].opened_at, page[-1].case_id)
    body = {
        "items": [case_summary(case) for case in page],
        "next_cursor": str(following) if following else None,
    }
    return JSONResponse(body, headers=cursors.next_link(request, following))


def office_of(person: Person, installed: str) -> str:
    """The office whose cases a member of staff may list."""
    return installed if person.has(*OVERSEERS) else person.office


@router.get(
    "/{number}",
    operation_id="getCase",
    responses=refusals(*SIGNED_IN, "not_found", "invalid_input"),
)
async def get_case(request: Request, person: SignedIn, means: Means, number: Number) -> Response:
    """The case by receipt number, case number, any paper's number or its id."""
    async with means.engine.connect() as connection:
        view = await load_case(connection, person, number)
    etag = f'"{view.case.revision}"'
    return JSONResponse(view.to_json(), headers={"ETag": etag})


@router.get(
    "/{number}/timeline",
    operation_id="listCaseTimeline",
    responses=refusals(*SIGNED_IN, "not_found", "invalid_input"),
)
async def case_timeline(
    person: SignedIn,
    means: Means,
    number: Number,
    since: Annotated[int, Query(ge=0, le=1_000_000, description="revision seen last")] = 0,
) -> Response:
    """What happened, oldest first, as the caller may know it."""
    async with means.engine.connect() as connection:
        view = await load_case(connection, person, number)
        lines = await timeline_of(connection, means, view.case, view.viewer, since)
    return JSONResponse({"items": [line.to_json() for line in lines]})


@router.get(
    "/{number}/clocks",
    operation_id="listCaseClocks",
    responses=refusals(*SIGNED_IN, "not_found", "invalid_input"),
)
async def case_clocks(person: SignedIn, means: Means, number: Number) -> Response:
    """The case's clocks with the reason of every day."""
    async with means.engine.connect() as connection:
        view = await load_case(connection, person, number)
    return JSONResponse({"items": [clock.to_json(trace=True) for clock in view.clocks]})


@router.get(
    "/{number}/documents",
    operation_id="listCaseDocuments",
    responses=refusals(*SIGNED_IN, "not_found", "invalid_input"),
)
async def case_documents(person: SignedIn, means: Means, number: Number) -> Response:
    """The papers of the case, newest first."""
    async with means.engine.connect() as connection:
        view = await load_case(connection, person, number)
    return JSONResponse({"items": [document_json(view, d) for d in view.documents]})


@router.get(
    "/{number}/documents/{document_id}/content",
    operation_id="downloadCaseDocument",
    response_class=Response,
    responses={
        **refusals(*SIGNED_IN, "not_found", "invalid_input"),
        200: {"content": {"application/pdf": {}}, "description": "the sealed paper, PDF/A"},
    },
)
async def document_content(
    person: SignedIn,
    means: Means,
    number: Number,
    document_id: Annotated[str, Field(max_length=96)],
    inline: bool = False,
) -> Response:
    """The paper's bytes, as they were sealed."""
    async with means.engine.connect() as connection:
        view = await load_case(connection, person, number)
        document = await cases.document(connection, view.case.case_id, document_id)
    if document is None:
        raise Problem("not_found")
    content = await means.files.get(view.case.case_id, document.stored_id)
    name = quote(f"{document.title}_{document.number}.pdf", safe="")
    how = "inline" if inline else "attachment"
    return Response(
        content,
        media_type="application/pdf",
        headers={
            "Content-Disposition": f"{how}; filename*=UTF-8''{name}",
            "ETag": f'"{document.sha256}"',
        },
    )


@router.get(
    "/{number}/diagram",
    operation_id="getCaseDiagram",
    response_class=Response,
    responses={
        **refusals(*SIGNED_IN, "not_found", "invalid_input"),
        200: {"content": {"image/svg+xml": {}}, "description": "where the case is"},
    },
)
async def case_diagram(person: SignedIn, means: Means, number: Number) -> Response:
    """The live diagram as a drawing of its own."""
    async with means.engine.connect() as connection:
        view = await load_case(connection, person, number)
    # The page's policy allows no style of its own; a drawing has one, and nothing else.
    policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return Response(
        drawing_of(view.case, view.table),
        media_type="image/svg+xml",
        headers={"Content-Security-Policy": policy},
    )


@router.post(
    "/{number}/withdrawals",
    operation_id="withdrawCase",
    responses=RECEIVED
    | refusals(
        *SIGNED_IN,
        *WITH_BODY,
        "not_found",
        "not_accepted_now",
        "case_closed",
        "wrong_role",
        "idempotency_key_reused",
        "request_in_progress",
    ),
)
async def withdraw_case(
    request: Request,
    person: SignedIn,
    means: Means,
    key: Key,
    number: Number,
    wanted: Annotated[Withdrawal, Body()],
) -> Response:
    """The applicant withdraws while nothing is decided."""
    return await _act(request, person, means, key, number, "withdraw", wanted.model_dump())


@router.post(
    "/{number}/extensions",
    operation_id="requestExtension",
    responses=RECEIVED
    | refusals(
        *SIGNED_IN,
        *WITH_BODY,
        "not_found",
        "clock_closed",
        "extension_not_possible",
        "extension_too_late",
        "wrong_role",
        "invalid_answers",
        "idempotency_key_reused",
        "request_in_progress",
    ),
)
async def request_extension(
    request: Request,
    person: SignedIn,
    means: Means,
    key: Key,
    number: Number,
    wanted: Annotated[ExtensionRequest, Body()],
) -> Response:
    """An officer asks for more time, once and before the end; a head decides in a task of their own."""
    data = wanted.model_dump()
    return await _act(request, person, means, key, number, "request_extension", data)


async def _act(
    request: Request,
    person: Person,
    means: Means,
    key: str,
    number: str,
    kind: str,
    data: dict[str, Any],
) -> Response:
    async with means.engine.connect() as connection:
        view = await load_case(connection, person, number)

    async def work(act_id: UUID) -> Response:
        draft = Draft(act_id, view.case.case_id, kind, person.actor, data)
        outcome = await perform(means, person, draft)
        return await answered(means, person, draft, outcome, {})

    return await once(request, person, means, key, work)
