"""REST: the document of a plan's draw (双随机抽取), for the officers who keep and publish it."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from api.case_access import Number, load_case
from api.documentation import SIGNED_IN, refusals
from api.downloads import attachment
from api.problems import Problem
from api.security.current import Staff
from api.services import Means
from domain.random_draw import FORMAT
from forms.double_random_draw import PublicValue, draw_file
from forms.double_random_inspection import Application
from storage import submissions

router = APIRouter(prefix="/api/v1/cases", tags=["cases"])
_FIELDS = frozenset(PublicValue.model_fields)
DOCUMENT: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"application/json": {"schema": {"type": "object"}}},
        "description": f"the document `{FORMAT}`, as `banjian draw verify` reads it",
    }
}


@router.get(
    "/{number}/draw",
    operation_id="downloadDraw",
    response_class=Response,
    responses=DOCUMENT | refusals(*SIGNED_IN, "not_found", "invalid_input"),
)
async def download_draw(person: Staff, means: Means, number: Number) -> Response:
    """The draw of a plan: its lists, the public value and what came of it; the same bytes at every download.

    Its SHA-256 is on the board from the day of the draw. Whom it names is public once the checks are made.
    """
    view = await load_case(means.engine, person, number)
    kept = view.case.decision.get("draw")
    if not kept:
        raise Problem("not_found")
    async with means.engine.connect() as connection:
        _row, answers = await submissions.newest(connection, means.keys, view.case.case_id)
    # Of a draw from before they were asked for, issue and reason are not on record.
    said = PublicValue.model_validate({key: kept[key] for key in _FIELDS & kept.keys()})
    content = draw_file(view.number, Application.model_validate(answers), said)
    return attachment(content, name=f"{view.number}-draw.json", media_type="application/json")
