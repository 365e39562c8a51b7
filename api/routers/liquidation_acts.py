"""Steps of a liquidation (清算) that the entity's representative takes or states; over REST and on the case's page."""

from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import FormData
from starlette.responses import Response

from api.acts import Draft
from api.case_access import Number, load_case, must_know
from api.documentation import ANSWERED_ACT, RECEIVED, refusals
from api.idempotency import Key, page_once
from api.performing import perform
from api.problems import FieldError, Problem
from api.routers.case_acts import act_on_case
from api.routers.case_pages import after, case_again, case_with_step
from api.security.current import SignedIn
from api.services import Means
from api.views import decisions, shapes
from api.views.liquidation import field_name
from forms.liquidation import STEP_FORMS
from law.liquidation import Step

router = APIRouter(tags=["cases"])
KIND = "liquidation_step"


class LiquidationStep(BaseModel):
    """Which step, and what is stated of it: the fields that the step's form names."""

    model_config = ConfigDict(extra="forbid")

    step: Step
    stated: Annotated[
        dict[str, Any],
        Field(
            max_length=20,
            examples=[
                {"done_on": "2026-06-10", "leader": "周晓岚", "members": ["周晓岚", "王雅琴"]}
            ],
        ),
    ] = Field(default_factory=dict)


@router.post(
    "/api/v1/cases/{number}/liquidation-steps",
    operation_id="takeLiquidationStep",
    response_model=shapes.ActOutcome,
    responses=RECEIVED
    | refusals(*ANSWERED_ACT, "claims_open", "not_revivable", "no_rule_in_force"),
)
async def take_step(
    request: Request,
    person: SignedIn,
    means: Means,
    key: Key,
    number: Number,
    wanted: Annotated[LiquidationStep, Body()],
) -> Response:
    """公示、成立清算组、通知和公告债权人、清算结束、确认清算报告, and the ends of 公司法 230, 237. A late step is recorded as a breach."""
    form = STEP_FORMS[wanted.step]
    try:
        stated = form.model_validate(wanted.stated)
    except ValidationError as error:
        told = decisions.field_messages(form, list(error.errors()))
        errors = [FieldError(text, pointer=f"/stated/{name}") for name, text in told.items()]
        raise Problem("invalid_input", errors=errors) from error
    data = {"step": wanted.step.value, **stated.model_dump(mode="json")}
    return await act_on_case(request, person, means, key, number, KIND, data)


@router.post("/cases/{number}/liquidation/{step}", include_in_schema=False)
async def take_step_on_page(
    request: Request, person: SignedIn, means: Means, number: Number, step: Step
) -> Response:
    """The same from the case's page; what was typed stays where it was wrong."""
    async with means.engine.connect() as connection:
        view = await load_case(connection, person, number)
    must_know(view, KIND)
    form, page = STEP_FORMS[step], await request.form(max_fields=40)
    given = FormData([(n.removeprefix(field_name(step, "")), v) for n, v in page.multi_items()])
    sent = decisions.sent_answers(form, given)

    async def again(errors: dict[str, str]) -> Response:
        return await case_with_step(request, person, means, number, step, sent, errors)

    try:
        stated = form.model_validate(sent)
    except ValidationError as error:
        return await again(decisions.field_messages(form, list(error.errors())))
    data = {"step": step.value, **stated.model_dump(mode="json")}

    async def work(act_id: UUID) -> Response:
        draft = Draft(act_id, view.case.case_id, KIND, person.actor, data)
        return after(view, await perform(means, person, draft), "stepped")

    try:
        return await page_once(person, work, str(page.get("token") or uuid4()))
    except Problem as problem:
        if problem.code == "not_found":
            raise
        if problem.errors:
            return await again({(e.pointer or "").strip("/"): e.message for e in problem.errors})
        return await case_again(request, person, means, number, problem)
