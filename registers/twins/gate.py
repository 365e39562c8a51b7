"""The door of every register route: who calls, is the body the one that was hashed, which fault strikes."""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Header, Request, Security
from fastapi.responses import JSONResponse, Response
from fastapi.security import APIKeyHeader
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from starlette.types import ASGIApp, Receive, Scope, Send

from registers.client import CONTENT_CAP, JSON_CAP, hmac_credential
from registers.messages import Effect, Key, Message, Register, Sha256, sha256_hex
from registers.twins.database import app_now, one, try_lock
from registers.twins.faults import REQUEST_KINDS, Hit, after, before, draw
from registers.twins.problems import Refused, problem_body, problem_response
from registers.twins.schema import answers, effects
from registers.twins.settings import TwinSettings

A = TypeVar("A", bound=Message)
E = TypeVar("E", bound=Effect[Any])

_credential = APIKeyHeader(
    name="Authorization",
    scheme_name="registerKey",
    description="`Bearer <key>` or `HMAC-SHA256 <hex>`",
    auto_error=False,
)


@dataclass(frozen=True)
class Call:
    """One admitted request to a register."""

    register: Register
    operation: str
    key: str
    request_hash: str
    engine: AsyncEngine
    settings: TwinSettings
    hits: tuple[Hit, ...]

    def answer(self, result: Message, key: str | None = None) -> Response:
        """The envelope around an answer without effect."""
        return after(self.hits, JSONResponse(self.envelope(result, key)))

    def envelope(self, result: Message, key: str | None) -> dict[str, Any]:
        return {
            "request_id": key,
            "request_hash": self.request_hash,
            "result": result.model_dump(mode="json"),
        }


class SizeLimit:
    """Refuses what is too large, or does not say how large it is, before a byte of it is read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in ("POST", "PUT", "PATCH"):
            request = Request(scope)
            length = request.headers.get("content-length", "")
            cap = CONTENT_CAP if "/contents/" in scope["path"] else JSON_CAP
            response: Response | None = None
            if not length.isascii() or not length.isdigit():
                response = problem_response(request, 411, "length_required", "请求须注明长度")
            elif int(length[:12]) > cap or len(length) > 12:
                response = problem_response(request, 413, "too_large", "请求超过允许的大小")
            if response is not None:
                await response(scope, receive, send)
                return
        await self._app(scope, receive, send)


async def _admit(
    request: Request,
    register: Register,
    operation: str,
    key: str,
    request_hash: str,
    credential: str | None,
) -> Call:
    settings: TwinSettings = request.app.state.settings
    engine: AsyncEngine = request.app.state.engine
    scheme, _, offered = (credential or "").partition(" ")
    secret = settings.api_keys[register]
    path = request.scope["raw_path"].decode("ascii")
    if request.url.query:
        path += f"?{request.url.query}"
    expected = {
        "Bearer": secret,
        "HMAC-SHA256": hmac_credential(secret, request.method, path, key, request_hash),
    }.get(scheme)
    if expected is None or not hmac.compare_digest(offered.encode(), expected.encode()):
        raise Refused("unauthenticated", "凭据无效", status=401)
    if sha256_hex(await request.body()) != request_hash:
        raise Refused("hash_mismatch", "请求摘要与内容不符", status=400)
    async with engine.begin() as connection:
        hits = await draw(connection, register, operation, REQUEST_KINDS)
    await before(hits)
    return Call(register, operation, key, request_hash, engine, settings, tuple(hits))


HashHeader = Annotated[
    Sha256, Header(alias="X-Request-Hash", description="SHA-256 of the body's bytes, hex")
]
KeyHeader = Annotated[Key, Header(alias="Idempotency-Key")]


def reads(register: Register, operation: str) -> Callable[..., Awaitable[Call]]:
    """Dependency of a route without effect."""

    async def admit(
        request: Request,
        x_request_hash: HashHeader,
        authorization: Annotated[str | None, Security(_credential)],
    ) -> Call:
        return await _admit(request, register, operation, "", x_request_hash, authorization)

    return admit


def changes(register: Register, operation: str) -> Callable[..., Awaitable[Call]]:
    """Dependency of a route with an effect: the key is required."""

    async def admit(
        request: Request,
        idempotency_key: KeyHeader,
        x_request_hash: HashHeader,
        authorization: Annotated[str | None, Security(_credential)],
    ) -> Call:
        return await _admit(
            request, register, operation, idempotency_key, x_request_hash, authorization
        )

    return admit


async def perform(
    call: Call, effect: E, rule: Callable[[AsyncConnection, Call, E], Awaitable[Message]]
) -> Response:
    """Do an effect once per key: the answer is stored in the transaction of the effect.

    Same key and body: the stored answer. Same key, other body: 422. Still running: 409. A refusal by a rule
    is an answer too, and stored; what it had begun is rolled back.
    """
    async with call.engine.begin() as connection:
        if not await try_lock(connection, f"{call.register.value}:{call.key}"):
            raise Refused("in_progress", "同一请求正在办理", status=409)
        stored = await one(
            connection,
            select(answers).where(
                answers.c.register == call.register.value, answers.c.key == call.key
            ),
        )
        if stored is None:
            status, body = await _first(connection, call, effect, rule)
        elif stored["request_hash"] != call.request_hash:
            raise Refused("key_reused", "同一编号已用于另一请求")
        else:
            status, body = stored["status"], stored["body"]
    return after(call.hits, stored_response(status, body))


async def _first(
    connection: AsyncConnection,
    call: Call,
    effect: E,
    rule: Callable[[AsyncConnection, Call, E], Awaitable[Message]],
) -> tuple[int, dict[str, Any]]:
    now = await app_now(connection)
    try:
        async with connection.begin_nested():
            answer = await rule(connection, call, effect)
    except Refused as refusal:
        if refusal.status != 422:
            raise
        status = 422
        body = problem_body(422, refusal.code, refusal.detail, call.request_hash)
    else:
        status, body = 200, call.envelope(answer, call.key)
        await record(
            connection,
            call.register,
            call.operation,
            key=call.key,
            case_ref=effect.case_ref,
            request_hash=call.request_hash,
            result=answer.model_dump(mode="json", exclude={"link", "case_ref"}),
        )
    await connection.execute(
        insert(answers).values(
            register=call.register.value,
            key=call.key,
            operation=call.operation,
            request_hash=call.request_hash,
            status=status,
            body=body,
            answered_at=now,
        )
    )
    return status, body


async def record(
    connection: AsyncConnection,
    register: Register,
    operation: str,
    *,
    key: str,
    case_ref: str,
    request_hash: str,
    result: dict[str, Any],
) -> None:
    """Write the register's own list of what came to be."""
    await connection.execute(
        insert(effects).values(
            register=register.value,
            operation=operation,
            key=key,
            case_ref=case_ref,
            request_hash=request_hash,
            result=result,
            committed_at=await app_now(connection),
        )
    )


async def stored_answer(call: Call, key: str) -> Response:
    """What the register answered to `key`, for the caller who lost it."""
    async with call.engine.begin() as connection:
        stored = await one(
            connection,
            select(answers).where(answers.c.register == call.register.value, answers.c.key == key),
        )
        if stored is None:
            if not await try_lock(connection, f"{call.register.value}:{key}"):
                raise Refused("in_progress", "同一请求正在办理", status=409)
            raise Refused("request_unknown", "没有收到过此请求", status=404)
    return after(call.hits, stored_response(stored["status"], stored["body"]))


def stored_response(status: int, body: dict[str, Any]) -> JSONResponse:
    media_type = "application/json" if status == 200 else "application/problem+json"
    return JSONResponse(body, status, media_type=media_type)
