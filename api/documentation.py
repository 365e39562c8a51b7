"""How routes document what they refuse: every status with its problem types (RFC 9457)."""

from collections import defaultdict
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from api.problems import problem_type


class ProblemError(BaseModel):
    """What is wrong with one value: a JSON Pointer into the body, or the parameter's name."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None


class ProblemDocument(BaseModel):
    """A request that was not carried out. Branch on `code`; it never changes."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["/problems/invalid_input"])
    title: str
    status: int
    code: str
    detail: str
    instance: str
    request_id: str
    errors: list[ProblemError] | None = None


ALWAYS = ("bad_request", "too_many_requests", "internal_error", "unavailable")
# What any route with a body may answer before it reads one.
WITH_BODY = ("too_large", "invalid_input")
# An act that is durable while its effect cannot be read yet.
RECEIVED: dict[int | str, dict[str, Any]] = {
    202: {"description": "received: durable, on its way; ask `act_url`"}
}
SIGNED_IN = ("sign_in_required", "forged_request", "password_change_required", "not_permitted")
# An act on a case as a whole (`api.routers.case_acts.act_on_case`).
CASE_ACT = (
    *SIGNED_IN,
    *WITH_BODY,
    "not_found",
    "not_accepted_now",
    "case_closed",
    "wrong_role",
    "idempotency_key_reused",
    "request_in_progress",
)
# One whose answers the case itself judges.
ANSWERED_ACT = (*CASE_ACT, "invalid_answers")


def refusals(*codes: str) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route: these codes and those that any route may answer with."""
    by_status: dict[int, list[str]] = defaultdict(list)
    for code in (*codes, *ALWAYS):
        by_status[int(problem_type(code).status)].append(code)
    return {
        status: {
            "model": ProblemDocument,
            "description": "; ".join(sorted(set(names))),
            "content": {
                "application/problem+json": {
                    "example": {
                        "type": f"/problems/{names[0]}",
                        "title": problem_type(names[0]).title,
                        "status": status,
                        "code": names[0],
                        "detail": problem_type(names[0]).advice or problem_type(names[0]).title,
                        "instance": "/api/v1/…",
                        "request_id": "0f2c9a7b61d84e5c",
                    }
                }
            },
        }
        for status, names in sorted(by_status.items())
    }
