"""Idempotency-Key (IETF draft 07): the same key and body get the same answer, another body is refused.

    @router.post("/api/v1/…")
    async def complete(request: Request, person: Staff, means: Means, key: Key, …) -> Response:
        async def work(act_id: UUID) -> JSONResponse:
            outcome = await means.acts.perform(Draft(act_id=act_id, …))
            return JSONResponse(…)
        return await act_once(request, person, means, key, work)

The act's id is derived from person and key, so that a call repeated after a crash is the same act even where
its answer was never kept. A refused call leaves its key free: nothing was changed, the corrected body may use it.
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


async def act_once(
    request: Request, person: Person, means: Services, key: str, work: Work
) -> Response:
    """The answer of `work`, which does one act under the id it is given, or changes a claim.

    Nothing is written before it: a call that comes again beside the first, through another process or after
    a crash, does the same act, and a claim is held against its version.

    Raises:
        Problem: idempotency_key_reused, request_in_progress.
    """
    asked = await request_digest(request)
    name = (str(person.id), key)
    kept = means.answers.get(name) or request.state.kept
    if kept is not None:
        return _again(means, name, kept, asked)
    if name in means.under_way:
        raise _not_now(means.under_way[name], asked)
    means.under_way[name] = asked
    try:
        response = await work(act_id_of(person, key))
    except ActConflict as conflict:
        raise Problem("idempotency_key_reused") from conflict
    finally:
        del means.under_way[name]
    if response.status_code < 400:
        _keep(means, name, asked, response)
    return response


async def once(
    request: Request,
    person: Person,
    means: Services,
    key: str,
    work: Work,
    *,
    digest: str | None = None,
) -> Response:
    """The answer of `work`, done at most once for (person, key): the key is reserved before it.

    Args:
        work: does what was asked under the given id and answers; whatever it raises frees the key.
        digest: of what the caller asked, where the raw body says it badly (multipart boundaries).

    Raises:
        Problem: idempotency_key_reused, request_in_progress.
    """
    asked = digest or await request_digest(request)
    name = (str(person.id), key)
    # Of an act under the same key there may be no row yet.
    if name in means.under_way:
        raise _not_now(means.under_way[name], asked)
    kept = means.answers.get(name) or await idempotency.reserve(means.engine, *name, asked)
    if kept is not None:
        return _again(means, name, kept, asked)
    try:
        response = await work(act_id_of(person, key))
    except ActConflict as conflict:
        await idempotency.free(means.engine, *name)
        raise Problem("idempotency_key_reused") from conflict
    except BaseException:
        await idempotency.free(means.engine, *name)
        raise
    if response.status_code >= 400:
        await idempotency.free(means.engine, *name)
        return response
    _keep(means, name, asked, response)
    return response


def _not_now(digest: str, asked: str) -> Problem:
    if digest != asked:
        return Problem("idempotency_key_reused")
    return Problem("request_in_progress", retry_after=2)


def _again(means: Services, name: tuple[str, str], kept: idempotency.Kept, asked: str) -> Response:
    """The first call's answer. Raises Problem as `once`."""
    if kept.digest != asked or kept.status is None or kept.answer is None:
        raise _not_now(kept.digest, asked)
    known = {"Location": kept.location, "ETag": kept.etag}
    return Response(
        means.keys.installation.open(kept.answer, _aad(name)),
        kept.status,
        headers={REPLAYED: "true"} | {name: value for name, value in known.items() if value},
        media_type="application/json",
    )


def _keep(means: Services, name: tuple[str, str], asked: str, response: Response) -> None:
    # Answers may hold personal data: kept sealed, like everything else.
    sealed = means.keys.installation.seal(bytes(response.body), _aad(name))
    told = response.headers
    done = idempotency.Kept(
        asked, response.status_code, sealed, told.get("location"), told.get("etag")
    )
    means.answers.add(name, done)


def _aad(name: tuple[str, str]) -> bytes:
    return AAD + ":".join(name).encode()


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
