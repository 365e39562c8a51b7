"""REST of published calendars: upload, preview, approve, follow, take back. For administrators; auditors read."""

import re
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response, StreamingResponse

from api import calendar_acts as deeds
from api.documentation import SIGNED_IN, WITH_BODY, refusals
from api.idempotency import Key, once
from api.problems import FieldError, Problem
from api.security.current import has_role
from api.security.person import Person
from api.services import Means, Services
from api.validation_messages import FALLBACK
from api.views import calendars as views
from forms.fields import Text
from law import calendars as law
from law.calendar_upload import Paper
from storage import calendar_moves as moved
from storage import calendar_publications as read
from storage import calendars as store

router = APIRouter(prefix="/api/v1/admin/calendars", tags=["admin"])

Reader = Annotated[Person, has_role(*deeds.READING)]
Deciding = Annotated[Person, has_role(*deeds.APPROVING)]
Ordering = Annotated[Person, has_role(*deeds.ORDERING)]
Ident = Annotated[int, Path(ge=1, le=2**31 - 1)]
MOST = 500
CHUNK = 1000
_KEY = re.compile(r"[A-Za-z0-9_.#-]{1,32}")
CHANGING = (
    *SIGNED_IN,
    *WITH_BODY,
    "not_found",
    "conflict",
    "idempotency_key_reused",
    "request_in_progress",
)


class CalendarPaper(BaseModel):
    """The notice of a CSV file; a JSON file names its papers itself."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[Text, Field(max_length=500)] = ""
    document_number: Annotated[Text, Field(max_length=100)] = ""
    issued_on: Annotated[str, Field(max_length=10)] = ""
    url: Annotated[str, Field(max_length=500)] = ""


class CalendarUpload(BaseModel):
    """The year's file: JSON (year, papers, days) or CSV (date, kind, holiday)."""

    model_config = ConfigDict(extra="forbid")

    year: Annotated[int, Field(examples=[2027])]
    file: Annotated[str, Field(max_length=65536, description="the file's text")]
    paper: CalendarPaper | None = None
    reason: Annotated[Text, Field(max_length=2000)] = ""


class CalendarReason(BaseModel):
    """Why."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[Text, Field(min_length=1, max_length=2000, examples=["通知有误"])]


async def _shown(means: Services, number: int, status: int = 200) -> JSONResponse:
    of = await deeds.found(means, number)
    async with means.engine.connect() as connection:
        procedures = await moved.by_procedure(connection, number)
    place = {"Location": f"/api/v1/admin/calendars/{number}"} if status != 200 else {}
    return JSONResponse(views.publication_json(of, procedures), status, headers=place)


@router.get("", operation_id="listCalendars", responses=refusals(*SIGNED_IN, "invalid_input"))
async def list_calendars(
    person: Reader, means: Means, limit: Annotated[int, Query(ge=1, le=MOST)] = 50
) -> Response:
    """The editions in force, and the publications, the newest first."""
    await store.load(means.engine)
    async with means.engine.connect() as connection:
        found = await read.publications(connection, limit)
    return JSONResponse(
        {
            "in_force": [views.edition_json(e) for e in law.default_calendars().editions],
            "publications": [views.publication_json(of, ()) for of in found],
        }
    )


@router.post("", operation_id="uploadCalendar", status_code=201, responses=refusals(*CHANGING))
async def upload_calendar(
    request: Request,
    person: Ordering,
    means: Means,
    key: Key,
    wanted: Annotated[CalendarUpload, Body()],
) -> Response:
    """Upload a year's calendar; nothing moves before a second person approves."""

    async def work(_: UUID) -> Response:
        paper = Paper(**wanted.paper.model_dump()) if wanted.paper else None
        content = wanted.file.encode()
        number = await deeds.upload(means, person, content, wanted.year, paper, wanted.reason)
        return await _shown(means, number, 201)

    return await once(request, person, means, key, work)


@router.get(
    "/{number}",
    operation_id="getCalendar",
    responses=refusals(*SIGNED_IN, "not_found", "invalid_input"),
)
async def get_calendar(person: Reader, means: Means, number: Ident) -> Response:
    """How far a publication is, and what it moves by procedure."""
    return await _shown(means, number)


@router.get(
    "/{number}/moves",
    operation_id="listCalendarMoves",
    responses=refusals(*SIGNED_IN, "not_found", "invalid_input"),
)
async def list_moves(
    request: Request,
    person: Reader,
    means: Means,
    number: Ident,
    procedure: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    """Old and new end of every clock that moves, page by page."""
    await deeds.found(means, number)
    after = place_of(cursor)
    async with means.engine.connect() as connection:
        found = await moved.moves(
            connection, number, after=after, procedure=procedure, limit=limit + 1
        )
    page = found[:limit]
    following = cursor_of(page[-1]) if len(found) > limit else None
    headers = {}
    if following:
        url = request.url.include_query_params(cursor=following)
        headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
    body: dict[str, Any] = {"items": [views.move_json(m) for m in page], "next": following}
    return JSONResponse(body, headers=headers)


@router.get(
    "/{number}/moves.csv",
    operation_id="exportCalendarMoves",
    responses=refusals(*SIGNED_IN, "not_found", "invalid_input"),
)
async def export_moves(person: Reader, means: Means, number: Ident) -> Response:
    """The same, whole, as a table."""
    await deeds.found(means, number)
    return StreamingResponse(
        _rows(means, number),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="calendar-{number}.csv"'},
    )


async def _rows(means: Services, number: int) -> AsyncIterator[bytes]:
    after: tuple[UUID, str] | None = None
    # A spreadsheet needs the mark to read UTF-8.
    yield "\ufeff".encode()
    while True:
        async with means.engine.connect() as connection:
            page = await moved.moves(connection, number, after=after, limit=CHUNK)
        yield views.table(page, heads=after is None).encode()
        if len(page) < CHUNK:
            return
        after = page[-1].case_id, page[-1].key


@router.post("/{number}/previews", operation_id="previewCalendar", responses=refusals(*CHANGING))
async def preview_calendar(
    request: Request, person: Ordering, means: Means, key: Key, number: Ident
) -> Response:
    """Make the preview anew: cases came and went since."""

    async def work(_: UUID) -> Response:
        await deeds.preview_again(means, person, number)
        return await _shown(means, number)

    return await once(request, person, means, key, work)


@router.post(
    "/{number}/approvals",
    operation_id="approveCalendar",
    responses=refusals(*CHANGING, "separation_of_duties"),
)
async def approve_calendar(
    request: Request, person: Deciding, means: Means, key: Key, number: Ident
) -> Response:
    """The second person approves what the preview showed; the open cases are computed again."""

    async def work(_: UUID) -> Response:
        await deeds.approve(means, person, number)
        return await _shown(means, number)

    return await once(request, person, means, key, work)


@router.post("/{number}/refusals", operation_id="refuseCalendar", responses=refusals(*CHANGING))
async def refuse_calendar(
    request: Request,
    person: Deciding,
    means: Means,
    key: Key,
    number: Ident,
    wanted: Annotated[CalendarReason, Body()],
) -> Response:
    """Drop what nobody approved yet."""

    async def work(_: UUID) -> Response:
        await deeds.refuse(means, person, number, wanted.reason)
        return await _shown(means, number)

    return await once(request, person, means, key, work)


@router.post(
    "/{number}/returns",
    operation_id="takeCalendarBack",
    status_code=201,
    responses=refusals(*CHANGING),
)
async def take_calendar_back(
    request: Request,
    person: Ordering,
    means: Means,
    key: Key,
    number: Ident,
    wanted: Annotated[CalendarReason, Body()],
) -> Response:
    """Order the return to the calendar before: a publication of its own, which a second person approves."""

    async def work(_: UUID) -> Response:
        made = await deeds.take_back(means, person, number, wanted.reason)
        return await _shown(means, made, 201)

    return await once(request, person, means, key, work)


def cursor_of(move: moved.Move) -> str:
    """Where the page after this clock begins."""
    return f"{move.case_id}:{move.key}"


def place_of(cursor: str | None) -> tuple[UUID, str] | None:
    """Raises Problem: invalid_input, for a text that no answer of ours contained."""
    if not cursor:
        return None
    case_id, _, key = cursor.partition(":")
    try:
        if not _KEY.fullmatch(key):
            raise ValueError(key)
        return UUID(case_id), key
    except ValueError:
        wrong = FieldError(FALLBACK, parameter="cursor")
        raise Problem("invalid_input", errors=[wrong]) from None
