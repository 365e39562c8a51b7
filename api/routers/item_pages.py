"""The front page, the list of items and each item's guide (办事指南). For everybody."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api import guides
from api.intake import item
from api.review_pages import qr_of
from api.security.current import Anyone
from api.services import Means
from api.task_lists import Task, own_line
from api.templating import render
from api.views import words
from law.offices import office
from storage import applications as stored

router = APIRouter(include_in_schema=False)

RECENT = 5


@router.get("/")
async def home(request: Request, visitor: Anyone, means: Means) -> Response:
    """What can be done here, and where one's own things are."""
    person = visitor.person
    waiting: list[Task] = []
    if person is not None and not person.staff:
        async with means.engine.connect() as connection:
            lines = await stored.listed(connection, str(person.id), limit=RECENT)
        waiting = [own_line(line) for line in lines]
    items = guides.items(visitor.now)
    context = {
        "declarations": [r for r in items if r.shelf == "declaration"],
        "registrations": [r for r in items if r.shelf == "registration"],
        "licences": [r for r in items if r.shelf == "licence"],
        "waiting": waiting,
        "office": office(means.office),
    }
    return render(request, "home/home.html", context)


@router.get("/items")
async def items_page(
    request: Request, visitor: Anyone, q: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """All items, or those that a search finds."""
    found = [(row, guides.legal_limit(row, visitor.now)) for row in guides.items(visitor.now, q)]
    return render(request, "items/list.html", {"q": q, "found": found})


@router.get("/items/{code}")
async def guide_page(
    request: Request, visitor: Anyone, means: Means, code: Annotated[str, Path(max_length=64)]
) -> Response:
    """The guide of one item."""
    guide = guides.guide_of(item(code, visitor.now), visitor.now, means.office)
    context = {
        "guide": guide,
        "row": guide.row,
        "valid_from": date.fromisoformat(guide.row.valid_from),
        "limit": guides.legal_limit(guide.row, visitor.now),
        "hints": {m.code: words.known(m.hint) for m in guide.row.materials},
        "tolerance": {m.code: guides.tolerance_of(guide.row, m) for m in guide.row.materials},
        "qr": qr_of(f"{means.public_url}/items/{code}"),
    }
    return render(request, "items/guide.html", context)
