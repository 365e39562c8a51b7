"""REST: acts on a declared name: search again, give it up, ask to cancel it; and on a registration that names one."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.acts import Draft
from api.case_access import Number, load_case, must_know
from api.documentation import CASE_ACT, RECEIVED, refusals
from api.idempotency import Key, act_once
from api.name_reservations import name_of_case, reservation_for
from api.performing import answered, perform
from api.routers.case_acts import act_on_case
from api.security.current import SignedIn
from api.services import Means
from api.views import shapes
from forms.fields import Line, Text

router = APIRouter(prefix="/api/v1/cases", tags=["cases"])


class Search(BaseModel):
    """Nothing to say: the library is asked again."""

    model_config = ConfigDict(extra="forbid")


class NameRelease(BaseModel):
    """Why the applicant gives the name up."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[Text, Field(max_length=2000, examples=["改用另一个名称"])] = ""


class CancellationRequest(BaseModel):
    """Why a reserved name should be cancelled; a head decides in a task of their own."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[Text, Field(min_length=1, max_length=2000, examples=["申报内容虚假"])]


class NewReservation(BaseModel):
    """The number of a reservation of the same name, the applicant's own."""

    model_config = ConfigDict(extra="forbid")

    reservation: Annotated[Line, Field(min_length=1, max_length=96)]


@router.post(
    "/{number}/name-searches",
    operation_id="searchNameAgain",
    response_model=shapes.ActOutcome,
    responses=RECEIVED | refusals(*CASE_ACT),
)
async def search_again(
    request: Request,
    person: SignedIn,
    means: Means,
    key: Key,
    number: Number,
    wanted: Annotated[Search, Body()],
) -> Response:
    """Compare the declared name once more: another one may have lapsed or been given up."""
    return await act_on_case(request, person, means, key, number, "search_again", {})


@router.post(
    "/{number}/name-releases",
    operation_id="releaseName",
    response_model=shapes.ActOutcome,
    responses=RECEIVED | refusals(*CASE_ACT),
)
async def release_name(
    request: Request,
    person: SignedIn,
    means: Means,
    key: Key,
    number: Number,
    wanted: Annotated[NameRelease, Body()],
) -> Response:
    """The applicant gives a reserved name up; it is free for everybody at once."""
    data = wanted.model_dump()
    return await act_on_case(request, person, means, key, number, "release_name", data)


@router.post(
    "/{number}/name-cancellations",
    operation_id="requestNameCancellation",
    response_model=shapes.ActOutcome,
    responses=RECEIVED | refusals(*CASE_ACT, "own_case", "invalid_answers"),
)
async def request_cancellation(
    request: Request,
    person: SignedIn,
    means: Means,
    key: Key,
    number: Number,
    wanted: Annotated[CancellationRequest, Body()],
) -> Response:
    """An officer asks for a reserved name to be cancelled; a head, and somebody else, decides."""
    data = wanted.model_dump()
    return await act_on_case(request, person, means, key, number, "request_cancellation", data)


@router.post(
    "/{number}/name-reservations",
    operation_id="giveNameReservation",
    response_model=shapes.ActOutcome,
    responses=RECEIVED | refusals(*CASE_ACT),
)
async def give_reservation(
    request: Request,
    person: SignedIn,
    means: Means,
    key: Key,
    number: Number,
    wanted: Annotated[NewReservation, Body()],
) -> Response:
    """The applicant's registration goes on under a new reservation of its name (the old one ended)."""

    async def work(act_id: UUID) -> Response:
        async with means.engine.connect() as connection:
            view = await load_case(connection, person, number)
            must_know(view, "reserve_again")
            name = await name_of_case(connection, means, view.case)
            found = await reservation_for(
                connection, person, wanted.reservation, name, pointer="/reservation"
            )
        draft = Draft(
            act_id,
            view.case.case_id,
            "reserve_again",
            person.actor,
            {"reservation": found.to_json()},
        )
        outcome = await perform(means, person, draft)
        return await answered(means, person, draft, outcome, {})

    return await act_once(request, person, means, key, work)
