"""Pages of the inspector: find a case, see why it waits, compare its record with the engine's."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from api.i18n import gettext as _
from api.problems import Problem
from api.routers.admin import HISTORY
from api.routers.desk_pages import found_cases
from api.security.current import has_role
from api.security.person import Person
from api.services import Means
from api.templating import render
from api.views import inspection
from api.views.cases import view_of
from api.views.timeline import lines
from api.views.viewer import OVERSEERS, Viewer
from domain.roles import Role
from storage import cases
from storage.audit import verify_case
from storage.projector import stored_events

router = APIRouter(include_in_schema=False)

Overseer = Annotated[
    Person,
    has_role(
        Role.SUPERVISOR,
        Role.WINDOW_HEAD,
        Role.SECTION_HEAD,
        Role.REGISTRY_HEAD,
        Role.BUREAU_HEAD,
        Role.AUDITOR,
        Role.ADMIN,
    ),
]
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
    request: Request, person: Overseer, means: Means, number: Number
) -> Response:
    """One case. The engine's history is for administrators and auditors; reading it is logged."""
    deep = person.has(Role.ADMIN, Role.AUDITOR)
    async with means.engine.begin() as connection:
        case = await cases.find(connection, number)
        if case is None or not (person.has(*OVERSEERS) or person.office == case.office):
            raise Problem("not_found")
        if deep:
            await cases.log_access(connection, str(person.id), case.case_id, HISTORY)
    viewer = Viewer("staff", person, person.now)
    cipher = means.keys.cached(case.case_id) or await means.keys.cipher(case.case_id)
    async with means.engine.connect() as connection:
        view = await view_of(connection, case, viewer)
        events = await stored_events(connection, case.case_id, cipher)
        hashes = await cases.hashes(connection, case.case_id)
        effects = await cases.effects(connection, case.case_id)
        superseded = await cases.superseded(connection, case.case_id)
    history = await means.history.history(case.case_id) if deep else []
    revisions = {e.act_id: e.revision for e in events if e.act_id}
    context = {
        "view": view,
        "why": inspection.why_waiting(view, effects),
        "story": list(reversed(lines(events, case, viewer))),
        "hashes": hashes,
        "deep": deep,
        "engine": inspection.engine_lines(history, revisions),
        "timers": inspection.timers(view),
        "calls": inspection.calls(effects),
        "retrying": sum(1 for e in effects if e.last_error and e.state in {"intent", "waiting"}),
        "superseded": superseded,
        "verdict": await verify_case(means.engine, means.keys, case.case_id),
    }
    return render(request, "admin/case.html", context)
