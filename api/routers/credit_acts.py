"""REST and pages: an officer's acts on the lists (严重违法失信名单) and on a repaired credit (信用修复)."""

from typing import Annotated

from fastapi import APIRouter, Body, Form, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.case_access import Number
from api.documentation import ANSWERED_ACT, RECEIVED, refusals
from api.idempotency import Key
from api.routers.case_acts import act_on_case
from api.routers.name_pages import Token, act_on_page
from api.security.current import SignedIn
from api.services import Means
from api.views import shapes
from forms.fields import Day, Line, Text

router = APIRouter(prefix="/api/v1/cases", tags=["cases"])
pages = APIRouter(include_in_schema=False)


class RepairRevocation(BaseModel):
    """What was false, and how it was found."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[Text, Field(min_length=4, max_length=2000, examples=["缴款凭证系伪造"])]


@router.post(
    "/{number}/repair-revocations",
    operation_id="revokeRepair",
    response_model=shapes.ActOutcome,
    responses=RECEIVED | refusals(*ANSWERED_ACT, "wrong_office"),
)
async def revoke_repair(
    request: Request,
    person: SignedIn,
    means: Means,
    key: Key,
    number: Number,
    wanted: Annotated[RepairRevocation, Body()],
) -> Response:
    """An officer proposes to revoke a repair that rests on false material; another one decides."""
    data = wanted.model_dump()
    return await act_on_case(request, person, means, key, number, "revoke_repair", data)


class PenaltyAnnulment(BaseModel):
    """Since when the penalty of a listing has fallen, and by which paper."""

    model_config = ConfigDict(extra="forbid")

    annulled_on: Annotated[Day, Field(examples=["2026-09-28"])]
    document: Annotated[Line, Field(min_length=4, max_length=64, examples=["曾政复〔2026〕3号"])]


@router.post(
    "/{number}/penalty-annulments",
    operation_id="annulPenalty",
    response_model=shapes.ActOutcome,
    responses=RECEIVED | refusals(*ANSWERED_ACT, "wrong_office"),
)
async def annul_penalty(
    request: Request,
    person: SignedIn,
    means: Means,
    key: Key,
    number: Number,
    wanted: Annotated[PenaltyAnnulment, Body()],
) -> Response:
    """An officer records that the penalty of a listing was annulled; another one takes the listing back."""
    data = wanted.model_dump(mode="json")
    return await act_on_case(request, person, means, key, number, "annul_penalty", data)


@pages.post("/cases/{number}/annul-penalty")
async def annul_penalty_page(
    request: Request,
    person: SignedIn,
    means: Means,
    number: Number,
    token: Token = "",
    annulled_on: Annotated[str, Form(max_length=10)] = "",
    document: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """The same from the case's page; what is wrong is said there."""
    data = {"annulled_on": annulled_on.strip(), "document": document.strip()}
    return await act_on_page(
        request, person, means, number, "annul_penalty", data, token, "annulled"
    )


@pages.post("/cases/{number}/revoke-repair")
async def revoke_repair_page(
    request: Request,
    person: SignedIn,
    means: Means,
    number: Number,
    token: Token = "",
    reason: Annotated[Text, Form(max_length=2000)] = "",
) -> Response:
    """The same from the case's page; a missing reason is said there."""
    data = {"reason": reason.strip()}
    return await act_on_page(
        request, person, means, number, "revoke_repair", data, token, "doubted"
    )
