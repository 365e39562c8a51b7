"""Pages of published calendars: list, upload, what would move, approve, follow, take back. They work without JavaScript."""

from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from starlette.responses import RedirectResponse, Response

from api import calendar_acts as deeds
from api.problems import Problem
from api.routers.calendars import Ident, Reader, cursor_of, place_of
from api.security.current import Staff
from api.security.person import Person
from api.services import Means, Services
from api.templating import render
from api.views import calendars as views
from forms.fields import Text
from law import calendars as law
from law.calendar_upload import MOST_BYTES, Paper
from law.zone import civil_date
from storage import calendar_moves as moved
from storage import calendar_publications as read
from storage import calendars as store

router = APIRouter(include_in_schema=False, prefix="/admin/calendars")

PAGE = 50
Line = Annotated[Text, Form(max_length=500)]
Reason = Annotated[Text, Form(max_length=2000)]
# A page that shows something under way asks again by itself.
REFRESH = 5


@router.get("")
async def calendars_page(request: Request, person: Reader, means: Means) -> Response:
    """The editions in force, the publications, and the form for the next year's file."""
    return await _list(request, person, means)


async def _list(
    request: Request, person: Person, means: Services, problem: Problem | None = None, **sent: Any
) -> Response:
    await store.load(means.engine)
    async with means.engine.connect() as connection:
        found = await read.publications(connection, PAGE)
    errors = _errors(problem)
    context = {
        "publications": found,
        "editions": list(reversed(law.default_calendars().editions))[:6],
        "shipped": law.is_shipped,
        "v": views,
        "may_upload": person.has(*deeds.ORDERING),
        "year": civil_date(person.now).year + 1,
        "sent": sent,
        "errors": errors,
        "faults": [e.message for e in problem.errors] if problem else [],
    }
    status = int(problem.type.status) if problem else 200
    return render(request, "admin/calendars.html", context, status=status)


def _errors(problem: Problem | None) -> dict[str, str]:
    if problem is None:
        return {}
    errors = {e.pointer.lstrip("/"): e.message for e in reversed(problem.errors)}
    return errors or {"": problem.detail or problem.type.title}


@router.post("")
async def upload_on_page(
    request: Request,
    person: Staff,
    means: Means,
    year: Annotated[int, Form()],
    file: Annotated[UploadFile | None, File()] = None,
    title: Line = "",
    document_number: Line = "",
    issued_on: Line = "",
    url: Line = "",
    reason: Reason = "",
) -> Response:
    """Keep the file and show what it would move; a faulty one is told fault by fault."""
    content = await file.read(MOST_BYTES + 1) if file is not None else b""
    paper = Paper(title, document_number, issued_on, url)
    try:
        number = await deeds.upload(means, person, content, year, paper, reason)
    except Problem as problem:
        if problem.code not in {"invalid_input", "conflict"}:
            raise
        sent = {"title": title, "number": document_number, "issued_on": issued_on, "url": url}
        return await _list(request, person, means, problem, **sent, year=year, reason=reason)
    return RedirectResponse(f"/admin/calendars/{number}", 303)


@router.get("/{number}")
async def calendar_page(
    request: Request,
    person: Reader,
    means: Means,
    number: Ident,
    procedure: Annotated[str, Query(max_length=64)] = "",
    cursor: Annotated[str | None, Query(max_length=100)] = None,
    refresh: Annotated[str, Query(max_length=3)] = "on",
) -> Response:
    """One publication: its days and paper, how far it is, and each date that moves."""
    still = refresh == "off"
    return await _one(request, person, means, number, procedure, cursor, still=still)


async def _one(
    request: Request,
    person: Person,
    means: Services,
    number: int,
    procedure: str = "",
    cursor: str | None = None,
    problem: Problem | None = None,
    *,
    still: bool = False,
) -> Response:
    of = await deeds.found(means, number)
    after = place_of(cursor)
    async with means.engine.connect() as connection:
        found = await moved.moves(
            connection, number, after=after, procedure=procedure or None, limit=PAGE + 1
        )
        procedures = await moved.by_procedure(connection, number)
    page = found[:PAGE]
    following = None
    if len(found) > PAGE:
        url = request.url.include_query_params(cursor=cursor_of(page[-1]))
        following = f"{url.path}?{url.query}"
    waits = of.state == "previewed"
    context = {
        "of": of,
        "v": views,
        "moves": page,
        "procedures": procedures,
        "procedure": procedure,
        "following": following,
        "busy": of.state in views.BUSY,
        "still": still,
        "refresh": REFRESH,
        "may_approve": waits and person.has(*deeds.APPROVING) and str(person.id) != of.ordered_by,
        "own": waits and str(person.id) == of.ordered_by,
        "may_refuse": waits and person.has(*deeds.APPROVING),
        "may_preview": waits and person.has(*deeds.ORDERING),
        "may_take_back": of.state == "applied"
        and not of.takes_back
        and person.has(*deeds.ORDERING),
        "errors": _errors(problem),
    }
    status = int(problem.type.status) if problem else 200
    response = render(request, "admin/calendar.html", context, status=status)
    if context["busy"] and not still:
        # Nothing can be filled in meanwhile, and the reader can switch it off (WCAG 2.2.1).
        response.headers["Refresh"] = str(REFRESH)
    return response


@router.post("/{number}/{what}")
async def act_on_calendar(
    request: Request,
    person: Staff,
    means: Means,
    number: Ident,
    what: str,
    reason: Reason = "",
) -> Response:
    """Preview again, approve, refuse, take back."""
    target = number
    try:
        if what == "preview":
            await deeds.preview_again(means, person, number)
        elif what == "approve":
            await deeds.approve(means, person, number)
        elif what == "refuse":
            await deeds.refuse(means, person, number, reason)
        elif what == "return":
            target = await deeds.take_back(means, person, number, reason)
        else:
            raise Problem("not_found")
    except Problem as problem:
        if problem.code not in {"invalid_input", "conflict", "separation_of_duties"}:
            raise
        return await _one(request, person, means, number, problem=problem)
    return RedirectResponse(f"/admin/calendars/{target}", 303)
