"""REST: what became of an act (design §5.1): received, applied, or refused and why."""

from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import select
from starlette.responses import JSONResponse, Response

from api.documentation import SIGNED_IN, refusals
from api.performing import seen_case
from api.problems import Problem
from api.refusal_texts import told
from api.security.current import SignedIn
from api.services import Means
from api.views import shapes
from domain.refusals import MESSAGES, Refusal
from law.zone import local
from storage.tables import ActRow

router = APIRouter(prefix="/api/v1/acts", tags=["acts"])


@router.get(
    "/{act_id}",
    operation_id="getAct",
    response_model=shapes.Act,
    responses=refusals(*SIGNED_IN, "not_found", "invalid_input"),
)
async def get_act(person: SignedIn, means: Means, act_id: UUID) -> Response:
    """One's own act, or one in a case that the caller may see."""
    table = ActRow.__table__
    async with means.engine.connect() as connection:
        row = (await connection.execute(select(table).where(table.c.id == act_id))).first()
    if row is None:
        raise Problem("not_found")
    view = await seen_case(means, person, row.case_id)
    if row.actor_id != str(person.id) and (view is None or not view.viewer.staff):
        raise Problem("not_found")
    refusal = None
    if row.state == "refused":
        refusal = {
            "code": row.refusal,
            "detail": told(row.refusal_message or MESSAGES[Refusal(row.refusal)]),
        }
    body = {
        "act_id": str(row.id),
        "kind": row.kind,
        "state": row.state,
        "received_at": local(row.received_at).isoformat(),
        "revision": row.revision,
        "refusal": refusal,
        "case_url": f"/api/v1/cases/{view.number}" if view else None,
    }
    return JSONResponse(body)
