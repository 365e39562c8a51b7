"""REST and pages: an officer's supplementary report (补报) of an accident of special equipment."""

from typing import Annotated, Any

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
from forms.se_accident_report import SupplementaryReport

KIND = "supplement_accident"
Number_ = Annotated[str, Form(max_length=12)]

router = APIRouter(prefix="/api/v1/cases", tags=["cases"])
pages = APIRouter(include_in_schema=False)


@router.post(
    "/{number}/accident-supplements",
    operation_id="supplementAccident",
    response_model=shapes.ActOutcome,
    responses=RECEIVED | refusals(*ANSWERED_ACT, "wrong_office", "clock_closed"),
)
async def supplement_accident(
    request: Request,
    person: SignedIn,
    means: Means,
    key: Key,
    number: Number,
    wanted: Annotated[SupplementaryReport, Body()],
) -> Response:
    """Within thirty days (Q13): what changed, as totals; it goes upward in a letter of its own. Only an officer of the case."""
    data = wanted.model_dump(mode="json", exclude_none=True)
    return await act_on_case(request, person, means, key, number, KIND, data)


@pages.post("/cases/{number}/supplement-accident")
async def supplement_accident_page(
    request: Request,
    person: SignedIn,
    means: Means,
    number: Number,
    token: Token = "",
    change: Annotated[str, Form(max_length=2000)] = "",
    deaths: Number_ = "",
    injuries: Number_ = "",
    loss: Number_ = "",
    moved: Number_ = "",
    lift_minutes: Number_ = "",
    stranded: Number_ = "",
    stranded_minutes: Number_ = "",
    unit_told_at: Annotated[str, Form(max_length=40)] = "",
    happenings: Annotated[list[str] | None, Form(max_length=8)] = None,
) -> Response:
    """The same from the case's page; what is left empty has not changed."""
    told: dict[str, Any] = {
        "change": change,
        "deaths": deaths,
        "injuries": injuries,
        "loss": loss,
        "moved": moved,
        "lift_minutes": lift_minutes,
        "stranded": stranded,
        "stranded_minutes": stranded_minutes,
        "unit_told_at": unit_told_at,
    }
    data = {name: text.strip() for name, text in told.items() if text.strip()}
    if happenings:
        data["happenings"] = happenings
    try:
        SupplementaryReport.model_validate(data)
    except ValidationError as invalid:
        # Said in the reader's words beside each field; the case would say it in the validator's own.
        wrong = [FieldError(said, pointer(path)) for path, said in errors_of(invalid)]
        return await case_again(
            request, person, means, number, Problem("invalid_input", errors=wrong)
        )
    return await act_on_page(request, person, means, number, KIND, data, token, "told_upward")
