"""The pages behind every due date: why it is this day. Whoever may see the case may see them."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import JSONResponse, Response

from api.case_access import Number, load_case
from api.documentation import SIGNED_IN, refusals
from api.problems import Problem
from api.security.current import SignedIn
from api.security.person import Person
from api.services import Means
from api.templating import render
from api.views import shapes, why
from api.views.clock_story import explained
from api.views.clocks import ClockView

router = APIRouter()

Key = Annotated[str, Field(max_length=32, examples=["R01-1"])]


def _found(clocks: list[ClockView], key: str) -> ClockView:
    """Raises Problem not_found."""
    wanted = why.addressed(key)
    for clock in clocks:
        if why.addressed(clock.row.key) == wanted:
            return clock
    raise Problem("not_found")


async def _page(
    request: Request, person: Person, means: Means, number: str, key: str | None
) -> Response:
    async with means.engine.connect() as connection:
        view = await load_case(connection, person, number)
        one = _found(view.clocks, key) if key else None
        shown = await explained(connection, means, view, [one] if one else view.clocks)
    context = {"view": view, "one": one, "shown": shown}
    return render(request, "cases/clocks.html", context)


@router.get("/cases/{number}/clocks", include_in_schema=False)
async def clocks_page(request: Request, person: SignedIn, means: Means, number: Number) -> Response:
    """Every date of the case, running ones first."""
    return await _page(request, person, means, number, None)


@router.get("/cases/{number}/clocks/{key}", include_in_schema=False)
async def clock_page(
    request: Request, person: SignedIn, means: Means, number: Number, key: Key
) -> Response:
    """One date: its article, each counted and skipped day with the reason, and what moved it."""
    return await _page(request, person, means, number, key)


@router.get(
    "/api/v1/cases/{number}/clocks/{key}",
    tags=["cases"],
    operation_id="getCaseClock",
    response_model=shapes.ClockWithTrace,
    responses=refusals(*SIGNED_IN, "not_found", "invalid_input"),
)
async def case_clock(person: SignedIn, means: Means, number: Number, key: Key) -> Response:
    """One clock of the case with the reason of every day; `key` as in its page's address (R01-1)."""
    async with means.engine.connect() as connection:
        view = await load_case(connection, person, number)
    return JSONResponse(_found(view.clocks, key).to_json(trace=True))
