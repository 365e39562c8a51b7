"""Pages of licence items (证照分离): the applicant answers what is asked, and reports what was put right."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from api.case_access import Number, load_case
from api.i18n import gettext as _
from api.problems import FieldError, Problem
from api.routers.case_pages import case_again
from api.routers.name_pages import Token, act_on_page
from api.security.current import SignedIn
from api.services import Means
from api.views.related import related_of
from forms.fields import Text

router = APIRouter(include_in_schema=False)
Statement = Annotated[Text, Form(max_length=2000)]
ANSWERS = {"yes": True, "no": False}


@router.post("/cases/{number}/licence-conditions")
async def answer_conditions(
    request: Request, person: SignedIn, means: Means, number: Number, token: Token = ""
) -> Response:
    """Only what the page asked is read; what was left open is asked again."""
    async with means.engine.connect() as connection:
        related = await related_of(connection, await load_case(connection, person, number))
    form = await request.form(max_fields=300)
    answers = {
        line.row.id: ANSWERS[str(form.get(line.row.id))]
        for line in related.asked
        if form.get(line.row.id) in ANSWERS
    }
    if not answers:
        wrong = FieldError(_("请至少回答一项是否涉及"), "/answers")
        problem = Problem("invalid_input", errors=[wrong])
        return await case_again(request, person, means, number, problem)
    data = {"answers": answers}
    return await act_on_page(
        request, person, means, number, "answer_conditions", data, token, "answered"
    )


@router.post("/cases/{number}/rectified")
async def report_rectified(
    request: Request,
    person: SignedIn,
    means: Means,
    number: Number,
    token: Token = "",
    statement: Statement = "",
) -> Response:
    """What was put right; the department verifies again."""
    if not statement.strip():
        wrong = FieldError(_("请写明整改了什么"), "/statement")
        problem = Problem("invalid_input", errors=[wrong])
        return await case_again(request, person, means, number, problem)
    data = {"statement": statement.strip()}
    return await act_on_page(
        request, person, means, number, "report_rectified", data, token, "rectified"
    )
