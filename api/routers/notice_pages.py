"""The public board (D1), the page of a notice with its form (D2), the receipt of what was said, and the feed. No script needed."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from starlette.responses import RedirectResponse, Response

from api import cursors, objections
from api.downloads import attachment
from api.i18n import gettext as _
from api.problems import Problem
from api.routers.desk_pages import request_query
from api.routers.notices import (
    BoardLimit,
    ObjectLimit,
    attached_of,
    following_of,
    found_notice,
    wanted_of,
)
from api.security.current import Anyone, Applicant, Staff
from api.security.person import Person, Visitor
from api.services import Means
from api.templating import render
from api.views import notice_words, words
from api.views.notice_feed import FEED, MEDIA_TYPE, atom
from api.views.public_notices import PATH, NoticeView
from api.views.viewer import audience_of
from domain.roles import Role
from forms.objections import STANDING_LABELS
from law.offices import OFFICES
from storage import public_notices

router = APIRouter(include_in_schema=False)

LIST: Final = 20
FEED_LENGTH: Final = 50
STATES: Final = ("running", "ended", "all")
# What is wrong with the form: shown on it, everything else is a page of its own.
ON_FORM: Final = frozenset(
    {
        "invalid_input",
        "unsupported_media_type",
        "too_large",
        "notice_over",
        "notice_takes_none",
        "already_objected",
        "own_notice",
    }
)
Text = Annotated[str, Query(max_length=100)]


@router.get(PATH, dependencies=[BoardLimit])
async def board_page(
    request: Request,
    visitor: Anyone,
    means: Means,
    state: Annotated[str, Query(max_length=8)] = "running",
    kind: Annotated[str, Query(max_length=64)] = "",
    office: Annotated[str, Query(max_length=64)] = "",
    q: Text = "",
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """What is announced now, newest first, with what is left of each period."""
    chosen = state if state in STATES else "running"
    place = cursors.read(cursor)
    wanted = wanted_of(chosen, "", kind, office, q)
    rows = await public_notices.board(means.engine, wanted, place, LIST + 1)
    page = [NoticeView(row) for row in rows[:LIST]]
    sent = {"state": chosen, "kind": kind, "office": office, "q": q}
    following = ""
    if len(rows) > LIST:
        following = f"{PATH}?{request_query(**sent, cursor=str(following_of(page)))}"
    context = {
        "items": page,
        "sent": sent,
        "following": following,
        "first": place is None,
        "kinds": [(code, notice_words.kind(code)) for code in notice_words.KINDS],
        "offices": [(code, found.name) for code, found in OFFICES.items()],
        "feed": f"{FEED}?{request_query(**(sent | {'state': ''}))}".rstrip("?"),
    }
    return render(request, "notices/board.html", context)


@router.get(FEED, dependencies=[BoardLimit])
async def feed(
    request: Request,
    visitor: Anyone,
    means: Means,
    kind: Annotated[str, Query(max_length=64)] = "",
    office: Annotated[str, Query(max_length=64)] = "",
    q: Text = "",
) -> Response:
    """The newest notices, running and over, as Atom; with the board's filter."""
    wanted = wanted_of("all", "", kind, office, q)
    rows = await public_notices.board(means.engine, wanted, None, FEED_LENGTH)
    query = request_query(kind=kind, office=office, q=q)
    content = atom(
        [NoticeView(row) for row in rows],
        address=means.public_url,
        query=f"?{query}" if query else "",
        bureau=request.app.state.bureau_name,
        now=visitor.now,
    )
    return Response(content, media_type=MEDIA_TYPE)


async def _notice_page(
    request: Request,
    visitor: Visitor | Person,
    means: Means,
    notice_id: UUID,
    *,
    sent: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    notice = await found_notice(means, notice_id)
    person = visitor.person if isinstance(visitor, Visitor) else visitor
    may_say = person is not None and person.has(Role.APPLICANT)
    said = None
    if person is not None and may_say:
        try:
            said = await objections.receipt_of(means, notice_id, person)
        except Problem:
            said = None
    context: dict[str, Any] = {
        "notice": notice,
        "words": notice_words,
        "said": said,
        "may_say": may_say,
        "roles": [
            (role.value, words.bilingual(*labels), "") for role, labels in STANDING_LABELS.items()
        ],
        "sent": sent or {},
        "errors": errors or {},
        "office": OFFICES.get(notice.found.row.office),
    }
    return render(request, "notices/notice.html", context, status=status)


@router.get(PATH + "/{notice_id}", dependencies=[BoardLimit])
async def notice_page(request: Request, visitor: Anyone, means: Means, notice_id: UUID) -> Response:
    """A notice by its permanent address; while it takes objections, the form."""
    return await _notice_page(request, visitor, means, notice_id)


@router.post(PATH + "/{notice_id}/objections", dependencies=[ObjectLimit])
async def object_page(
    request: Request,
    person: Applicant,
    means: Means,
    notice_id: UUID,
    role: Annotated[str, Form(max_length=16)] = "",
    reason: Annotated[str, Form(max_length=8000)] = "",
    amount: Annotated[str, Form(max_length=32)] = "",
    contact: Annotated[str, Form(max_length=64)] = "",
    evidence: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Takes what the form says, and shows its receipt. A double click is one objection."""
    sent = {"role": role, "reason": reason, "amount": amount, "contact": contact}
    try:
        said = objections.statement_of(sent)
        attached = await attached_of(evidence)
        limiter = request.app.state.limiter
        await objections.object_to(means, limiter, person, notice_id, said, attached)
    except Problem as problem:
        if problem.code not in ON_FORM:
            raise
        told = {e.pointer.lstrip("/"): e.message for e in problem.errors}
        errors = told or {"": problem.detail or _(problem.type.title)}
        return await _notice_page(
            request, person, means, notice_id, sent=sent, errors=errors, status=problem.type.status
        )
    return RedirectResponse(f"{PATH}/{notice_id}/objection", status_code=303)


@router.get(PATH + "/{notice_id}/objection")
async def receipt_page(
    request: Request, person: Applicant, means: Means, notice_id: UUID
) -> Response:
    """The receipt of what this person said to the notice, and how it stands; works when kept and printed."""
    said = await objections.receipt_of(means, notice_id, person)
    context = {
        "notice": await found_notice(means, notice_id),
        "said": said,
        "words": notice_words,
    }
    return render(request, "notices/receipt.html", context)


@router.get("/desk/objections/{objection_id}/evidence")
async def evidence_content(person: Staff, means: Means, objection_id: UUID) -> Response:
    """The evidence of an objection, for the officers of its case alone."""
    found = await public_notices.evidence(means.engine, objection_id)
    if found is None or audience_of(found, person) != "staff":
        raise Problem("not_found")
    content = await means.files.get(found.file.case_id, found.file.stored_id)
    return attachment(content, name=found.file.name, media_type=found.file.media_type)
