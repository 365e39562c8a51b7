"""The page of one task: decide, preview a notice, put back, hand over, ask for more time."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from api.acts import Draft
from api.field_photos import takes_photos
from api.i18n import gettext as _
from api.idempotency import page_once
from api.performing import complete, perform
from api.problems import Problem, from_refusal
from api.refusal_texts import untold
from api.routers.case_pages import new_token, newest_first, papers_of
from api.security.current import Staff
from api.security.person import Person
from api.services import Means
from api.task_access import TaskId, task_and_case, version_of
from api.templating import render
from api.views import decisions, words
from api.views import photos as photo_views
from api.views.gaps import preview
from api.views.task_pages import TaskPage, task_page
from domain.refusals import Refused
from forms.fields import Text
from forms.registry import TASK_FORMS
from storage import applications, claims
from storage import photos as received
from storage.colleagues import colleague
from storage.photos import Received

router = APIRouter(include_in_schema=False)

Short = Annotated[Text, Form(max_length=2000)]
Token = Annotated[str, Form(max_length=64)]
INLINE = frozenset({"application/pdf", "image/jpeg", "image/png"})


def _context(
    page: TaskPage,
    photos: list[Received],
    sent: Mapping[str, Any],
    errors: Mapping[str, str],
    *,
    done: str = "",
    show_preview: bool = False,
) -> dict[str, Any]:
    facts = page.facts
    held = [photo.sha256 for photo in photos]
    return {
        "t": page.state,
        "view": page.view,
        "w": words,
        "facts": facts,
        "facts_open": [f for f in facts if f["state"] != "ok"],
        "facts_ok": [f for f in facts if f["state"] == "ok"],
        "materials": page.materials,
        "file_count": len(page.files),
        "answers": page.answers,
        "gaps": page.gaps,
        "preview": preview(page.view.row, sent.get("gaps", [])) if show_preview else None,
        "announced": page.announced,
        "asked": str(page.state.task.context.get("objection", "")),
        "lines": newest_first(page.view, page.story),
        "documents": papers_of(page.view),
        "fields": [
            replace(f, options=photo_views.options(photos), value=sent.get("photos", held))
            if f.widget == "photos"
            else f
            for f in page.fields(sent, errors)
        ],
        "on_the_spot": page.form is not None and "photos" in page.form.model_fields,
        "context_rows": page.context_rows,
        "colleagues": [(str(c.id), c.name) for c in page.colleagues],
        "extendable": page.extendable,
        "suspendable": page.suspendable,
        "holding": page.holding,
        "sent": sent,
        "errors": errors,
        "done": done,
        "token": new_token(),
    }


async def show_task(
    request: Request,
    person: Person,
    means: Means,
    task_id: str,
    *,
    sent: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    done: str = "",
    show_preview: bool = False,
) -> Response:
    sent, errors = sent or {}, errors or {}
    async with means.engine.connect() as connection:
        task, case = await task_and_case(connection, person, task_id)
        page = await task_page(connection, means, person, task, case, sent, errors)
        photos = await received.of_task(connection, task_id) if takes_photos(task) else []
    context = _context(page, photos, sent, errors, done=done, show_preview=show_preview)
    return render(request, "desk/task.html", context, status=status)


@router.get("/desk/tasks/{task_id}")
async def task_page_shown(
    request: Request,
    person: Staff,
    means: Means,
    task_id: TaskId,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The task with the facts beside the law."""
    said = {
        "released": _("任务已放回待领。"),
        "reassigned": _("任务已转办。"),
        "extension": _("延期申请已提交，由负责人批准。"),
        "suspended": _("期限已中止计算，告知书正在生成。"),
        "resumed": _("已登记事由结束，告知书正在生成。"),
        "received": _("操作已收到，几分钟内生效。"),
    }
    return await show_task(request, person, means, task_id, done=said.get(done, ""))


@router.get("/desk/tasks/{task_id}/files/{file_id}")
async def task_file(person: Staff, means: Means, task_id: TaskId, file_id: UUID) -> Response:
    """A file handed in, shown in the browser: its content was checked when it came."""
    async with means.engine.connect() as connection:
        _task, case = await task_and_case(connection, person, task_id)
        row = await applications.find_file(connection, case.case_id, file_id)
    if row is None:
        raise Problem("not_found")
    content = await means.files.get(case.case_id, row.stored_id)
    how = "inline" if row.media_type in INLINE else "attachment"
    return Response(
        content,
        media_type=row.media_type,
        headers={"Content-Disposition": f"{how}; filename*=UTF-8''{quote(row.name, safe='')}"},
    )


@router.post("/desk/tasks/{task_id}")
async def decide(request: Request, person: Staff, means: Means, task_id: TaskId) -> Response:
    """Hands in the panel; errors come back with the page, everything typed kept."""
    async with means.engine.connect() as connection:
        task, _case = await task_and_case(connection, person, task_id)
    form = TASK_FORMS.get(task.form)
    if form is None:
        raise Problem("not_found")
    data = await request.form()
    answers = decisions.sent_answers(form, data)
    # What was ticked is kept also where the decision makes no use of it.
    sent = answers | {"gaps": decisions.sent_gaps(data)}
    if data.get("do") == "preview":
        return await show_task(request, person, means, task_id, sent=sent, show_preview=True)
    if answers.get("decision") != "one_time_notice":
        answers.pop("gaps", None)
    try:
        form.model_validate(answers)
    except ValidationError as error:
        errors = decisions.field_messages(form, list(error.errors()))
        return await show_task(
            request, person, means, task_id, sent=sent, errors=errors, status=422
        )
    version, token = data.get("version"), data.get("token")
    seen = version_of(version)

    async def work(act_id: UUID) -> Response:
        draft = Draft(act_id, task.case_id, "complete", person.actor, answers, task.task_id, seen)
        outcome = await complete(means, person, draft)
        if outcome.state != "applied":
            return RedirectResponse(f"/desk/tasks/{task_id}?done=received", status_code=303)
        number = quote(task.number or str(task.case_id), safe="")
        return RedirectResponse(f"/desk?done={number}", status_code=303)

    try:
        return await page_once(person, work, token if isinstance(token, str) else new_token())
    except claims.ClaimChanged:
        errors = {"": _("任务的领取情况刚刚变化，内容没有提交。请看过最新情况再提交。")}
        return await show_task(
            request, person, means, task_id, sent=sent, errors=errors, status=409
        )
    except Problem as problem:
        return await refused_task(request, person, means, task_id, sent, problem)


async def refused_task(
    request: Request,
    person: Person,
    means: Means,
    task_id: str,
    sent: Mapping[str, Any],
    problem: Problem,
    names: Mapping[str, str] | None = None,
) -> Response:
    """The page again, saying what the case refused and why; nothing typed is lost."""
    if problem.code in {"not_found", "idempotency_key_reused", "unavailable"}:
        raise problem
    errors = decisions.refused_messages({e.pointer: e.message for e in problem.errors})
    renamed = {(names or {}).get(name, name): text for name, text in errors.items()}
    if not renamed:
        renamed = {"": _said(problem)}
    return await show_task(
        request,
        person,
        means,
        task_id,
        sent=sent,
        errors=renamed,
        status=int(problem.type.status),
    )


def _said(problem: Problem) -> str:
    """What the case said; before it, in English, what that means, where nobody translated the rest."""
    title, said = _(problem.type.title), words.known(problem.detail)
    return f"{title} {said}" if words.english() and untold(said) else said or title


@router.post("/desk/tasks/{task_id}/release")
async def release(
    request: Request,
    person: Staff,
    means: Means,
    task_id: TaskId,
    version: Annotated[str, Form(max_length=12)] = "",
    release_reason: Short = "",
) -> Response:
    """Puts the task back into the pool."""
    expected = version_of(version) if version else None
    try:
        await task_and_case(means.engine, person, task_id)
        await claims.release(means.engine, task_id, person.actor, expected, release_reason)
    except claims.ClaimChanged:
        problem = Problem("conflict", _("任务的领取情况刚刚变化，请看过最新情况再操作。"))
    except Refused as refused:
        problem = from_refusal(refused)
    else:
        return RedirectResponse(f"/desk/tasks/{task_id}?done=released", status_code=303)
    names = {"reason": "release_reason"}
    return await refused_task(request, person, means, task_id, {}, problem, names)


@router.post("/desk/tasks/{task_id}/reassign")
async def reassign(
    request: Request,
    person: Staff,
    means: Means,
    task_id: TaskId,
    to: Annotated[str, Form(max_length=64)] = "",
    reassign_reason: Short = "",
    token: Token = "",
) -> Response:
    """Gives the task to a colleague: an act of the case, checked there."""
    sent = {"to": to, "reassign_reason": reassign_reason}
    async with means.engine.connect() as connection:
        task, _case = await task_and_case(connection, person, task_id)
        found = await colleague(connection, to, person.office) if to else None
    errors: dict[str, str] = {}
    if found is None:
        errors["to"] = _("请选择接手的同事")
    if not reassign_reason.strip():
        errors["reassign_reason"] = _("请写明转办的理由")
    if found is None or errors:
        return await show_task(
            request, person, means, task_id, sent=sent, errors=errors, status=422
        )
    data = {
        "to": str(found.id),
        "to_name": found.name,
        "to_roles": sorted(found.roles),
        "reason": reassign_reason.strip(),
    }

    async def work(act_id: UUID) -> Response:
        draft = Draft(act_id, task.case_id, "reassign", person.actor, data, task.task_id)
        outcome = await perform(means, person, draft)
        word = "reassigned" if outcome.state == "applied" else "received"
        return RedirectResponse(f"/desk/tasks/{task_id}?done={word}", status_code=303)

    try:
        return await page_once(person, work, token or new_token())
    except Problem as problem:
        return await refused_task(request, person, means, task_id, sent, problem)


@router.post("/desk/tasks/{task_id}/extension")
async def extension(
    request: Request,
    person: Staff,
    means: Means,
    task_id: TaskId,
    clock: Annotated[str, Form(max_length=32)] = "",
    extension_reason: Short = "",
    token: Token = "",
) -> Response:
    """Asks for more time on a clock of the case; a head decides."""
    sent = {"clock": clock, "extension_reason": extension_reason}
    async with means.engine.connect() as connection:
        task, _case = await task_and_case(connection, person, task_id)
    if not extension_reason.strip():
        errors = {"extension_reason": _("请写明延期的理由")}
        return await show_task(
            request, person, means, task_id, sent=sent, errors=errors, status=422
        )

    async def work(act_id: UUID) -> Response:
        data = {"clock": clock, "reason": extension_reason.strip()}
        draft = Draft(act_id, task.case_id, "request_extension", person.actor, data)
        outcome = await perform(means, person, draft)
        word = "extension" if outcome.state == "applied" else "received"
        return RedirectResponse(f"/desk/tasks/{task_id}?done={word}", status_code=303)

    try:
        return await page_once(person, work, token or new_token())
    except Problem as problem:
        return await refused_task(request, person, means, task_id, sent, problem)
