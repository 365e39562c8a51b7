"""REST and pages: an officer opens a case on the office's own motion (依职权立项)."""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID, uuid4

from fastapi import APIRouter, Body, Form, Path, Request
from pydantic import BaseModel
from starlette.responses import JSONResponse, RedirectResponse, Response

from api.application_requests import NewApplication
from api.documentation import SIGNED_IN, WITH_BODY, refusals
from api.draft_forms import form_of
from api.ex_officio import open_case, openable, openable_row
from api.form_fields import FieldSpec, fields_of
from api.form_pages import field_views, posted
from api.idempotency import Key, act_once, page_once
from api.problems import Problem
from api.routers.section_pages import unanswered
from api.security.current import Staff
from api.services import Means
from api.templating import render
from law.catalogue import Procedure
from law.zone import local

router = APIRouter(prefix="/api/v1/desk", tags=["tasks"])
pages = APIRouter(include_in_schema=False)

Code = Annotated[str, Path(max_length=64)]


class OpenedCase(BaseModel):
    """A case that an officer opened. It is readable at `case_url` at once, or a little later."""

    case_id: UUID
    receipt_no: str
    procedure: str
    state: str
    received_at: datetime
    case_url: str


@router.post(
    "/cases",
    status_code=202,
    operation_id="openExOfficio",
    response_model=OpenedCase,
    responses=refusals(
        *SIGNED_IN,
        *WITH_BODY,
        "not_found",
        "idempotency_key_reused",
        "request_in_progress",
    ),
)
async def open_ex_officio(
    request: Request,
    person: Staff,
    means: Means,
    key: Key,
    wanted: Annotated[
        NewApplication, Body(examples=[{"procedure": "abnormal_operation_list", "form": {}}])
    ],
) -> Response:
    """Opens a case without an applicant, in the role that its row names; who proposes does not decide."""
    form: dict[str, Any] = wanted.form

    async def work(act_id: UUID) -> Response:
        case_id, number, outcome = await open_case(means, person, wanted.procedure, form, act_id)
        body = {
            "case_id": str(case_id),
            "receipt_no": number,
            "procedure": wanted.procedure,
            "state": outcome.state,
            "received_at": local(outcome.received_at).isoformat(),
            "case_url": f"/api/v1/cases/{number}",
        }
        return JSONResponse(body, 202, headers={"Location": body["case_url"]})

    return await act_once(request, person, means, key, work)


@pages.get("/desk/open")
async def openings_page(request: Request, person: Staff) -> Response:
    """What this officer can open."""
    return render(request, "desk/openings.html", {"rows": openable(person)})


def _specs(row: Procedure) -> list[FieldSpec]:
    form = form_of(row)
    return [fields_of(form)[name] for section in form.sections for name in section.fields]


def _page(
    request: Request,
    row: Procedure,
    answers: dict[str, Any],
    problem: Problem | None = None,
) -> Response:
    errors = {}
    for error in problem.errors or () if problem else ():
        # What is said of the whole form stands on top of it.
        errors[(error.pointer or "").removeprefix("/form").strip("/")] = error.message
    specs = _specs(row)
    errors |= {
        s.name: unanswered(s) for s in specs if s.name in errors and answers.get(s.name) is None
    }
    in_order = {s.name: errors[s.name] for s in specs if s.name in errors}
    whole = [text for name, text in errors.items() if name not in in_order]
    context = {
        "row": row,
        "fields": field_views(specs, answers, in_order),
        "errors": in_order | ({"": "；".join(whole)} if whole else {}),
        "token": str(uuid4()),
    }
    return render(request, "desk/opening.html", context, status=422 if errors else 200)


@pages.get("/desk/open/{procedure}")
async def opening_page(request: Request, person: Staff, procedure: Code) -> Response:
    """The proposal's form."""
    return _page(request, openable_row(person, procedure), {})


@pages.post("/desk/open/{procedure}")
async def opening_posted(
    request: Request,
    person: Staff,
    means: Means,
    procedure: Code,
    token: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Opens the case and shows it, or says what has to be mended."""
    row = openable_row(person, procedure)
    answers = posted(_specs(row), await request.form())
    given = {name: value for name, value in answers.items() if value is not None}

    async def work(act_id: UUID) -> Response:
        _id, number, outcome = await open_case(means, person, procedure, given, act_id)
        if outcome.state == "applied":
            return RedirectResponse(f"/cases/{quote(number, safe='')}", status_code=303)
        return render(request, "desk/opened.html", {"row": row, "number": number}, status=202)

    try:
        return await page_once(person, work, token or str(uuid4()))
    except Problem as problem:
        if problem.code != "invalid_input":
            raise
        return _page(request, row, given, problem)
