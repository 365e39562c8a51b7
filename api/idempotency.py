"""Idempotency-Key (IETF draft 07): the same key and body get the same answer, another body is refused.

    @router.post("/api/v1/…")
    async def complete(request: Request, person: Staff, means: Means, key: Key, …) -> Response:
        async def work(act_id: UUID) -> JSONResponse:
            outcome = await means.acts.perform(Draft(act_id=act_id, …))
            return JSONResponse(…)
        return await once(request, person, means, key, work)

The act's id is derived from person and key, so that a call repeated after a crash is the same act even where
its answer was never kept. A refused call frees its key: nothing was changed, the corrected body may use it.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID, uuid5

from fastapi import Header, Request
from starlette.responses import Response

from api.problems import Problem
from api.security.person import Person
from api.services import Services
from storage import idempotency
from storage.acts import ActConflict

AAD = b"banjian/answer/1:"
_NAMESPACE = UUID("6d1ff1c6-0f6b-5a52-9f3c-3a5d9c1b7e51")
REPLAYED = "Idempotency-Replayed"

Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=128,
        pattern=r"^[\x21-\x7e]+$",
        description="Chosen by the caller, once per act: a repeated call gets the first one's answer.",
        examples=["b7c2f6a0-5d0e-4c3f-9a51-1f2e3d4c5b6a"],
    ),
]
Work = Callable[[UUID], Awaitable[Response]]


def act_id_of(person: Person, key: str) -> UUID:
    """The id of the act that this person does under this key."""
    return uuid5(_NAMESPACE, f"{person.id}:{key}")


async def request_digest(request: Request) -> str:
    """What the caller asked: method, address and body (JSON in one canonical spelling)."""
    body = await request.body()
    if "json" in request.headers.get("content-type", "") and body:
        body = json.dumps(
            json.loads(body), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        ).encode()
    asked = f"{request.method} {request.url.path}\n".encode() + body
    return hashlib.sha256(asked).hexdigest()


async def once(
    request: Request,
    person: Person,
    means: Services,
    key: str,
    work: Work,
    *,
    digest: str | None = None,
) -> Response:
    """The answer of `work`, done at most once for (person, key).

    Args:
        work: does the act under the given id and answers; whatever it raises frees the key.
        digest: of what the caller asked, where the raw body says it badly (multipart boundaries).

    Raises:
        Problem: idempotency_key_reused, request_in_progress.
    """
    asked = digest or await request_digest(request)
    owner = str(person.id)
    kept = await idempotency.reserve(means.engine, owner, key, asked)
    aad = AAD + f"{owner}:{key}".encode()
    if kept is not None:
        if kept.status is None:
            kept = means.answers.get((owner, key)) or kept
        if kept.digest != asked:
            raise Problem("idempotency_key_reused")
        if kept.status is None or kept.answer is None:
            raise Problem("request_in_progress", retry_after=2)
        known = {"Location": kept.location, "ETag": kept.etag}
        headers = {REPLAYED: "true"} | {name: value for name, value in known.items() if value}
        return Response(
            means.keys.installation.open(kept.answer, aad),
            kept.status,
            headers=headers,
            media_type="application/json",
        )
    try:
        response = await work(act_id_of(person, key))
    except ActConflict as conflict:
        await idempotency.free(means.engine, owner, key)
        raise Problem("idempotency_key_reused") from conflict
    except BaseException:
        await idempotency.free(means.engine, owner, key)
        raise
    if response.status_code >= 400:
        await idempotency.free(means.engine, owner, key)
        return response
    # Answers may hold personal data: kept sealed, like everything else.
    sealed = means.keys.installation.seal(bytes(response.body), aad)
    told = response.headers
    done = idempotency.Kept(
        asked, response.status_code, sealed, told.get("location"), told.get("etag")
    )
    means.answers.add((owner, key), done)
    return response


async def page_once(person: Person, work: Work, token: str) -> Response:
    """The same for a form of a page, whose hidden `token` stands for the key: a double click is one act.

    The act itself is what is done once; its page is simply shown again.

    Raises:
        Problem: idempotency_key_reused.
    """
    try:
        return await work(act_id_of(person, f"page:{token}"))
    except ActConflict as conflict:
        raise Problem("idempotency_key_reused") from conflict
