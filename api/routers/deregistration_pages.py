"""Pages of a simple deregistration (简易注销): applying after the notice, recording what came late in writing."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from api.case_access import Number, load_case
from api.deregistrations import refuse_lapsed
from api.i18n import gettext as _
from api.problems import FieldError, Problem
from api.routers.case_pages import case_again
from api.routers.name_pages import Token, act_on_page
from api.security.current import SignedIn
from api.services import Means
from domain.public_notices import ROLES
from forms.fields import Line, Text

router = APIRouter(include_in_schema=False)


@router.post("/cases/{number}/apply")
async def apply_for_deregistration(
    request: Request, person: SignedIn, means: Means, number: Number, token: Token = ""
) -> Response:
    """The entity applies; the case then says that it is checked again."""
    try:
        async with means.engine.connect() as connection:
            refuse_lapsed(await load_case(connection, person, number))
    except Problem as problem:
        if problem.code == "not_found":
            raise
        return await case_again(request, person, means, number, problem)
    return await act_on_page(request, person, means, number, "apply", {}, token, "applied")


@router.post("/cases/{number}/late-objections")
async def note_late_objection(
    request: Request,
    person: SignedIn,
    means: Means,
    number: Number,
    token: Token = "",
    name: Annotated[Line, Form(max_length=200)] = "",
    role: Annotated[str, Form(max_length=10)] = "",
    reason: Annotated[Text, Form(max_length=2000)] = "",
) -> Response:
    """An officer records a written objection that came after the period."""
    wrong = []
    if not name.strip():
        wrong.append(FieldError(_("请写明提出异议的人"), "/name"))
    if role not in ROLES:
        wrong.append(FieldError(_("请选择异议人与这件事的关系"), "/role"))
    if not reason.strip():
        wrong.append(FieldError(_("请写明异议的事实和理由"), "/reason"))
    if wrong:
        problem = Problem("invalid_input", errors=wrong)
        return await case_again(request, person, means, number, problem)
    data = {"name": name.strip(), "role": role, "reason": reason.strip()}
    return await act_on_page(
        request, person, means, number, "note_objection", data, token, "objection_noted"
    )
