"""REST and pages: an inspector asks to replace who or what was drawn for a random check (双随机抽查, SOD-16)."""

from typing import Annotated

from fastapi import APIRouter, Body, Form, Request
from pydantic import ValidationError
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
from forms.double_random_check import ReplacementRequest

KIND = "ask_replacement"

router = APIRouter(prefix="/api/v1/cases", tags=["cases"])
pages = APIRouter(include_in_schema=False)


@router.post(
    "/{number}/replacement-requests",
    operation_id="askReplacement",
    response_model=shapes.ActOutcome,
    responses=RECEIVED | refusals(*ANSWERED_ACT, "wrong_office", "separation_of_duties"),
)
async def ask_replacement(
    request: Request,
    person: SignedIn,
    means: Means,
    key: Key,
    number: Number,
    wanted: Annotated[ReplacementRequest, Body()],
) -> Response:
    """Once the check was prepared: which officer, or (before the check) the target where none is named. A head decides."""
    data = wanted.model_dump(mode="json", exclude_none=True)
    return await act_on_case(request, person, means, key, number, KIND, data)


@pages.post("/cases/{number}/ask-replacement")
async def ask_replacement_page(
    request: Request,
    person: SignedIn,
    means: Means,
    number: Number,
    token: Token = "",
    inspector: Annotated[str, Form(max_length=200)] = "",
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """The same from the case's page."""
    data = {"reason": reason.strip()}
    if inspector.strip():
        data["inspector"] = inspector.strip()
    try:
        ReplacementRequest.model_validate(data)
    except ValidationError as invalid:
        # Said in the reader's words beside each field; the case would say it in the validator's own.
        wrong = [FieldError(said, pointer(path)) for path, said in errors_of(invalid)]
        return await case_again(
            request, person, means, number, Problem("invalid_input", errors=wrong)
        )
    return await act_on_page(request, person, means, number, KIND, data, token, "replacing")
