"""The forms of a task's page by which a clock stands still and goes on."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from api.acts import Draft
from api.i18n import gettext as _
from api.idempotency import page_once
from api.performing import perform
from api.problems import Problem
from api.routers.case_pages import new_token
from api.routers.desk_task_pages import Short, Token, refused_task, show_task
from api.security.current import Staff
from api.security.person import Person
from api.services import Means
from api.task_access import TaskId, task_and_case
from api.views import decisions
from forms.base import Form as Answers
from forms.suspension import Resuming, Suspending

router = APIRouter(include_in_schema=False)

Choice = Annotated[str, Form(max_length=80)]
Day = Annotated[str, Form(max_length=10)]


@router.post("/desk/tasks/{task_id}/suspension")
async def suspension(
    request: Request,
    person: Staff,
    means: Means,
    task_id: TaskId,
    suspend_what: Choice = "",
    since: Day = "",
    expected_days: Annotated[str, Form(max_length=8)] = "",
    expected_end: Day = "",
    suspension_reason: Short = "",
    token: Token = "",
) -> Response:
    """Suspends a clock of the case on a ground of its row."""
    sent = {
        "suspend_what": suspend_what,
        "since": since,
        "expected_days": expected_days,
        "expected_end": expected_end,
        "suspension_reason": suspension_reason,
    }
    if not suspend_what:
        errors = {"suspend_what": _("请选择中止的事由")}
        return await show_task(
            request, person, means, task_id, sent=sent, errors=errors, status=422
        )
    clock, _slash, ground = suspend_what.partition("/")
    answers = {
        "clock": clock,
        "ground": ground,
        "since": since,
        "expected_days": expected_days.strip(),
        "expected_end": expected_end,
        "reason": suspension_reason,
    }
    names = {
        "reason": "suspension_reason",
        "clock": "suspend_what",
        "ground": "suspend_what",
        # Neither length was given, or both.
        "": "expected_days",
    }
    return await _act(
        request, person, means, task_id, Suspending, "suspend_clock", answers, sent, names, token
    )


@router.post("/desk/tasks/{task_id}/resumption")
async def resumption(
    request: Request,
    person: Staff,
    means: Means,
    task_id: TaskId,
    resume_what: Choice = "",
    until: Day = "",
    note: Short = "",
    token: Token = "",
) -> Response:
    """Says which ground ended; after the last one the clock goes on."""
    sent = {"resume_what": resume_what, "until": until, "note": note}
    clock, _slash, ground = resume_what.partition("/")
    answers = {"clock": clock, "ground": ground, "until": until, "note": note}
    names = {"clock": "resume_what", "ground": "resume_what"}
    return await _act(
        request, person, means, task_id, Resuming, "resume_clock", answers, sent, names, token
    )


async def _act(
    request: Request,
    person: Person,
    means: Means,
    task_id: str,
    form: type[Answers],
    kind: str,
    answers: Mapping[str, str],
    sent: Mapping[str, str],
    names: Mapping[str, str],
    token: str,
) -> Response:
    async with means.engine.connect() as connection:
        task, _case = await task_and_case(connection, person, task_id)
    try:
        given = form.model_validate({k: v for k, v in answers.items() if v != ""})
    except ValidationError as error:
        messages = decisions.field_messages(form, list(error.errors()))
        errors = {names.get(name, name): text for name, text in messages.items()}
        return await show_task(
            request, person, means, task_id, sent=sent, errors=errors, status=422
        )
    data: dict[str, Any] = given.model_dump(mode="json", exclude_none=True)

    async def work(act_id: UUID) -> Response:
        draft = Draft(act_id, task.case_id, kind, person.actor, data)
        outcome = await perform(means, person, draft)
        word = "suspended" if kind == "suspend_clock" else "resumed"
        done = word if outcome.state == "applied" else "received"
        return RedirectResponse(f"/desk/tasks/{task_id}?done={done}", status_code=303)

    try:
        return await page_once(person, work, token or new_token())
    except Problem as problem:
        return await refused_task(request, person, means, task_id, sent, problem, names)
