"""REST and pages: documents promised for later (容缺后补): the promise, the supplement, how each stands."""

import hashlib
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, File, Form, Request, UploadFile
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.acts import Draft
from api.case_access import Number, load_case
from api.documentation import ANSWERED_ACT, RECEIVED, SIGNED_IN, refusals
from api.i18n import gettext as _
from api.idempotency import Key, once, page_once
from api.performing import answered
from api.problems import FieldError, Problem
from api.routers.case_acts import act_on_case
from api.routers.case_pages import Token, after, case_again, new_token
from api.routers.name_pages import act_on_page
from api.security.current import SignedIn
from api.services import Means
from api.supplements import Upload, hand_in
from api.views import shapes
from api.views.promises import CasePromises
from forms.fields import Code

api = APIRouter(prefix="/api/v1/cases", tags=["cases"])
pages = APIRouter(include_in_schema=False)
Part = Annotated[str, Form(max_length=64, examples=["health_certificates"])]


class SupplementPromise(BaseModel):
    """The promise to hand in later all that the notice lists (容缺后补承诺书)."""

    model_config = ConfigDict(extra="forbid")

    parts: Annotated[
        list[Code], Field(min_length=1, max_length=50, examples=[["health_certificates"]])
    ]
    declared: Annotated[bool, Field(examples=[True])]


@api.get(
    "/{number}/promises",
    operation_id="listCasePromises",
    response_model=CasePromises,
    responses=refusals(*SIGNED_IN, "not_found", "invalid_input"),
)
async def case_promises(person: SignedIn, means: Means, number: Number) -> dict[str, Any]:
    """What was promised for later, with its end, the reminders sent and what came of it."""
    async with means.engine.connect() as connection:
        view = await load_case(connection, person, number)
    return {
        "offered": [m["part"] for m in view.offered],
        "conditional": view.conditional,
        "items": [p.to_json() for p in view.promises_seen],
    }


@api.post(
    "/{number}/promises",
    operation_id="promiseSupplement",
    response_model=shapes.ActOutcome,
    responses=RECEIVED | refusals(*ANSWERED_ACT, "nothing_owed"),
)
async def promise_supplement(
    request: Request,
    person: SignedIn,
    means: Means,
    key: Key,
    number: Number,
    wanted: Annotated[SupplementPromise, Body()],
) -> Response:
    """The applicant promises; the application is accepted, and each document's term begins."""
    data = wanted.model_dump()
    return await act_on_case(request, person, means, key, number, "promise_supplement", data)


@api.post(
    "/{number}/supplements",
    operation_id="handInSupplement",
    response_model=shapes.ActOutcome,
    responses=RECEIVED | refusals(*ANSWERED_ACT, "nothing_owed", "unsupported_media_type"),
)
async def hand_in_supplement(
    request: Request,
    person: SignedIn,
    means: Means,
    key: Key,
    number: Number,
    part: Part,
    file: Annotated[list[UploadFile], File(description="pdf, jpg or png, at most 10 MB each")],
) -> Response:
    """A promised document; also after its end, for a head to decide on. Its content must be what its name says."""
    async with means.engine.connect() as connection:
        view = await load_case(connection, person, number)
    files = await _read(file)
    asked = hashlib.sha256(f"{number}\n{part}\n".encode())
    for one in files:
        asked.update(f"{one.name}\n{len(one.content)}\n".encode() + one.content)

    async def work(act_id: UUID) -> Response:
        outcome = await hand_in(means, person, view, part, files, act_id)
        draft = Draft(act_id, view.case.case_id, "supplement", person.actor, {})
        return await answered(means, person, draft, outcome, {})

    return await once(request, person, means, key, work, digest=asked.hexdigest())


async def _read(files: list[UploadFile]) -> list[Upload]:
    return [Upload(f.filename or "", await f.read()) for f in files if f.filename]


# -- pages -------------------------------------------------------------------------------------------


@pages.post("/cases/{number}/promises")
async def promise_on_page(
    request: Request,
    person: SignedIn,
    means: Means,
    number: Number,
    token: Token = "",
    declared: Annotated[str, Form(max_length=8)] = "",
) -> Response:
    """Signs the promise, and shows the case as it is then."""
    async with means.engine.connect() as connection:
        view = await load_case(connection, person, number)
    if not declared:
        problem = Problem("invalid_input", errors=[FieldError(_("请勾选承诺"), "/declared")])
        return await case_again(request, person, means, number, problem)
    data = {"parts": [m["part"] for m in view.offered], "declared": True}
    return await act_on_page(
        request, person, means, number, "promise_supplement", data, token, "promised"
    )


@pages.post("/cases/{number}/supplements")
async def supplement_on_page(
    request: Request,
    person: SignedIn,
    means: Means,
    number: Number,
    part: Part,
    token: Token = "",
    file: Annotated[list[UploadFile] | None, File()] = None,
) -> Response:
    """Takes the files for one document, and shows the case as it is then."""
    async with means.engine.connect() as connection:
        view = await load_case(connection, person, number)
    files = await _read(file or [])

    async def work(act_id: UUID) -> Response:
        outcome = await hand_in(means, person, view, part, files, act_id)
        return after(view, outcome, "supplemented")

    try:
        return await page_once(person, work, token or new_token())
    except Problem as problem:
        if problem.code == "not_found":
            raise
        return await case_again(request, person, means, number, problem)
