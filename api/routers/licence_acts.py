"""REST: cases beside a case, and what an applicant says about licence items (证照分离)."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.case_access import Number, load_case
from api.documentation import ANSWERED_ACT, RECEIVED, SIGNED_IN, refusals
from api.idempotency import Key
from api.routers.case_acts import act_on_case
from api.security.current import SignedIn
from api.services import Means
from api.views import shapes
from api.views.related import related_of
from api.views.related_shapes import RelatedCases
from forms.fields import Code, Text

router = APIRouter(prefix="/api/v1/cases", tags=["cases"])


class ConditionAnswers(BaseModel):
    """Whether each item's circumstance applies: item → true or false, the applicant's own statement."""

    model_config = ConfigDict(extra="forbid")

    answers: Annotated[
        dict[Code, bool], Field(min_length=1, max_length=200, examples=[{"fire_check": True}])
    ]


class RectificationReport(BaseModel):
    """What was put right; the department verifies again."""

    model_config = ConfigDict(extra="forbid")

    statement: Annotated[Text, Field(min_length=2, max_length=2000, examples=["已按要求整改"])]


@router.get(
    "/{number}/related",
    operation_id="listRelatedCases",
    response_model=RelatedCases,
    responses=refusals(*SIGNED_IN, "not_found", "invalid_input"),
)
async def related_cases(person: SignedIn, means: Means, number: Number) -> dict[str, Any]:
    """What this case opened and what opened it; of a separation of licences, when one may trade in what."""
    async with means.engine.connect() as connection:
        view = await load_case(connection, person, number)
        return (await related_of(connection, view)).to_json()


@router.post(
    "/{number}/licence-conditions",
    operation_id="answerLicenceConditions",
    response_model=shapes.ActOutcome,
    responses=RECEIVED | refusals(*ANSWERED_ACT),
)
async def answer_conditions(
    request: Request,
    person: SignedIn,
    means: Means,
    key: Key,
    number: Number,
    wanted: Annotated[ConditionAnswers, Body()],
) -> Response:
    """The applicant says which conditional licence items apply; nothing is assumed until then."""
    data = wanted.model_dump()
    return await act_on_case(request, person, means, key, number, "answer_conditions", data)


@router.post(
    "/{number}/rectification-reports",
    operation_id="reportRectification",
    response_model=shapes.ActOutcome,
    responses=RECEIVED | refusals(*ANSWERED_ACT),
)
async def report_rectified(
    request: Request,
    person: SignedIn,
    means: Means,
    key: Key,
    number: Number,
    wanted: Annotated[RectificationReport, Body()],
) -> Response:
    """The holder of a licence granted on commitment reports that it is put right; it is verified again."""
    data = wanted.model_dump()
    return await act_on_case(request, person, means, key, number, "report_rectified", data)
