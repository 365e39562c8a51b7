"""Pages of the inspector: find a case, see why it waits, compare its record with the engine's."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from api.engine_record import Window
from api.i18n import gettext as _
from api.problems import Problem
from api.routers.desk_pages import found_cases
from api.security.current import has_role
from api.security.person import Person
from api.services import Means
from api.templating import render
from api.views import words
from api.views.inspection import inspect, log_reading
from api.views.inspector_page import ACTS, engine_page, open_things, our_page, versions
from api.views.unopened import unopened
from api.views.viewer import OVERSEERS
from domain.roles import WATCHING, Role
from storage import cases

router = APIRouter(include_in_schema=False)

Overseer = Annotated[Person, has_role(*WATCHING)]
Number = Annotated[str, Field(max_length=96)]
Text = Annotated[str, Query(max_length=100)]


@router.get("/admin/cases")
async def inspector_search(
    request: Request,
    person: Overseer,
    means: Means,
    q: Text = "",
    item: Annotated[str, Query(max_length=64)] = "",
    state: Annotated[str, Query(max_length=8)] = "",
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Choose a case to inspect."""
    context = await found_cases(person, means, q, item, state, cursor, "/admin/cases")
    context |= {
        "heading": _("办件检查"),
        "here_key": "inspect",
        "ident": "C2-S",
        "target": "/admin/cases/",
    }
    return render(request, "desk/search.html", context)


@router.get("/admin/cases/{number}")
async def inspector_page(
    request: Request,
    person: Overseer,
    means: Means,
    number: Number,
    before: Annotated[int | None, Query(ge=1, le=2**31)] = None,
    engine_before: Annotated[int | None, Query(ge=1, le=2**31)] = None,
    run: UUID | None = None,
) -> Response:
    """One case. The engine's history is for administrators and auditors; every reading is logged."""
    deep = person.has(Role.ADMIN, Role.AUDITOR)
    async with means.engine.connect() as connection:
        case = await cases.find(connection, number)
    if case is None:
        return await _unopened(request, person, means, number, deep=deep)
    if not (person.has(*OVERSEERS) or person.office == case.office):
        raise Problem("not_found")
    await log_reading(means, person, case.case_id, deep=deep)
    window = Window(str(run) if run else None, before=engine_before) if deep else None
    seen = await inspect(means, person, case.case_id, window)
    context = {
        "seen": seen,
        "view": seen.view,
        "deep": deep,
        "ours": our_page(request, seen, before),
        "engine": engine_page(request, seen) if seen.engine else None,
        "open": open_things(seen),
        "versions": versions(seen),
    }
    return render(request, "admin/case.html", context)


async def _unopened(
    request: Request, person: Person, means: Means, number: str, *, deep: bool
) -> Response:
    """What was handed in and has not become a case: so it is while the engine is away."""
    seen = await unopened(means, number, deep=deep)
    if seen is None or not (person.has(*OVERSEERS) or person.office == seen.row.office):
        raise Problem("not_found")
    await log_reading(means, person, seen.case_id, deep=deep)
    acts = {kind: words.known(text) for kind, text in ACTS.items()}
    return render(request, "admin/unopened.html", {"seen": seen, "acts": acts})
