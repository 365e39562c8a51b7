"""A part of an opening (企业开办“一次办”) that was not done: its applicant sets right what was wrong; over REST and on the page."""

from typing import Annotated

from fastapi import APIRouter, Body, Request
from pydantic import ValidationError
from starlette.responses import Response

from api.case_access import Number, load_case
from api.documentation import ANSWERED_ACT, RECEIVED, refusals
from api.i18n import gettext as _
from api.idempotency import Key
from api.routers.case_acts import act_on_case
from api.routers.case_pages import case_to_correct
from api.routers.name_pages import act_on_page
from api.security.current import SignedIn
from api.services import Means
from api.views import decisions, shapes
from forms.startup_part import PartCorrection

router = APIRouter(tags=["cases"])


@router.post(
    "/api/v1/cases/{number}/part-corrections",
    operation_id="correctPart",
    response_model=shapes.ActOutcome,
    responses=RECEIVED | refusals(*ANSWERED_ACT),
)
async def correct_part(
    request: Request,
    person: SignedIn,
    means: Means,
    key: Key,
    number: Number,
    wanted: Annotated[PartCorrection, Body()],
) -> Response:
    """Only what this part needs, and only what is different: the part is handed in to its office again at once."""
    data = wanted.corrected
    return await act_on_case(request, person, means, key, number, "correct_part", data)


@router.post("/cases/{number}/correct-part", include_in_schema=False)
async def correct_part_page(
    request: Request, person: SignedIn, means: Means, number: Number
) -> Response:
    """The same from the part's page; what was typed stays where it was wrong."""
    async with means.engine.connect() as connection:
        await load_case(connection, person, number)
    form = await request.form(max_fields=40)
    sent = decisions.sent_answers(PartCorrection, form)
    errors: dict[str, str] = {}
    try:
        data = PartCorrection.model_validate(sent).corrected
    except ValidationError as error:
        errors = decisions.field_messages(PartCorrection, list(error.errors()))
    else:
        if not data:
            errors = {"": _("请填写要更正的内容")}
    if errors:
        return await case_to_correct(request, person, means, number, sent, errors)
    token = str(form.get("token") or "")
    return await act_on_page(
        request, person, means, number, "correct_part", data, token, "corrected"
    )
