"""REST: acts on a simple deregistration (简易注销): the application after the notice, an objection that came late in writing."""

from typing import Annotated, Literal

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.case_access import Number, load_case
from api.deregistrations import refuse_lapsed
from api.documentation import CASE_ACT, RECEIVED, refusals
from api.idempotency import Key
from api.routers.case_acts import act_on_case
from api.security.current import SignedIn
from api.services import Means
from api.views import shapes
from forms.fields import Line, Text

router = APIRouter(prefix="/api/v1/cases", tags=["cases"])


class DeregistrationApplication(BaseModel):
    """Nothing to say: what is applied for was filled in and committed to before the notice."""

    model_config = ConfigDict(extra="forbid")


class LateObjection(BaseModel):
    """What somebody wrote to the registrar after the period and before the decision."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[Line, Field(min_length=1, examples=["随州市曾都区春风建材有限公司"])]
    role: Annotated[
        Literal["creditor", "investor", "other"], Field(description="what they are to the entity")
    ]
    reason: Annotated[Text, Field(min_length=1, max_length=2000, examples=["货款未付"])]


@router.post(
    "/{number}/deregistration-applications",
    operation_id="applyForDeregistration",
    response_model=shapes.ActOutcome,
    responses=RECEIVED
    | refusals(*CASE_ACT, "term_running", "term_over", "clock_closed", "already_applied"),
)
async def apply_for_deregistration(
    request: Request,
    person: SignedIn,
    means: Means,
    key: Key,
    number: Number,
    wanted: Annotated[DeregistrationApplication, Body()],
) -> Response:
    """The entity applies within twenty days of the notice's end, or in the grace after them (条例 33)."""
    async with means.engine.connect() as connection:
        refuse_lapsed(await load_case(connection, person, number))
    return await act_on_case(request, person, means, key, number, "apply", {})


@router.post(
    "/{number}/late-objections",
    operation_id="noteLateObjection",
    response_model=shapes.ActOutcome,
    responses=RECEIVED | refusals(*CASE_ACT, "own_case", "invalid_answers"),
)
async def note_late_objection(
    request: Request,
    person: SignedIn,
    means: Means,
    key: Key,
    number: Number,
    wanted: Annotated[LateObjection, Body()],
) -> Response:
    """An officer records a written objection that came after the period; whoever decides deals with it first."""
    data = wanted.model_dump()
    return await act_on_case(request, person, means, key, number, "note_objection", data)
