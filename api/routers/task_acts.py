"""REST: acts on tasks that the case decides: completing one, handing it to a colleague."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, ConfigDict, Field, JsonValue
from starlette.responses import Response

from api.acts import Draft
from api.documentation import RECEIVED, SIGNED_IN, WITH_BODY, refusals
from api.i18n import gettext as _
from api.idempotency import Key, act_once
from api.performing import answered, complete, perform
from api.problems import FieldError, Problem
from api.security.current import Staff, StaffAtTaskOfCase
from api.services import Means
from api.task_access import (
    IfMatch,
    TaskId,
    claim_version,
    stale,
    task_and_case,
    task_and_case_beside,
)
from api.views import shapes
from domain.refusals import Refusal
from forms.fields import Text
from forms.registry import TASK_FORMS
from storage import claims
from storage.colleagues import colleague

router = APIRouter(prefix="/api/v1/tasks", tags=["tasks"])


class Reassignment(BaseModel):
    """To whom a task goes: an account's id or sign-in name, and why."""

    model_config = ConfigDict(extra="forbid")

    to: Annotated[str, Field(min_length=1, max_length=64, examples=["chensiyuan"])]
    reason: Annotated[Text, Field(min_length=1, max_length=2000, examples=["原承办人休假"])]


@router.post(
    "/{task_id}/complete",
    operation_id="completeTask",
    response_model=shapes.ActOutcome,
    responses=RECEIVED
    | refusals(
        *SIGNED_IN,
        *WITH_BODY,
        "not_found",
        "precondition_required",
        "stale",
        "task_done",
        "not_your_task",
        "claim_lost",
        "wrong_role",
        "own_case",
        "separation_of_duties",
        "invalid_answers",
        "notice_already_given",
        "grant_not_lawful",
        "idempotency_key_reused",
        "request_in_progress",
    ),
)
async def complete_task(
    request: Request,
    person: StaffAtTaskOfCase,
    means: Means,
    key: Key,
    task_id: TaskId,
    answers: Annotated[
        dict[str, JsonValue],
        Body(max_length=100, examples=[{"decision": "accept"}]),
    ],
    if_match: IfMatch = None,
) -> Response:
    """Hands in the officer's answers: the fields of the task's form."""
    version = claim_version(if_match)
    task, _case = task_and_case_beside(request, person)

    async def work(act_id: UUID) -> Response:
        data: dict[str, Any] = dict(answers)
        seen = task.claim_version if version is None else version
        draft = Draft(act_id, task.case_id, "complete", person.actor, data, task.task_id, seen)
        try:
            outcome = await complete(means, person, draft, TASK_FORMS.get(task.form))
        except claims.ClaimChanged as changed:
            return stale(request, changed.version)
        return await answered(means, person, draft, outcome, {})

    return await act_once(request, person, means, key, work)


@router.post(
    "/{task_id}/reassign",
    operation_id="reassignTask",
    response_model=shapes.ActOutcome,
    responses=RECEIVED
    | refusals(
        *SIGNED_IN,
        *WITH_BODY,
        "not_found",
        "task_done",
        "wrong_role",
        "separation_of_duties",
        "invalid_answers",
        "idempotency_key_reused",
        "request_in_progress",
    ),
)
async def reassign_task(
    request: Request,
    person: Staff,
    means: Means,
    key: Key,
    task_id: TaskId,
    wanted: Annotated[Reassignment, Body()],
) -> Response:
    """Gives the task to a colleague: an act of a head, checked against who did what in the case."""
    async with means.engine.connect() as connection:
        task, _case = await task_and_case(connection, person, task_id)
        to = await colleague(connection, wanted.to, person.office)
    if to is None:
        error = FieldError(_("本机关没有这位同事"), pointer="/to")
        raise Problem(Refusal.INVALID_ANSWERS.value, errors=[error])

    async def work(act_id: UUID) -> Response:
        data = {
            "to": str(to.id),
            "to_name": to.name,
            "to_roles": sorted(to.roles),
            "reason": wanted.reason,
        }
        draft = Draft(act_id, task.case_id, "reassign", person.actor, data, task.task_id)
        outcome = await perform(means, person, draft)
        return await answered(means, person, draft, outcome, {})

    return await act_once(request, person, means, key, work)
