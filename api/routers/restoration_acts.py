"""An officer records an application to restore a compulsory deregistration (恢复登记); over REST and on the case's page."""

from typing import Annotated

from fastapi import APIRouter, Body, Request
from pydantic import ValidationError
from starlette.responses import Response

from api.case_access import Number, load_case
from api.documentation import ANSWERED_ACT, RECEIVED, refusals
from api.idempotency import Key
from api.problems import FieldError, Problem
from api.routers.case_acts import act_on_case
from api.routers.case_pages import case_again
from api.routers.name_pages import act_on_page
from api.security.current import SignedIn
from api.services import Means
from api.views import decisions, shapes
from forms.compulsory_deregistration import RestorationRequest

router = APIRouter(tags=["cases"])
KIND = "request_restoration"


@router.post(
    "/api/v1/cases/{number}/restorations",
    operation_id="requestRestoration",
    response_model=shapes.ActOutcome,
    responses=RECEIVED | refusals(*ANSWERED_ACT, "own_case", "term_over", "clock_closed"),
)
async def request_restoration(
    request: Request,
    person: SignedIn,
    means: Means,
    key: Key,
    number: Number,
    wanted: Annotated[RestorationRequest, Body()],
) -> Response:
    """An officer of the procedure records who applied for the restoration, and when; a head decides."""
    data = wanted.model_dump(mode="json")
    return await act_on_case(request, person, means, key, number, KIND, data)


@router.post("/cases/{number}/restoration", include_in_schema=False)
async def request_on_page(
    request: Request, person: SignedIn, means: Means, number: Number
) -> Response:
    """The same from the case's page."""
    async with means.engine.connect() as connection:
        await load_case(connection, person, number)
    page = await request.form(max_fields=20)
    try:
        wanted = RestorationRequest.model_validate(decisions.sent_answers(RestorationRequest, page))
    except ValidationError as error:
        told = decisions.field_messages(RestorationRequest, list(error.errors()))
        errors = [FieldError(text, f"/{name}") for name, text in told.items()]
        problem = Problem("invalid_input", errors=errors)
        return await case_again(request, person, means, number, problem)
    token = str(page.get("token") or "")
    data = wanted.model_dump(mode="json")
    return await act_on_page(request, person, means, number, KIND, data, token, "stepped")
