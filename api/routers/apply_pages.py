"""Pages of an application: begun, filled in at one's own pace, checked, handed in, receipted."""

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from api import cursors, intake
from api.draft_forms import check_whole
from api.i18n import gettext as _
from api.idempotency import act_id_of, page_once
from api.intake import Dossier, Mode
from api.problems import Problem
from api.receipts import receipt_of
from api.review_pages import answers_of, error_links, qr_of
from api.security.current import Applicant
from api.services import Means
from api.submission import Wanted, content_of, hand_in, missing_materials
from api.task_lists import address, gaps_of, own_line, task_list, unchanged
from api.templating import render
from domain.refusals import Refused
from law.zone import civil_date
from storage import applications as stored

router = APIRouter(include_in_schema=False)

Code = Annotated[str, Path(max_length=64)]
PAGE_SIZE = 20
Token = Annotated[str, Form(max_length=64)]


def see_other(to: str) -> RedirectResponse:
    """After a POST: the page to look at, so that reloading does nothing twice."""
    return RedirectResponse(to, status_code=303)


async def open_dossier(means: Means, person: Applicant, application_id: UUID) -> Dossier:
    """The application if it can be changed; otherwise the page is no longer there.

    Raises:
        Problem: not_found, not_accepted_now.
    """
    dossier = await intake.load(means, person, application_id)
    if dossier.mode is Mode.CLOSED:
        raise Problem("not_accepted_now", _("申请已经提交，现在不能修改。请查看收件凭证。"))
    return dossier


# -- begin -----------------------------------------------------------------------------------------


@router.get("/apply/{code}")
async def start_page(request: Request, person: Applicant, means: Means, code: Code) -> Response:
    """What to have at hand, drafts to go on with, and the button that begins."""
    row = intake.item(code, person.now)
    async with means.engine.connect() as connection:
        lines = await stored.listed(connection, str(person.id), limit=PAGE_SIZE)
    drafts = [
        line.application
        for line in lines
        if line.application.state == "draft" and line.application.procedure == code
    ]
    return render(
        request, "apply/start.html", {"row": row, "drafts": drafts, "token": str(uuid4())}
    )


@router.post("/apply/{code}")
async def begin(
    request: Request, person: Applicant, means: Means, code: Code, token: Token = ""
) -> Response:
    """Begins a draft; the same button pressed twice begins one."""
    wanted = act_id_of(person, f"draft:{code}:{token}") if token else None
    dossier = await intake.create(means, person, code, application_id=wanted)
    return see_other(address(dossier))


@router.get("/applications")
async def own_list(
    request: Request,
    person: Applicant,
    means: Means,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """The reader's drafts and applications."""
    place = cursors.read(cursor)
    async with means.engine.connect() as connection:
        lines = await stored.listed(connection, str(person.id), limit=PAGE_SIZE + 1, after=place)
    shown = list(lines[:PAGE_SIZE])
    following = ""
    if len(lines) > PAGE_SIZE:
        last = shown[-1].application
        following = f"/applications?cursor={cursors.Cursor(last.updated_at, last.id)}"
    context = {"lines": [own_line(line) for line in shown], "following": following}
    return render(request, "apply/list.html", context)


# -- the task list ---------------------------------------------------------------------------------


@router.get("/applications/{application_id}")
async def tasks_page(
    request: Request, person: Applicant, means: Means, application_id: UUID
) -> Response:
    """The task list; what was handed in already is shown by its receipt."""
    dossier = await intake.load(means, person, application_id)
    if dossier.mode is Mode.CLOSED:
        return see_other(address(dossier, "receipt"))
    context = {"dossier": dossier, "tasks": task_list(dossier)}
    return render(request, "apply/tasks.html", context)


@router.get("/applications/{application_id}/delete")
async def delete_page(
    request: Request, person: Applicant, means: Means, application_id: UUID
) -> Response:
    """Asks once more before a draft is thrown away."""
    return render(
        request, "apply/delete.html", {"dossier": await open_dossier(means, person, application_id)}
    )


@router.post("/applications/{application_id}/delete")
async def delete(
    request: Request, person: Applicant, means: Means, application_id: UUID
) -> Response:
    """Throws a draft away for good."""
    await intake.throw_away(means, person, application_id)
    return see_other("/applications")


# -- check and hand in -----------------------------------------------------------------------------


def _check_page(
    request: Request,
    person: Applicant,
    dossier: Dossier,
    *,
    errors: dict[str, str] | None = None,
    changed: bool = False,
    status: int = 200,
) -> Response:
    form, wrong = check_whole(dossier.form, dossier.answers, civil_date(person.now))
    labels = {m.code: m for m in dossier.procedure.materials}
    context = {
        "dossier": dossier,
        "groups": answers_of(dossier),
        "digest": content_of(form, dossier.files).digest if form else "",
        "missing": [labels[code] for code in missing_materials(dossier)],
        "gaps": gaps_of(dossier),
        "unchanged": dossier.mode is Mode.CORRECTION and unchanged(dossier, person.now),
        "errors": error_links(dossier, wrong) | (errors or {}),
        "changed": changed,
        "token": str(uuid4()),
    }
    return render(request, "apply/check.html", context, status=status)


@router.get("/applications/{application_id}/check")
async def check_page(
    request: Request, person: Applicant, means: Means, application_id: UUID
) -> Response:
    """All answers once more, with what still keeps them from being handed in."""
    dossier = await open_dossier(means, person, application_id)
    return _check_page(request, person, dossier)


@router.post("/applications/{application_id}/check")
async def submit(
    request: Request,
    person: Applicant,
    means: Means,
    application_id: UUID,
    version: Annotated[int, Form(ge=1)] = 1,
    token: Token = "",
    declaration: Annotated[str, Form(max_length=8)] = "",
    incomplete: Annotated[str, Form(max_length=8)] = "",
) -> Response:
    """Hands in what the page showed: if it changed meanwhile, it is shown again first."""
    wanted = Wanted(declaration == "yes", incomplete == "yes", version)

    async def work(act_id: UUID) -> Response:
        dossier = await hand_in(means, person, application_id, wanted, act_id)
        return see_other(address(dossier, "receipt"))

    try:
        return await page_once(person, work, token)
    except Refused as refused:
        dossier = await intake.load(means, person, application_id)
        if dossier.mode is Mode.CLOSED:
            raise
        return _check_page(request, person, dossier, errors={"": refused.message}, status=409)
    except Problem as problem:
        return await _again(request, person, means, application_id, problem)


async def _again(
    request: Request, person: Applicant, means: Means, application_id: UUID, problem: Problem
) -> Response:
    """What a refused submission shows: the receipt if there is one, else the page with its errors."""
    dossier = await intake.load(means, person, application_id)
    if dossier.mode is Mode.CLOSED:
        return see_other(address(dossier, "receipt"))
    if problem.code == "stale":
        return _check_page(request, person, dossier, changed=True, status=409)
    if problem.code != "invalid_input":
        raise problem
    return _check_page(
        request, person, dossier, errors=error_links(dossier, problem.errors), status=422
    )


@router.get("/applications/{application_id}/receipt")
async def receipt_page(
    request: Request, person: Applicant, means: Means, application_id: UUID
) -> Response:
    """The receipt; it can be bookmarked and printed."""
    dossier = await intake.load(means, person, application_id)
    receipt = await receipt_of(means, dossier)
    labels = {m.code: m for m in dossier.procedure.materials}
    context = {
        "dossier": dossier,
        "receipt": receipt,
        "labels": labels,
        "qr": qr_of(receipt.case_url),
    }
    return render(request, "apply/receipt.html", context)
