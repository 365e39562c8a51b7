"""REST for administrators and auditors: a case's own record beside the engine's history. Reading is logged."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import JSONResponse, Response

from api import cursors
from api.cursors import Places
from api.documentation import SIGNED_IN, refusals
from api.engine_record import Window
from api.problems import Problem
from api.security.current import has_role
from api.security.person import Person
from api.services import Means
from api.views import history_shapes
from api.views.history_json import history_json
from api.views.inspection import Inspection, inspect, log_reading
from domain.roles import Role
from storage import cases
from storage.tables import CaseRow

router = APIRouter(prefix="/api/v1/admin/cases", tags=["admin"])

Inspector = Annotated[Person, has_role(Role.ADMIN, Role.AUDITOR)]
Number = Annotated[str, Field(max_length=96)]
MOST = 500


async def inspected(means: Means, person: Person, number: str) -> CaseRow:
    """The case, with a line in the access log.

    Raises:
        Problem: not_found.
    """
    async with means.engine.connect() as connection:
        case = await cases.find(connection, number)
    if case is None:
        raise Problem("not_found")
    await log_reading(means, person, case.case_id, deep=True)
    return case


def _next(seen: Inspection, place: Places, limit: int) -> Places | None:
    """Where the next page of either list begins; None when both are at their end."""
    ours = [e.revision for e in seen.events if e.revision > place.revision][:limit]
    revision = ours[-1] if ours else place.revision
    engine = seen.engine
    event = place.event
    more = bool(seen.events) and seen.events[-1].revision > revision
    if engine is not None and engine.read:
        event = engine.last or place.event
        more = more or event < engine.total
    run_id = engine.run_id if engine is not None else ""
    return Places(revision, event, run_id) if more else None


@router.get(
    "/{number}/history",
    operation_id="getCaseHistory",
    response_model=history_shapes.CaseHistory,
    responses=refusals(*SIGNED_IN, "not_found", "invalid_input"),
)
async def case_history(
    request: Request,
    person: Inspector,
    means: Means,
    number: Number,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 200,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    run: Annotated[UUID | None, Query(description="an earlier run of the engine")] = None,
) -> Response:
    """Our events with their hashes beside the engine's, opened and masked; what is still open; the proof.

    Why the case waits is said in one sentence. The same answer comes while the engine is away, and says so in
    `engine.source`.
    """
    place = cursors.read_places(cursor) or Places(0, 0, str(run) if run else "")
    case = await inspected(means, person, number)
    seen = await inspect(
        means, person, case.case_id, Window(place.run_id or None, after=place.event, limit=limit)
    )
    events = [e for e in seen.events if e.revision > place.revision][:limit]
    following = _next(seen, place, limit)
    body = history_json(seen, events, str(following) if following else None)
    return JSONResponse(body, headers=cursors.next_link(request, following))
