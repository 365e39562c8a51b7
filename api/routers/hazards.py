"""The hazard board: open hazards of special equipment by stage, for officers; the same as a list over REST."""

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from api import places
from api.case_access import office_of
from api.documentation import SIGNED_IN, refusals
from api.problems import FieldError, Problem
from api.security.current import Staff
from api.services import Means
from api.templating import render
from api.validation_messages import FALLBACK
from api.views import hazards as board
from api.views.equipment import address
from api.views.equipment_shapes import HazardList
from api.views.hazards import PATH, HazardCard, Tallies
from storage import hazard_board
from storage.hazard_board import After, Card, Sort

router = APIRouter(tags=["equipment"])

LIST: Final = 50
A_COLUMN: Final = 20
"""Cards that the board shows in one column; the rest is one click away."""
Stage = Annotated[
    Literal[
        "",
        "inspected",
        "graded",
        "instructing",
        "rectifying",
        "recheck",
        "penalty",
        "releasing",
    ],
    Query(description="a column of the board"),
]
GradeAsked = Annotated[
    Literal["", "major", "serious", "general", "none"], Query(description="none: not graded yet")
]
AgeAsked = Annotated[
    Literal["", "0-7", "8-30", "31-90", "91-"], Query(description="civil days since the opening")
]
Text = Annotated[
    str,
    Query(max_length=100, description="of the unit's name; its code, the device's or the case's"),
]
SortAsked = Annotated[
    Literal["age", "due"], Query(description="the oldest first, or the term that ends first")
]
Cursor = Annotated[str | None, Query(max_length=300)]


def _after(cursor: str | None) -> After | None:
    """Raises Problem invalid_input for a place of another list."""
    place = places.read(cursor)
    if place is None:
        return None
    try:
        return After(place.at, UUID(place.key))
    except ValueError as broken:
        raise Problem(
            "invalid_input", errors=[FieldError(FALLBACK, parameter="cursor")]
        ) from broken


def _place(row: Card, sort: Sort) -> places.Place:
    return places.Place(row.ends_at if sort == "due" else row.opened_at, str(row.case_id))


@router.get(
    "/api/v1/hazards",
    operation_id="listHazards",
    response_model=HazardList,
    responses=refusals(*SIGNED_IN, "unknown_query_parameter", "invalid_input"),
)
async def list_hazards(
    request: Request,
    person: Staff,
    means: Means,
    stage: Stage = "",
    grade: GradeAsked = "",
    age: AgeAsked = "",
    q: Text = "",
    sort: SortAsked = "age",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Cursor = None,
) -> Response:
    """Open hazards of special equipment in the office, each with its running term, what is in force, and who holds it."""
    office = office_of(person, means.office)
    scope = board.scope_of(office, person.now, column=stage, grade=grade, age=age, text=q)
    after = _after(cursor)
    async with means.engine.connect() as connection:
        rows = await hazard_board.cards(connection, scope, sort, after, limit + 1)
        cards = await board.cards_of(connection, rows[:limit], person.now)
        counted = await hazard_board.counts(connection, scope, board.bounds(person.now))
    following = _place(rows[limit - 1], sort) if len(rows) > limit else None
    body = {
        "items": [card.to_json() for card in cards],
        "counts": Tallies(counted).to_json(),
        "next_cursor": str(following) if following else None,
    }
    return JSONResponse(body, headers=places.next_link(request, following))


@router.get(PATH, include_in_schema=False)
async def hazards_page(
    request: Request,
    person: Staff,
    means: Means,
    stage: Stage = "",
    grade: GradeAsked = "",
    age: AgeAsked = "",
    q: Text = "",
    sort: SortAsked = "age",
    cursor: Cursor = None,
) -> Response:
    """All columns, or one of them page by page."""
    office = office_of(person, means.office)
    sent = {"stage": stage, "grade": grade, "age": age, "q": q.strip(), "sort": sort}
    after, now = _after(cursor), person.now
    scope = board.scope_of(office, now, grade=grade, age=age, text=q)
    following = ""
    async with means.engine.connect() as connection:
        tallies = Tallies(await hazard_board.counts(connection, scope, board.bounds(now)))
        asked_for = [stage] if stage else [t.value for t in tallies.columns if t.cases]
        most = LIST if stage else A_COLUMN
        rows: list[Card] = []
        for column in asked_for:
            one = board.scope_of(office, now, column=column, grade=grade, age=age, text=q)
            found = await hazard_board.cards(connection, one, sort, after, most + 1)
            rows += found[:most]
            if stage and len(found) > most:
                place = str(_place(found[most - 1], sort))
                following = address(PATH, **sent, cursor=place)
        cards = await board.cards_of(connection, rows, now)
    shown: dict[str, list[HazardCard]] = {t.value: [] for t in tallies.columns}
    for card in cards:
        shown[card.column].append(card)
    context: dict[str, Any] = {
        "columns": [t for t in tallies.columns if t.value == stage or not stage],
        "shown": shown,
        "tallies": tallies,
        "sent": sent,
        "filtered": bool(grade or age or q.strip() or stage),
        "following": following,
        "link": lambda **changed: address(PATH, **(sent | changed)),
    }
    return render(request, "desk/hazards.html", context)
