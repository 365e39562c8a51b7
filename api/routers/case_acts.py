"""REST: acts on a case as a whole: the applicant withdraws, an officer asks for more time or explains an overrun."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.acts import Draft
from api.case_access import Number, load_case, must_know
from api.documentation import CASE_ACT, RECEIVED, SIGNED_IN, WITH_BODY, refusals
from api.idempotency import Key, act_once
from api.performing import answered, perform
from api.security.current import SignedIn
from api.security.person import Person
from api.services import Means
from api.views import shapes
from forms.fields import Text
from forms.suspension import Resuming, Suspending

# Acts that no stage has to name: the clock decides.
OF_CLOCKS = frozenset({"request_extension", "suspend_clock", "resume_clock", "explain_overrun"})
CLOCK_ACT = (
    *SIGNED_IN,
    *WITH_BODY,
    "not_found",
    "clock_closed",
    "wrong_role",
    "own_case",
    "invalid_answers",
    "idempotency_key_reused",
    "request_in_progress",
)

router = APIRouter(prefix="/api/v1/cases", tags=["cases"])


class Withdrawal(BaseModel):
    """Why the applicant withdraws."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[Text, Field(max_length=2000, examples=["暂不开办"])] = ""


class ExtensionRequest(BaseModel):
    """Which clock should be extended and why; a head decides (law.md §3.9)."""

    model_config = ConfigDict(extra="forbid")

    clock: Annotated[str, Field(max_length=32, examples=["R01#1"])]
    reason: Annotated[Text, Field(min_length=1, max_length=2000, examples=["需要核实住所"])]


@router.post(
    "/{number}/withdrawals",
    operation_id="withdrawCase",
    response_model=shapes.ActOutcome,
    responses=RECEIVED | refusals(*CASE_ACT),
)
async def withdraw_case(
    request: Request,
    person: SignedIn,
    means: Means,
    key: Key,
    number: Number,
    wanted: Annotated[Withdrawal, Body()],
) -> Response:
    """The applicant withdraws while nothing is decided."""
    return await act_on_case(request, person, means, key, number, "withdraw", wanted.model_dump())


@router.post(
    "/{number}/extensions",
    operation_id="requestExtension",
    response_model=shapes.ActOutcome,
    responses=RECEIVED
    | refusals(*CLOCK_ACT, "extension_not_possible", "extension_too_late", "clock_paused"),
)
async def request_extension(
    request: Request,
    person: SignedIn,
    means: Means,
    key: Key,
    number: Number,
    wanted: Annotated[ExtensionRequest, Body()],
) -> Response:
    """An officer asks for more time, once and before the end; a head decides in a task of their own."""
    data = wanted.model_dump()
    return await act_on_case(request, person, means, key, number, "request_extension", data)


@router.post(
    "/{number}/suspensions",
    operation_id="suspendClock",
    response_model=shapes.ActOutcome,
    responses=RECEIVED
    | refusals(
        *CLOCK_ACT,
        "clock_not_suspendable",
        "ground_not_allowed",
        "suspension_too_late",
        "already_suspended",
    ),
)
async def suspend_clock(
    request: Request,
    person: SignedIn,
    means: Means,
    key: Key,
    number: Number,
    wanted: Annotated[Suspending, Body()],
) -> Response:
    """An officer lets a clock stand still on a ground of its row; the party is told in writing for how long."""
    data = wanted.model_dump(mode="json", exclude_none=True)
    return await act_on_case(request, person, means, key, number, "suspend_clock", data)


@router.post(
    "/{number}/resumptions",
    operation_id="resumeClock",
    response_model=shapes.ActOutcome,
    responses=RECEIVED
    | refusals(*CLOCK_ACT, "clock_not_suspendable", "ground_not_allowed", "not_suspended"),
)
async def resume_clock(
    request: Request,
    person: SignedIn,
    means: Means,
    key: Key,
    number: Number,
    wanted: Annotated[Resuming, Body()],
) -> Response:
    """An officer names the ground that ended; after the last one the clock goes on and has a new end."""
    data = wanted.model_dump(mode="json", exclude_none=True)
    return await act_on_case(request, person, means, key, number, "resume_clock", data)


class OverrunExplanation(BaseModel):
    """Which term is over and why, in words for the public (优化营商环境条例 36)."""

    model_config = ConfigDict(extra="forbid")

    clock: Annotated[str, Field(max_length=32, examples=["R01#1"])]
    reason: Annotated[Text, Field(min_length=1, max_length=2000, examples=["需要核实住所权属"])]


@router.post(
    "/{number}/overrun-explanations",
    operation_id="explainOverrun",
    response_model=shapes.ActOutcome,
    responses=RECEIVED
    | refusals(
        *SIGNED_IN,
        *WITH_BODY,
        "not_found",
        "clock_closed",
        "clock_not_due",
        "wrong_role",
        "wrong_office",
        "invalid_answers",
        "idempotency_key_reused",
        "request_in_progress",
    ),
)
async def explain_overrun(
    request: Request,
    person: SignedIn,
    means: Means,
    key: Key,
    number: Number,
    wanted: Annotated[OverrunExplanation, Body()],
) -> Response:
    """An officer of the item or a head says publicly why a statutory term was overrun; the progress query shows it."""
    data = wanted.model_dump()
    return await act_on_case(request, person, means, key, number, "explain_overrun", data)


async def act_on_case(
    request: Request,
    person: Person,
    means: Means,
    key: str,
    number: str,
    kind: str,
    data: dict[str, Any],
) -> Response:
    """An act on the case as a whole, once per idempotency key; shared by routers of a procedure's own acts."""
    async with means.engine.connect() as connection:
        view = await load_case(connection, person, number)
    if kind not in OF_CLOCKS:
        must_know(view, kind)

    async def work(act_id: UUID) -> Response:
        draft = Draft(act_id, view.case.case_id, kind, person.actor, data)
        outcome = await perform(means, person, draft)
        return await answered(means, person, draft, outcome, {})

    return await act_once(request, person, means, key, work)
