"""The supervisor's board: lights by item and holder, cases at risk, the same as CSV and over REST."""

from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from api import places
from api.case_access import office_of
from api.documentation import SIGNED_IN, refusals
from api.downloads import attachment
from api.problems import FieldError, Problem
from api.routers.admin_pages import Overseer
from api.routers.desk_pages import procedures, request_query
from api.services import Means
from api.templating import render
from api.validation_messages import FALLBACK
from api.views import lights as board
from api.views.inbox import count_text
from api.views.lights_shapes import AtRiskList, LightsAnswer
from law.offices import OFFICES
from law.zone import civil_date
from storage import lights

router = APIRouter(tags=["cases"])

PATH: Final = "/desk/board"
LIST: Final = 50
MOST: Final = 10_000
LIGHTS: Final = {"red", "amber"}

Light = Annotated[Literal["red", "amber"] | None, Query(description="over, or nearly over")]
Procedure = Annotated[str, Query(max_length=64)]
Holder = Annotated[str, Query(max_length=80, description="person:<id>, post:<role> or none")]


def _after(place: places.Place | None) -> lights.Cursor | None:
    """Raises Problem invalid_input for a place of another list."""
    if place is None:
        return None
    case_id, _at, key = place.key.partition("@")
    try:
        return lights.Cursor(place.at, UUID(case_id), key)
    except ValueError as broken:
        raise Problem(
            "invalid_input", errors=[FieldError(FALLBACK, parameter="cursor")]
        ) from broken


def _place(row: lights.AtRisk) -> places.Place:
    return places.Place(row.ends_at, f"{row.case_id}@{row.key}")


@router.get(
    "/api/v1/lights",
    operation_id="getLights",
    response_model=LightsAnswer,
    responses=refusals(*SIGNED_IN, "unknown_query_parameter", "invalid_input"),
)
async def get_lights(person: Overseer, means: Means, procedure: Procedure = "") -> Response:
    """Cases over and short of their statutory terms, by item and by who holds the step."""
    office = office_of(person, means.office)
    async with means.engine.connect() as connection:
        found = await lights.counts(
            connection, board.scope_of(office, person.now, procedure=procedure)
        )
    body = {
        "office": office,
        "red": found.red,
        "amber": found.amber,
        "green": found.green,
        "procedures": [vars_of(row) for row in board.procedure_rows(found.procedures)],
        "holders": [vars_of(row) for row in board.holder_rows(found.holders)],
    }
    return JSONResponse(body)


def vars_of(row: board.Row) -> dict[str, str | int]:
    return {"value": row.value, "name": row.name, "red": row.red, "amber": row.amber}


@router.get(
    "/api/v1/at-risk-cases",
    operation_id="listCasesAtRisk",
    response_model=AtRiskList,
    responses=refusals(*SIGNED_IN, "unknown_query_parameter", "invalid_input"),
)
async def list_at_risk(
    request: Request,
    person: Overseer,
    means: Means,
    light: Light = None,
    procedure: Procedure = "",
    holder: Holder = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(max_length=300)] = None,
) -> Response:
    """Least working time left first; a case stands once for each term that is over or short."""
    scope = board.scope_of(
        office_of(person, means.office),
        person.now,
        light=light or "",
        procedure=procedure,
        holder=holder,
    )
    after = _after(places.read(cursor))
    async with means.engine.connect() as connection:
        rows = await lights.at_risk(connection, scope, after, limit + 1)
    page = rows[:limit]
    following = _place(page[-1]) if len(rows) > limit else None
    body = {
        "items": [board.RiskLine(row, person.now).to_json() for row in page],
        "next_cursor": str(following) if following else None,
    }
    return JSONResponse(body, headers=places.next_link(request, following))


@router.get(PATH, include_in_schema=False)
async def board_page(
    request: Request,
    person: Overseer,
    means: Means,
    light: Annotated[str, Query(max_length=8)] = "",
    item: Annotated[str, Query(max_length=64)] = "",
    holder: Annotated[str, Query(max_length=80)] = "",
    cursor: Annotated[str | None, Query(max_length=300)] = None,
) -> Response:
    """Counts by light, by item and by holder; the cases at risk, least time left first."""
    office = office_of(person, means.office)
    chosen: board.Wanted = "red" if light == "red" else "amber" if light == "amber" else ""
    scope = board.scope_of(office, person.now, light=chosen, procedure=item, holder=holder)
    after = _after(places.read(cursor))
    async with means.engine.connect() as connection:
        rows = await lights.at_risk(connection, scope, after, LIST + 1)
        # The counts are of the whole office: they are what one filters by.
        found = await lights.counts(connection, board.scope_of(office, person.now))
    sent = {"light": chosen, "item": item, "holder": holder}
    following = ""
    if len(rows) > LIST:
        following = f"{PATH}?{request_query(**sent, cursor=str(_place(rows[LIST - 1])))}"
    known = OFFICES.get(office)
    context = {
        "office_name": known.name if known else office,
        "counts": found,
        "n": count_text,
        "by_procedure": board.procedure_rows(found.procedures),
        "by_holder": board.holder_rows(found.holders),
        "lines": [board.RiskLine(row, person.now) for row in rows[:LIST]],
        "following": following,
        "sent": sent,
        "procedures": procedures(),
        "csv": f"{PATH}.csv?{request_query(**sent)}".rstrip("?"),
        "link": lambda **changed: f"{PATH}?{request_query(**(sent | changed))}".rstrip("?"),
    }
    return render(request, "desk/board.html", context)


@router.get(f"{PATH}.csv", include_in_schema=False)
async def board_csv(
    person: Overseer,
    means: Means,
    light: Annotated[str, Query(max_length=8)] = "",
    item: Annotated[str, Query(max_length=64)] = "",
    holder: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """The list as the page filters it, at most 10,000 lines."""
    office = office_of(person, means.office)
    chosen: board.Wanted = "red" if light == "red" else "amber" if light == "amber" else ""
    scope = board.scope_of(office, person.now, light=chosen, procedure=item, holder=holder)
    async with means.engine.connect() as connection:
        rows = await lights.at_risk(connection, scope, limit=MOST)
    content = board.csv_of([board.RiskLine(row, person.now) for row in rows])
    day = civil_date(person.now)
    return attachment(content, name=f"at-risk-{office}-{day}.csv", media_type="text/csv")
