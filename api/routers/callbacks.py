"""REST: answers of registers. Believed when signed, bound to our own request, and taken once."""

import json
from typing import Annotated, Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import JSONResponse, Response

from api.acts import Draft
from api.documentation import RECEIVED, WITH_BODY, refusals
from api.problems import Problem
from api.security.current import Anyone
from api.services import Means, Services
from api.views import shapes
from domain.contracts import Actor
from domain.refusals import Refusal, Refused
from registers.callbacks import BODY_CAP, RegisterCallback, verify_callback
from registers.errors import CallbackRejected
from storage import acts, cases
from storage.tables import EffectRow

router = APIRouter(prefix="/api/v1/registry-callbacks", tags=["registers"])

RETRY: Final = 5


def act_id_of(register: str, message_id: str) -> UUID:
    """The same message is the same act, however often it is delivered."""
    return uuid5(uuid5(NAMESPACE_URL, f"banjian:register:{register}"), message_id)


@router.post(
    "/{register}",
    operation_id="receiveRegistryCallback",
    response_model=shapes.CallbackTaken,
    responses=RECEIVED
    | refusals(*WITH_BODY, "not_found", "forged_request", "unknown_callback", "case_closed"),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"type": "object"}}},
        }
    },
)
async def receive(
    request: Request,
    visitor: Anyone,
    means: Means,
    register: Annotated[str, Field(max_length=32)],
) -> Response:
    """Standard Webhooks headers over the raw body; `request_id` and `request_hash` are those of our request."""
    secret = means.callback_secrets.get(register)
    if secret is None:
        raise Problem("not_found")
    body = await request.body()
    if len(body) > BODY_CAP:
        raise Problem("too_large")
    try:
        callback = verify_callback(_headers(request), body, secret, visitor.now)
    except CallbackRejected as rejected:
        raise Problem("forged_request", str(rejected)) from rejected
    act_id = act_id_of(register, callback.message_id)
    effect = await _bound(means, register, callback, act_id)
    draft = Draft(
        act_id,
        effect.case_id,
        "callback",
        Actor(person_id=register, roles=["register"]),
        {
            "request_id": callback.request_id,
            "request_hash": callback.request_hash,
            "outcome": callback.outcome,
            "payload": json.loads(json.dumps(callback.payload)),
        },
    )
    try:
        outcome = await means.acts.perform(draft)
    except acts.ActConflict as conflict:
        raise Problem(Refusal.UNKNOWN_CALLBACK.value) from conflict
    status = 200 if outcome.state == "applied" else 202
    return JSONResponse({"act_id": str(act_id), "state": outcome.state}, status)


def _headers(request: Request) -> dict[str, str]:
    """The headers; one given twice is refused by joining its values to what no signature matches."""
    found: dict[str, str] = {}
    for name, value in request.headers.items():
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


async def _bound(
    means: Services, register: str, callback: RegisterCallback, act_id: UUID
) -> EffectRow:
    """Our own call that this answers.

    Raises:
        Problem: unavailable while our record of the call, or the case's, is not there yet (the register
            sends again); unknown_callback where no call of ours waits for this answer.
    """
    async with means.engine.connect() as connection:
        effect = await cases.effect_of_request(
            connection, register, callback.request_id, callback.request_hash
        )
        if effect is None or _of_another_case(callback, effect):
            raise Refused(Refusal.UNKNOWN_CALLBACK)
        known = await acts.find(connection, act_id)
        if known is not None:
            return effect
        case = await cases.find(connection, str(effect.case_id))
    if effect.state == "intent":
        raise Problem("unavailable", retry_after=RETRY)
    if effect.state != "waiting" or (case is not None and case.closed_at is not None):
        raise Refused(Refusal.UNKNOWN_CALLBACK)
    if case is None or not _waits(case.waiting, effect):
        # The call is known but the case has not said so: an act now would be refused for good.
        raise Problem("unavailable", retry_after=RETRY)
    return effect


def _of_another_case(callback: RegisterCallback, effect: EffectRow) -> bool:
    """Bound to our call, yet about another case: the register mixed up its files, and says so itself."""
    ours = str(effect.case_id)
    return bool(callback.payload.get("case_ref", ours) != ours)


def _waits(waiting: list[Any], effect: EffectRow) -> bool:
    return any(w["kind"] == effect.kind and w["seq"] == effect.seq for w in waiting)
