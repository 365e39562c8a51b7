"""REST: the officers' tasks: lists, and claims, which are versioned by ETag and never acts of the case."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import JSONResponse, Response

from api import places
from api.documentation import SIGNED_IN, WITH_BODY, refusals
from api.idempotency import Key, act_once
from api.performing import explained
from api.problems import Problem
from api.security.current import Staff, StaffAtTask
from api.security.person import Person
from api.services import Means, Services
from api.task_access import IfMatch, TaskId, claim_version, opened_task_beside, stale
from api.views import shapes
from api.views import tasks as views
from domain.refusals import Refused
from forms.fields import Text
from law.zone import local
from storage import cases, claims, tasks

router = APIRouter(prefix="/api/v1/tasks", tags=["tasks"])


class Release(BaseModel):
    """Why a head puts a colleague's task back."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[Text, Field(max_length=2000)] = ""


def _shown(opened: tasks.Opened, person: Person) -> JSONResponse:
    body = views.task_json(opened, person)
    return JSONResponse(body, headers={"ETag": views.etag_of(opened.task.claim_version)})


@router.get(
    "",
    operation_id="listTasks",
    response_model=shapes.TaskList,
    responses=refusals(*SIGNED_IN, "unknown_query_parameter", "invalid_input"),
)
async def list_tasks(
    request: Request,
    person: Staff,
    means: Means,
    assignee: Annotated[str, Query(pattern="^(me|none|any)$", description="whose")] = "any",
    state: Annotated[str, Query(pattern="^open$")] = "open",
    case: Annotated[str, Query(max_length=96, description="a case's id or number")] = "",
    procedure: Annotated[str, Query(max_length=64)] = "",
    q: Annotated[str, Query(max_length=100, description="in title or number")] = "",
    due_from: AwareDatetime | None = None,
    due_before: AwareDatetime | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Open tasks of the caller's posts, by legal due date. `assignee`: me, none (free to claim), any."""
    place = places.read(cursor)
    me = str(person.id)
    filters = tasks.Filters(
        procedure=procedure,
        text=q,
        due_from=places.within_reach("due_from", due_from),
        due_before=places.within_reach("due_before", due_before),
        free_for=me if assignee == "none" else None,
    )
    async with means.engine.connect() as connection:
        if case:
            found = await _of_case(connection, person, case, assignee)
        else:
            after = tasks.Cursor(place.at, place.key) if place else None
            if assignee == "me":
                found = await tasks.mine(connection, me, filters, after, limit + 1)
            else:
                pools = views.pools_of(person)
                found = await tasks.inbox(connection, pools, filters, after, limit + 1)
        page = found[:limit]
        lines = await views.lines_of(connection, page, person.now)
    following = None
    if len(found) > limit:
        following = places.Place(page[-1].due_at, page[-1].task_id)
    body = {
        "items": [line.to_json(person) for line in lines],
        "next_cursor": str(following) if following else None,
    }
    return JSONResponse(body, headers=places.next_link(request, following))


async def _of_case(
    connection: AsyncConnection, person: Person, number: str, assignee: str
) -> list[tasks.ListedTask]:
    """One case has few tasks: they are filtered here, by the caller's pools."""
    case = await cases.find(connection, number)
    if case is None or case.office != person.office:
        return []
    me, pools = str(person.id), set(views.pools_of(person))
    rows = [
        views.listed_of(t) for t in await tasks.of_case(connection, case.case_id) if t.pool in pools
    ]
    if assignee == "me":
        rows = [t for t in rows if t.claimed_by == me or (not t.claimed_by and t.assignee == me)]
    elif assignee == "none":
        rows = [t for t in rows if t.claimed_by is None and t.assignee in (None, me)]
    return sorted(rows, key=lambda t: (t.due_at, t.task_id))


@router.get(
    "/{task_id}",
    operation_id="getTask",
    response_model=shapes.Task,
    responses=refusals(*SIGNED_IN, "not_found", "invalid_input"),
)
async def get_task(request: Request, person: StaffAtTask, task_id: TaskId) -> Response:
    """The task with its claim; the answer's ETag is what claim, release and complete ask for."""
    return _shown(opened_task_beside(request, person), person)


@router.post(
    "/{task_id}/claim",
    operation_id="claimTask",
    response_model=shapes.Task,
    responses=refusals(
        *SIGNED_IN,
        *WITH_BODY,
        "not_found",
        "precondition_required",
        "stale",
        "not_your_task",
        "task_done",
        "wrong_role",
        "own_case",
    ),
)
async def claim_task(
    request: Request,
    person: StaffAtTask,
    means: Means,
    key: Key,
    task_id: TaskId,
    if_match: IfMatch = None,
) -> Response:
    """Takes the task; one of many wins, the others learn who did. Claims older than two hours may be taken over."""
    version = claim_version(if_match)

    async def work(_act: UUID) -> Response:
        seen = tasks.opened_of(request.state.beside)
        try:
            opened = await claims.claim(means.engine, task_id, person.actor, version, seen)
        except claims.ClaimChanged as changed:
            return stale(request, changed.version)
        except Refused as refused:
            raise await _refused(means, person, task_id, refused) from refused
        return _shown(opened, person)

    return await act_once(request, person, means, key, work)


@router.post(
    "/{task_id}/release",
    operation_id="releaseTask",
    response_model=shapes.Task,
    responses=refusals(
        *SIGNED_IN,
        *WITH_BODY,
        "not_found",
        "precondition_required",
        "stale",
        "not_your_task",
        "claim_lost",
        "task_done",
        "invalid_answers",
    ),
)
async def release_task(
    request: Request,
    person: Staff,
    means: Means,
    key: Key,
    task_id: TaskId,
    wanted: Annotated[Release | None, Body()] = None,
    if_match: IfMatch = None,
) -> Response:
    """Puts the task back: its holder, or a head of the office with a reason."""
    version = claim_version(if_match)
    reason = wanted.reason if wanted else ""

    async def work(_act: UUID) -> Response:
        try:
            opened = await claims.release(means.engine, task_id, person.actor, version, reason)
        except claims.ClaimChanged as changed:
            return stale(request, changed.version)
        except Refused as refused:
            raise await _refused(means, person, task_id, refused) from refused
        return _shown(opened, person)

    return await act_once(request, person, means, key, work)


async def _refused(means: Services, person: Person, task_id: str, refused: Refused) -> Problem:
    """A refusal about a claim, with who holds it and the case's state."""
    task = await tasks.find(means.engine, task_id)
    if task is None:
        return Problem("not_found")
    more: dict[str, Any] = {}
    if isinstance(refused, claims.ClaimTaken):
        more = {"holder": refused.holder, "until": local(refused.until).isoformat()}
    return await explained(means, person, task.case_id, refused, **more)
