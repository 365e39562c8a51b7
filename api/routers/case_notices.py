"""REST: what a case has announced, and what was said to it, for those who may see the case."""

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from api.case_access import Number, load_case
from api.documentation import SIGNED_IN, refusals
from api.security.current import SignedIn
from api.services import Means
from api.views import notice_shapes as shapes
from api.views.case_notices import notices_of

router = APIRouter(prefix="/api/v1/cases", tags=["cases"])


@router.get(
    "/{number}/notices",
    operation_id="listCaseNotices",
    response_model=shapes.CaseNoticeList,
    responses=refusals(*SIGNED_IN, "not_found", "invalid_input"),
)
async def case_notices(person: SignedIn, means: Means, number: Number) -> Response:
    """The public notices of the case, the latest first."""
    view = await load_case(means.engine, person, number)
    found = await notices_of(means.engine, view)
    return JSONResponse({"items": [notice.to_json() for notice in found.notices]})


@router.get(
    "/{number}/objections",
    operation_id="listCaseObjections",
    response_model=shapes.ObjectionList,
    responses=refusals(*SIGNED_IN, "not_found", "invalid_input"),
)
async def case_objections(person: SignedIn, means: Means, number: Number) -> Response:
    """Objections and claims received in time; who said what is for officers alone."""
    view = await load_case(means.engine, person, number)
    found = await notices_of(means.engine, view)
    return JSONResponse({"items": [said.to_json() for said in found.stated]})
