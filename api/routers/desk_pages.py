"""Pages of the desk: the inbox with its claim buttons, and the search over the office's cases."""

from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from api import cursors, places
from api.case_access import office_of
from api.error_pages import own_path
from api.i18n import gettext as _
from api.problems import Problem, from_refusal
from api.routers.cases import case_summary
from api.security.current import Staff
from api.security.person import Person
from api.services import Means
from api.task_access import task_and_case, version_of
from api.templating import render
from api.views import inbox as box
from api.views import why, words
from api.views.tasks import plain_light
from api.views.why import TOLD_OF_DATES
from domain.refusals import Refused
from law import catalogue
from storage import cases, claims

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Query(max_length=100)]
LIST = 50


def procedures() -> list[tuple[str, str]]:
    """Stem and title of every item, for filters."""
    return [(p.procedure, words.bilingual(p.title, p.title_en)) for p in catalogue.procedures()]


@router.get("/desk")
async def inbox_page(
    request: Request,
    person: Staff,
    means: Means,
    tab: Annotated[str, Query(max_length=8)] = "",
    q: Text = "",
    item: Annotated[str, Query(max_length=64)] = "",
    due: Annotated[str, Query(max_length=8)] = "",
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    selected: Annotated[str, Query(max_length=64)] = "",
    done: Annotated[str, Query(max_length=96)] = "",
) -> Response:
    """Open tasks by legal due date: mine, free to claim, the whole group's."""
    wanted = box.Wanted(
        tab=tab if tab in box.TABS else "mine",
        text=q.strip(),
        procedure=item,
        due=due if due in {"over", "today", "next", "later"} else "",
        cursor=places.read(cursor),
        selected=selected,
    )
    return await _inbox(request, person, means, wanted, done=done, chosen=bool(tab))


async def _inbox(
    request: Request,
    person: Person,
    means: Means,
    wanted: box.Wanted,
    *,
    done: str = "",
    chosen: bool = True,
    problem: Problem | None = None,
) -> Response:
    said = ""
    async with means.engine.connect() as connection:
        page = await box.inbox_of(connection, person, wanted)
        if not chosen and not page.tabs["mine"] and page.tabs["pool"]:
            # Nothing at hand: what is free to claim is the useful first sight.
            page = await box.inbox_of(connection, person, box.Wanted("pool"))
        if done:
            said = await _said(connection, person, done)
    errors = {"": problem.detail or _(problem.type.title)} if problem else {}
    context = {
        "box": page,
        "told_of_dates": TOLD_OF_DATES,
        "n": box.count_text,
        "me": str(person.id),
        "errors": errors,
        "done": said,
        "done_href": f"/cases/{quote(done, safe='')}" if said else "",
        "procedures": procedures(),
        "here_path": f"/desk?tab={page.wanted.tab}",
    }
    status = int(problem.type.status) if problem else 200
    return render(request, "desk/inbox.html", context, status=status)


async def _said(connection: Any, person: Person, number: str) -> str:
    """Which case's task was just handed in. Its next stage may still be on its way."""
    case = await cases.find(connection, number)
    if case is None or case.office != person.office:
        return ""
    return _("已提交：%(title)s。办件正在往下走。") % {"title": case.title}


@router.post("/desk/claim")
async def claim(
    request: Request,
    person: Staff,
    means: Means,
    task: Annotated[str, Form(max_length=80)] = "",
    back: Annotated[str, Form(max_length=200)] = "/desk",
) -> Response:
    """Claims and opens the task; who came second learns who was first."""
    task_id, _slash, version = task.partition("/")
    expected = version_of(version) if version else None
    try:
        await task_and_case(means.engine, person, task_id)
        await claims.claim(means.engine, task_id, person.actor, expected)
    except claims.ClaimChanged:
        problem = Problem("conflict", _("任务的领取情况刚刚变化，请看过最新情况再领取。"))
    except Refused as refused:
        problem = from_refusal(refused)
        if problem.code == "not_found":
            raise problem from refused
    else:
        # Whoever claims on a telephone goes on there.
        spot = f"/desk/field/{task_id}"
        page = spot if own_path(back) == spot else f"/desk/tasks/{task_id}"
        return RedirectResponse(page, status_code=303)
    tab = own_path(back).partition("tab=")[2]
    wanted = box.Wanted(tab if tab in box.TABS else "pool")
    return await _inbox(request, person, means, wanted, problem=problem)


@router.get("/desk/search")
async def search_page(
    request: Request,
    person: Staff,
    means: Means,
    q: Text = "",
    item: Annotated[str, Query(max_length=64)] = "",
    state: Annotated[str, Query(max_length=8)] = "",
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Every case of the office, newest first."""
    context = await found_cases(person, means, q, item, state, cursor, "/desk/search")
    context |= {
        "heading": _("查询"),
        "here_key": "search",
        "ident": "B1-S",
        "target": "/cases/",
    }
    return render(request, "desk/search.html", context)


async def found_cases(
    person: Person,
    means: Means,
    q: str,
    item: str,
    state: str,
    cursor: str | None,
    action: str,
) -> dict[str, Any]:
    """The search's part of a page."""
    place = cursors.read(cursor)
    filters = cases.Filters(
        office=office_of(person, means.office),
        procedure=item,
        text=q.strip(),
        open={"open": True, "closed": False}.get(state),
    )
    after = cases.Cursor(place.at, place.id) if place else None
    async with means.engine.connect() as connection:
        rows = await cases.listed(connection, filters, after, limit=LIST + 1)
    items = []
    for case in rows[:LIST]:
        light = plain_light(case.due_at, person.now) if case.due_at else None
        summary = case_summary(case)
        items.append(
            summary
            | {
                "light": light,
                "opened": case.opened_at,
                "due_text": words.end_text(case.due_at) if case.due_at else "",
                "due_address": why.of_case(summary["number"]),
            }
        )
    following = ""
    if len(rows) > LIST:
        last = cursors.Cursor(rows[LIST - 1].opened_at, rows[LIST - 1].case_id)
        url = request_query(q=q, item=item, state=state, cursor=str(last))
        following = f"{action}?{url}"
    return {
        "items": items,
        "following": following,
        "q": q,
        "item": item,
        "state": state,
        "action": action,
        "procedures": procedures(),
    }


def request_query(**values: str) -> str:
    """A query string of what is not empty."""
    return urlencode({k: v for k, v in values.items() if v})
