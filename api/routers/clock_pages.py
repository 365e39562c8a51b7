"""The pages behind every due date: why it is this day. Whoever may see the case may see them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import Field
from starlette.responses import JSONResponse, RedirectResponse, Response

from api.acts import Draft
from api.case_access import Number, load_case
from api.documentation import SIGNED_IN, refusals
from api.i18n import gettext as _
from api.idempotency import page_once
from api.performing import perform
from api.problems import Problem
from api.routers.case_pages import Token, new_token
from api.security.current import SignedIn, Staff
from api.security.person import Person
from api.services import Means
from api.templating import render
from api.views import shapes, why
from api.views.actions import to_explain
from api.views.clock_story import explained
from api.views.clocks import ClockView
from forms.fields import Text

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
    request: Request,
    person: Person,
    means: Means,
    number: str,
    key: str | None,
    *,
    reason: str = "",
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    async with means.engine.connect() as connection:
        view = await load_case(connection, person, number)
        one = _found(view.clocks, key) if key else None
        shown = await explained(connection, means, view, [one] if one else view.clocks)
    late = to_explain(view.case, view.clocks, view.viewer)
    context = {
        "view": view,
        "one": one,
        "shown": shown,
        "explain": one if one in late else None,
        "reason": reason or (one.row.overdue_reason if one else ""),
        "errors": errors or {},
        "token": new_token(),
    }
    return render(request, "cases/clocks.html", context, status=status)


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


@router.post("/cases/{number}/clocks/{key}/explanation", include_in_schema=False)
async def explain_page(
    request: Request,
    person: Staff,
    means: Means,
    number: Number,
    key: Key,
    reason: Annotated[Text, Form(max_length=2000)] = "",
    token: Token = "",
) -> Response:
    """Tells the public why the term was overrun, and shows the date as it is then."""
    async with means.engine.connect() as connection:
        view = await load_case(connection, person, number)
    clock = _found(view.clocks, key)
    if not reason.strip():
        errors = {"reason": _("请写明向社会公开的超时原因")}
        return await _page(request, person, means, number, key, errors=errors, status=422)

    async def work(act_id: UUID) -> Response:
        data = {"clock": clock.row.key, "reason": reason.strip()}
        draft = Draft(act_id, view.case.case_id, "explain_overrun", person.actor, data)
        await perform(means, person, draft)
        return RedirectResponse(clock.address, status_code=303)

    try:
        return await page_once(person, work, token or new_token())
    except Problem as problem:
        said = problem.detail or _(problem.type.title)
        status = int(problem.type.status)
        return await _page(
            request,
            person,
            means,
            number,
            key,
            reason=reason,
            errors={"reason": said},
            status=status,
        )


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
