"""REST for administrators and auditors: a case's own record beside the engine's history. Reading is logged."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import JSONResponse, Response

from api.documentation import SIGNED_IN, refusals
from api.problems import Problem
from api.security.current import has_role
from api.security.person import Person
from api.services import Means
from api.views import shapes
from domain.roles import Role
from law.zone import local
from storage import cases
from storage.audit import verify_case
from storage.projector import stored_events
from storage.tables import CaseRow

router = APIRouter(prefix="/api/v1/admin/cases", tags=["admin"])

Inspector = Annotated[Person, has_role(Role.ADMIN, Role.AUDITOR)]
Number = Annotated[str, Field(max_length=96)]
HISTORY = "engine_history"


def effect_json(effect: Any) -> dict[str, Any]:
    """A call outside; its answer stays sealed."""
    return {
        "kind": effect.kind,
        "seq": effect.seq,
        "register": effect.register_name,
        "request_id": effect.request_id,
        "state": effect.state,
        "attempts": effect.attempts,
        "last_error": effect.last_error,
        "intent_at": local(effect.intent_at).isoformat(),
        "finished_at": local(effect.finished_at).isoformat() if effect.finished_at else None,
    }


async def inspected(means: Means, person: Person, number: str) -> CaseRow:
    """The case, with a line in the access log.

    Raises:
        Problem: not_found.
    """
    async with means.engine.begin() as connection:
        case = await cases.find(connection, number)
        if case is None:
            raise Problem("not_found")
        await cases.log_access(connection, str(person.id), case.case_id, HISTORY)
    return case


@router.get(
    "/{number}/history",
    operation_id="getCaseHistory",
    response_model=shapes.CaseHistory,
    responses=refusals(*SIGNED_IN, "not_found", "invalid_input"),
)
async def case_history(person: Inspector, means: Means, number: Number) -> Response:
    """Our events with their hashes, the engine's history, open calls and the result of the proof."""
    case = await inspected(means, person, number)
    cipher = means.keys.cached(case.case_id) or await means.keys.cipher(case.case_id)
    async with means.engine.connect() as connection:
        hashes = await cases.hashes(connection, case.case_id)
        events = await stored_events(connection, case.case_id, cipher)
        effects = await cases.effects(connection, case.case_id)
        superseded = await cases.superseded(connection, case.case_id)
    verdict = await verify_case(means.engine, means.keys, case.case_id)
    body = {
        "case_id": str(case.case_id),
        "number": case.receipt_no,
        "verification": verdict.to_json(),
        "events": [
            {
                "revision": event.revision,
                "kind": event.kind,
                "at": local(event.at).isoformat(),
                "processed_at": local(event.processed_at).isoformat(),
                "actor": event.actor.person_id,
                "act_id": event.act_id,
                "hash": hashes.get(event.revision, ""),
                "data": event.data,
            }
            for event in events
        ],
        "superseded_events": superseded,
        "effects": [effect_json(effect) for effect in effects],
        "engine_history": await means.history.history(case.case_id),
    }
    return JSONResponse(body)
