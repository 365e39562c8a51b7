"""REST: cases, for their applicants and the office's staff. Reads SQL only."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import JSONResponse, Response

from api import cursors
from api.case_access import Number, load_case, office_of
from api.documentation import SIGNED_IN, refusals
from api.problems import Problem
from api.security.current import SignedIn
from api.services import Means
from api.views import shapes, words
from api.views.cases import document_json, timeline_of
from api.views.flow import drawing_of
from api.views.received import received
from api.views.tasks import recipients_of
from law.zone import local
from storage import cases
from storage.tables import CaseRow

router = APIRouter(prefix="/api/v1/cases", tags=["cases"])


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
    response_model=shapes.CaseList,
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


@router.get(
    "/{number}",
    operation_id="getCase",
    response_model=shapes.Case,
    responses=refusals(*SIGNED_IN, "not_found", "invalid_input"),
)
async def get_case(person: SignedIn, means: Means, number: Number) -> Response:
    """The case by receipt number, case number, any paper's number or its id."""
    async with means.engine.connect() as connection:
        if await cases.find(connection, number) is None:
            waiting = await received(connection, person, number)
            if waiting is not None:
                return JSONResponse(waiting.to_json(), headers={"ETag": '"0"'})
        view = await load_case(connection, person, number)
    etag = f'"{view.case.revision}"'
    return JSONResponse(view.to_json(), headers={"ETag": etag})


@router.get(
    "/{number}/timeline",
    operation_id="listCaseTimeline",
    response_model=shapes.Timeline,
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
    response_model=shapes.ClockList,
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
    response_model=shapes.DocumentList,
    responses=refusals(*SIGNED_IN, "not_found", "invalid_input"),
)
async def case_documents(person: SignedIn, means: Means, number: Number) -> Response:
    """The papers of the case, newest first."""
    async with means.engine.connect() as connection:
        view = await load_case(connection, person, number)
    return JSONResponse({"items": [document_json(view, d) for d in view.documents]})


@router.get(
    "/{number}/messages",
    operation_id="listCaseMessages",
    response_model=shapes.MessageList,
    responses=refusals(*SIGNED_IN, "not_found", "invalid_input"),
)
async def case_messages(person: SignedIn, means: Means, number: Number) -> Response:
    """What the case told the caller: reminders, lights, what to do; newest first."""
    async with means.engine.connect() as connection:
        view = await load_case(connection, person, number)
        mine = recipients_of(person, [t.task_id for t in view.tasks if t.claimed_by])
        told = await cases.messages(connection, mine, case_id=view.case.case_id, limit=100)
    items = [{"kind": m.kind, "text": m.text, "at": local(m.at).isoformat()} for m in told]
    return JSONResponse({"items": items})


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
