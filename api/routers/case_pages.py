"""Pages of cases: the applicant's list, the case with its ball, clocks and story, and its papers."""

import uuid
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import RedirectResponse, Response

from api import cursors
from api.acts import Draft, Outcome
from api.case_access import Number, load_case
from api.i18n import gettext as _
from api.idempotency import page_once
from api.performing import perform
from api.problems import Problem
from api.security.current import SignedIn
from api.security.person import Person
from api.services import Means
from api.templating import render
from api.views import notice_words, words
from api.views import photos as photo_views
from api.views.balls import Link
from api.views.case_notices import notices_of
from api.views.cases import CaseView, document_json, timeline_of, view_of
from api.views.grounds import grounds_of
from api.views.liquidation import field_name, liquidation_of
from api.views.names import VerdictView, verdict_view
from api.views.notices import notice_views
from api.views.received import received
from api.views.related import related_of
from api.views.task_pages import size_text
from api.views.timeline import Line
from api.views.viewer import Viewer
from api.views.why import TOLD_OF_DATES
from forms.fields import Text
from storage import cases, photos, public_notices

router = APIRouter(include_in_schema=False)

Token = Annotated[str, Form(max_length=64)]
LIST = 20


def new_token() -> str:
    """Stands for one act of one page: a double click is the same act."""
    return str(uuid.uuid4())


def newest_first(view: CaseView, lines: list[Line]) -> list[dict[str, Any]]:
    """The story as the macro draws it; the legal end ahead, hollow, where one runs."""
    found: list[dict[str, Any]] = []
    ahead = view.clock is not None and not view.clock.overdue and not view.clock.paused
    if view.clock is not None and view.case.closed_at is None and ahead:
        said = _("法定期限届满（%(name)s）") % {"name": view.clock.name}
        if view.clock.row.provisional:
            said += _("（暂定）")
        found.append(
            {
                "what": said,
                "at": None,
                "when": view.clock.end_text,
                "by": "",
                "state": "future",
                "links": (Link(_("为什么是这一天？"), view.clock.address),),
            }
        )
    for n, line in enumerate(reversed(said_once(lines))):
        found.append(
            {
                "what": line.what,
                "at": line.at,
                "by": line.by,
                "state": "now" if n == 0 and view.case.closed_at is None else "",
                "links": line.links,
            }
        )
    return found


def said_once(lines: list[Line]) -> list[Line]:
    """Without what was said in the same words within the minute: five departments told alike are one line to read."""
    found: dict[tuple[str, str, datetime], Line] = {}
    for line in lines:
        minute = line.at.replace(second=0, microsecond=0)
        found.setdefault((str(line.what), line.by, minute), line)
    return list(found.values())


# Forms of the case's page whose fields have the ids `<form>-<field>`.
NAMED_FORMS: Final = frozenset(
    {
        "late-objections",
        "restoration",
        "annul-penalty",
        "revoke-repair",
        "supplement-accident",
        "ask-replacement",
        "duty-request",
        "duty-fulfilment",
    }
)


def papers_of(view: CaseView) -> list[dict[str, Any]]:
    """The case's papers with their page addresses."""
    return [document_json(view, d) | {"day": d.issued_at} for d in view.documents]


@router.get("/cases")
async def own_cases(
    request: Request,
    person: SignedIn,
    means: Means,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """The applicant's cases; whoever works here goes to the office's search."""
    if person.staff:
        return RedirectResponse("/desk/search", status_code=303)
    place = cursors.read(cursor)
    after = cases.Cursor(place.at, place.id) if place else None
    viewer = Viewer("applicant", person, person.now)
    async with means.engine.connect() as connection:
        filters = cases.Filters(owner=str(person.id))
        rows = await cases.listed(connection, filters, after, limit=LIST + 1)
        views = [await view_of(connection, row, viewer) for row in rows[:LIST]]
        said = await public_notices.said_by(connection, str(person.id)) if place is None else []
    following = ""
    if len(rows) > LIST:
        last = rows[LIST - 1]
        following = f"/cases?cursor={cursors.Cursor(last.opened_at, last.case_id)}"
    views.sort(key=lambda v: (not v.ball.mine, v.case.closed_at is not None))
    return render(
        request,
        "cases/list.html",
        {"items": views, "following": following, "said": said, "state_of": notice_words.state},
    )


@router.get("/cases/{number}")
async def case_page(
    request: Request,
    person: SignedIn,
    means: Means,
    number: Number,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The case for its applicant or for the office's staff."""
    async with means.engine.connect() as connection:
        case = await cases.find(connection, number)
        if case is None:
            return await _received(request, person, connection, number)
    return await _case(request, person, means, number, done=done)


async def _case(
    request: Request,
    person: Person,
    means: Means,
    number: str,
    *,
    done: str = "",
    errors: dict[str, str] | None = None,
    reason: str = "",
    sent: dict[str, Any] | None = None,
    typed: dict[str, str] | None = None,
    step: str = "",
    status: int = 200,
) -> Response:
    async with means.engine.connect() as connection:
        view = await load_case(connection, person, number)
        lines = await timeline_of(connection, means, view.case, view.viewer)
        mine = [f"person:{person.id}"] if view.viewer.own else []
        told = await cases.messages(connection, mine, case_id=view.case.case_id) if mine else []
        related = await related_of(connection, view)
        announced = await notices_of(connection, view)
        seen = await photos.of_case(connection, view.case.case_id) if view.viewer.staff else []
    said = {
        "withdrawn": _("申请已撤回。"),
        "received": _("操作已收到，几分钟内生效。"),
        "extension": _("延期申请已提交，由负责人批准。"),
        "searched": _("正在再与名称库比对，请稍后刷新页面看结果。"),
        "released": _("放弃名称的要求已收到，名称随即回到名称库。"),
        "asked": _("取消保留的申请已提交，由登记机关负责人决定。"),
        "reserved": _("新的名称保留已记入本件。"),
        "answered": _("回答已记入本件，涉及的事项随即办理。"),
        "rectified": _("整改报告已收到，部门将再次核查。"),
        "corrected": _("更正已收到，随即再次提交。"),
        "leave": _("退出托管的申请已收到，托管企业随即得到通知。"),
        "pause": _("已暂停接收新的托管企业。"),
        "resume": _("已恢复接收新的托管企业。"),
        "applied": _("注销登记申请已收到，随即再次核查适用条件。"),
        "objection_noted": _("异议已记入本件，由审查员处理。"),
        "reported": _("报告已收到，记入托管企业的办件。"),
        "stepped": _("填报已记入本件。"),
        "promised": _("承诺书已签署，本件已受理。请在期限内补齐材料。"),
        "supplemented": _("材料已收到，补正材料接收凭证在“文件”中。"),
        "doubted": _("已提出撤销信用修复，由另一位同事决定。"),
        "annulled": _("已登记处罚被撤销，由另一位同事决定移出。"),
        "duty_noted": _("已登记。"),
        "told_upward": _("补报已记入本件，补报文书随即发出。"),
        "replacing": _("更换的申请已提交，由负责人决定。"),
    }
    notices = notice_views(view.case, view.row)
    context = {
        "view": view,
        "lines": newest_first(view, lines),
        "documents": papers_of(view),
        "messages": told,
        "told_of_dates": TOLD_OF_DATES,
        "names": names_of(view),
        "related": related,
        "announced": announced,
        "asked": "",
        "notice": notices[0] if notices and view.case.stage == "correction" else None,
        "done": said.get(done, ""),
        "errors": errors or {},
        "reason": reason,
        "typed": typed or {},
        "correction": related.correction(sent or {}, errors or {}),
        "liquidation": liquidation_of(view, step, sent, errors),
        "barred": grounds_of(view.case),
        "happenings": words.happenings(),
        "photos": photo_views.drawn(seen),
        "token": new_token(),
    }
    return render(request, "cases/case.html", context, status=status)


def names_of(view: CaseView) -> VerdictView | None:
    """The newest comparison of a declared name, for those concerned."""
    found = view.case.decision.get("check")
    return verdict_view(view.case.title, found) if found else None


async def case_to_correct(
    request: Request,
    person: Person,
    means: Means,
    number: str,
    sent: dict[str, Any],
    errors: dict[str, str],
) -> Response:
    """The case of a part with what was filled in, and what is wrong with it."""
    return await _case(request, person, means, number, errors=errors, sent=sent, status=422)


async def case_with_step(
    request: Request,
    person: Person,
    means: Means,
    number: str,
    step: str,
    sent: dict[str, Any],
    errors: dict[str, str],
) -> Response:
    """The case with a step of its liquidation as it was filled in, and what is wrong with it."""
    shown = {field_name(step, name) if name else "": told for name, told in errors.items()}
    return await _case(
        request, person, means, number, errors=shown, sent=sent, step=step, status=422
    )


async def case_again(
    request: Request, person: Person, means: Means, number: str, problem: Problem
) -> Response:
    """The case with what was refused on it; beside the fields where the form names them, with what was filled in."""
    said = [e.message for e in problem.errors] or [problem.detail or _(problem.type.title)]
    errors = {"": _("；").join(said)}
    form = request.url.path.rpartition("/")[2]
    typed: dict[str, str] = {}
    if form in NAMED_FORMS:
        sent = (await request.form()).items()
        typed = {name: value for name, value in sent if isinstance(value, str)} | {"form": form}
        named = {f"{form}-{e.pointer.lstrip('/')}": e.message for e in problem.errors}
        errors = named or errors
    status = int(problem.type.status)
    return await _case(request, person, means, number, errors=errors, typed=typed, status=status)


async def _received(
    request: Request, person: Person, connection: AsyncConnection, number: str
) -> Response:
    """Durable, but not yet a case: the engine is away, the receipt holds all the same."""
    waiting = await received(connection, person, number)
    if waiting is None:
        raise Problem("not_found")
    return render(request, "cases/received.html", {"waiting": waiting})


@router.post("/cases/{number}/withdraw")
async def withdraw(
    request: Request,
    person: SignedIn,
    means: Means,
    number: Number,
    token: Token = "",
    reason: Annotated[Text, Form(max_length=2000)] = "",
) -> Response:
    """Withdraws, and shows the case as it is then."""
    async with means.engine.connect() as connection:
        view = await load_case(connection, person, number)

    async def work(act_id: UUID) -> Response:
        draft = Draft(
            act_id, view.case.case_id, "withdraw", person.actor, {"reason": reason.strip()}
        )
        return after(view, await perform(means, person, draft), "withdrawn")

    try:
        return await page_once(person, work, token or new_token())
    except Problem as problem:
        if problem.code not in {"not_accepted_now", "case_closed", "wrong_role"}:
            raise
        errors = {"": problem.detail or _(problem.type.title)}
        return await _case(
            request,
            person,
            means,
            number,
            errors=errors,
            reason=reason,
            status=int(problem.type.status),
        )


def after(view: CaseView, outcome: Outcome, said: str) -> Response:
    """After an act: the case as it is then, which says what was done."""
    word = said if outcome.state == "applied" else "received"
    return RedirectResponse(f"/cases/{view.number}?done={word}", status_code=303)


@router.get("/cases/{number}/papers/{document_id}")
async def paper_page(
    request: Request,
    person: SignedIn,
    means: Means,
    number: Number,
    document_id: Annotated[str, Field(max_length=96)],
) -> Response:
    """One paper: what it is, how to get it, how to check it."""
    async with means.engine.connect() as connection:
        view = await load_case(connection, person, number)
        document = await cases.document(connection, view.case.case_id, document_id)
    if document is None:
        raise Problem("not_found")
    version = document.document_id.rpartition(":")[2]
    gaps = [
        gap
        for notice in notice_views(view.case, view.row)
        if document.kind == "notice" and str(notice.version) == version
        for gap in notice.gaps
    ]
    context = {
        "view": view,
        "document": document,
        "paper": document_json(view, document),
        "gaps": gaps,
        "size": size_text(document.size),
    }
    return render(request, "cases/paper.html", context)
