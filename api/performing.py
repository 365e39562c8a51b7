"""Acts over HTTP: a refusal carries the current state and what may be done instead; 202 names the act."""

from typing import Any
from uuid import UUID

from pydantic import ValidationError
from starlette.responses import JSONResponse

from api import field_photos
from api.acts import Draft, Outcome
from api.officers import check_named
from api.problems import Problem, from_refusal
from api.security.person import Person
from api.services import Services
from api.validation_messages import message_of, pointer
from api.views import decisions
from api.views.cases import CaseView, seen_with_awaited
from api.views.viewer import Viewer, audience_of
from domain.refusals import Refusal, Refused
from forms.base import TaskForm
from law.zone import local
from storage import acts, cases

# What tells nothing about a thing that the caller may not know of.
SILENT = frozenset({404})


async def seen_case(means: Services, person: Person, case_id: UUID) -> CaseView | None:
    """The case as this person sees it now; None for a stranger or where it is not readable yet."""
    whole = await cases.whole(means.engine, case_id)
    audience = audience_of(whole.case, person) if whole is not None else None
    if whole is None or audience is None:
        return None
    return await seen_with_awaited(means.engine, whole, Viewer(audience, person, person.now))


def current_state(view: CaseView) -> dict[str, Any]:
    """What a client that was refused needs to decide anew."""
    return {
        "current": {
            "number": view.number,
            "stage": view.case.stage,
            "stage_label": view.stage_label,
            "status_text": view.status_text,
            "revision": view.case.revision,
        },
        "allowed_actions": [action.to_json() for action in view.actions],
    }


async def explained(
    means: Services, person: Person, case_id: UUID, refused: Refused, **more: Any
) -> Problem:
    """The problem of a refusal, with the case's current state for those who may see it."""
    problem = from_refusal(refused)
    if int(problem.type.status) not in SILENT:
        view = await seen_case(means, person, case_id)
        if view is not None:
            problem.extra |= current_state(view) | more
    return problem


async def perform(means: Services, person: Person, draft: Draft) -> Outcome:
    """Raises Problem for a refusal; ActConflict passes (the key's guard answers it)."""
    draft.received_at = person.now
    try:
        return await means.acts.perform(draft)
    except Refused as refused:
        raise await explained(means, person, draft.case_id, refused) from refused


async def complete(
    means: Services, person: Person, draft: Draft, form: type[TaskForm] | None = None
) -> Outcome:
    """The act that completes a task; `form`: to say what is wrong with the answers in the reader's words.

    Raises as `perform`, and ClaimChanged.
    """
    draft.received_at = person.now
    try:
        await _look_up_named(means, draft)
        await field_photos.look_up(means.engine, draft)
        return await means.acts.perform(draft)
    except Refused as refused:
        told = _in_words(refused, form, draft.data)
        raise await explained(means, person, draft.case_id, told) from refused


def _in_words(refused: Refused, form: type[TaskForm] | None, answers: dict[str, Any]) -> Refused:
    """What the form itself refuses, as pages say it: the case has the validator's own English."""
    if form is None or refused.why is not Refusal.INVALID_ANSWERS:
        return refused
    try:
        form.model_validate(answers)
    except ValidationError as error:
        faults = list(error.errors())
        said = decisions.field_messages(form, faults)
        errors = {
            pointer(fault["loc"]) or "/": said[str(fault["loc"][0])]
            if len(fault["loc"]) == 1
            else message_of(fault)
            for fault in faults
        }
        return Refused(refused.why, refused.message, errors, revision=refused.revision)
    return refused


async def _look_up_named(means: Services, draft: Draft) -> None:
    """As `check_named`; of an act that was done before, what has become of the persons since is no matter."""
    try:
        await check_named(means.engine, draft)
    except Refused:
        if await acts.find(means.engine, draft.act_id) is None:
            raise


def outcome_json(outcome: Outcome, view: CaseView | None) -> dict[str, Any]:
    """An act's result; the case as it is afterwards where it can be read."""
    data: dict[str, Any] = {
        "act_id": str(outcome.act_id),
        "state": outcome.state,
        "received_at": local(outcome.received_at).isoformat(),
        "revision": outcome.revision,
        "act_url": f"/api/v1/acts/{outcome.act_id}",
    }
    if view is not None:
        data |= current_state(view) | {"case_url": f"/api/v1/cases/{view.number}"}
    return data


async def answered(
    means: Services, person: Person, draft: Draft, outcome: Outcome, headers: dict[str, str]
) -> JSONResponse:
    """200 when the effect can be read, else 202 with the act's address."""
    body = outcome_json(outcome, await seen_case(means, person, draft.case_id))
    status = 200 if outcome.state == "applied" else 202
    return JSONResponse(body, status, headers=headers | {"Location": body["act_url"]})
