"""REST and pages: what is told of a recurring obligation (周期性义务) while it is open: asked for, done."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Form, Request
from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from api.case_access import Number
from api.documentation import ANSWERED_ACT, RECEIVED, refusals
from api.draft_forms import errors_of
from api.idempotency import Key
from api.problems import FieldError, Problem
from api.routers.case_acts import act_on_case
from api.routers.case_pages import case_again
from api.routers.name_pages import Token, act_on_page
from api.security.current import SignedIn
from api.services import Means
from api.validation_messages import pointer
from api.views import shapes
from forms.obligations import DutyFulfilment, DutyRequest

REQUESTED, FULFILLED, NOTED = "duty_requested", "duty_fulfilled", "duty_noted"
Short = Annotated[str, Form(max_length=200)]

router = APIRouter(prefix="/api/v1/cases", tags=["cases"])
pages = APIRouter(include_in_schema=False)


@router.post(
    "/{number}/duty-requests",
    operation_id="noteDutyRequest",
    response_model=shapes.ActOutcome,
    responses=RECEIVED | refusals(*ANSWERED_ACT, "wrong_office"),
)
async def note_request(
    request: Request,
    person: SignedIn,
    means: Means,
    key: Key,
    number: Number,
    wanted: Annotated[DutyRequest, Body()],
) -> Response:
    """The unit has asked for its inspection (特种设备安全法 40). Only an officer of the case; the platform says it by itself."""
    data = wanted.model_dump(mode="json", exclude_none=True)
    return await act_on_case(request, person, means, key, number, REQUESTED, data)


@router.post(
    "/{number}/duty-fulfilments",
    operation_id="noteDutyFulfilment",
    response_model=shapes.ActOutcome,
    responses=RECEIVED | refusals(*ANSWERED_ACT, "wrong_office"),
)
async def note_fulfilment(
    request: Request,
    person: SignedIn,
    means: Means,
    key: Key,
    number: Number,
    wanted: Annotated[DutyFulfilment, Body()],
) -> Response:
    """It was done, or the inspection failed: the next term follows from it. Only an officer of the case."""
    data = wanted.model_dump(mode="json", exclude_none=True)
    return await act_on_case(request, person, means, key, number, FULFILLED, data)


@pages.post("/cases/{number}/duty-request")
async def note_request_page(
    request: Request,
    person: SignedIn,
    means: Means,
    number: Number,
    token: Token = "",
    requested_on: Short = "",
    body: Short = "",
    number_: Annotated[str, Form(alias="number", max_length=64)] = "",
) -> Response:
    """The same from the case's page."""
    told = {"requested_on": requested_on, "body": body, "number": number_}
    return await _told(request, person, means, number, token, DutyRequest, REQUESTED, told)


@pages.post("/cases/{number}/duty-fulfilment")
async def note_fulfilment_page(
    request: Request,
    person: SignedIn,
    means: Means,
    number: Number,
    token: Token = "",
    done_on: Short = "",
    result: Short = "",
    valid_until: Short = "",
    body: Short = "",
    number_: Annotated[str, Form(alias="number", max_length=64)] = "",
) -> Response:
    """The same from the case's page."""
    told = {
        "done_on": done_on,
        "result": result,
        "valid_until": valid_until,
        "body": body,
        "number": number_,
    }
    return await _told(request, person, means, number, token, DutyFulfilment, FULFILLED, told)


async def _told(
    request: Request,
    person: SignedIn,
    means: Means,
    number: str,
    token: str,
    form: type[BaseModel],
    kind: str,
    told: dict[str, str],
) -> Response:
    data: dict[str, Any] = {name: text.strip() for name, text in told.items() if text.strip()}
    try:
        form.model_validate(data)
    except ValidationError as invalid:
        # Said in the reader's words beside each field; the case would say it in the validator's own.
        wrong = [FieldError(message, pointer(path)) for path, message in errors_of(invalid)]
        problem = Problem("invalid_input", errors=wrong)
        return await case_again(request, person, means, number, problem)
    return await act_on_page(request, person, means, number, kind, data, token, NOTED)
