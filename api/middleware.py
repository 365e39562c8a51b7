"""What happens to every request before a route sees it and to every answer before it leaves.

Pure ASGI, outermost first: Envelope (request id, headers, unexpected errors), Language, Door (host, scheme,
address), Body (size, encoding, forbidden characters).
"""

import re
import traceback
import uuid
from typing import Final

import structlog
from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import i18n
from api.error_pages import answer
from api.problems import Problem
from api.security.headers import add_security_headers
from api.security.settings import SecuritySettings
from api.text_guard import check_json, check_urlencoded

MAX_TEXT_BODY: Final = 1_000_000
# A file of 10 MB (the rule people are told) with its envelope.
MAX_UPLOAD_BODY: Final = 12_000_000
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")
_log: Final = structlog.get_logger("api")


class Envelope:
    """Gives the request its id, the answer its headers, and an unexpected error a page without a stack."""

    def __init__(self, app: ASGIApp, settings: SecuritySettings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                add_security_headers(scope, headers, self.settings)
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except Exception as error:
            # Places only: messages and local variables may hold anybody's personal data.
            _log.error(
                "unexpected error",
                request_id=request_id,
                error=type(error).__name__,
                trace="".join(traceback.format_tb(error.__traceback__)),
            )
            if started:
                # Half an answer is out: the connection must break, or it would look complete.
                raise
            response = answer(Request(scope), Problem("internal_error"))
            await response(scope, receive, sending)


class Language:
    """Sets the language: the reader's choice (cookie); for programs, Accept-Language."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope)
            chosen = i18n.language_of(request.cookies.get("lang"))
            if chosen is None and scope["path"].startswith("/api/"):
                first = request.headers.get("accept-language", "").split(",")[0].split("-")[0]
                chosen = i18n.language_of(first.strip().lower())
            i18n.use(chosen or i18n.DEFAULT)
        await self.app(scope, receive, send)


class Door:
    """Turns away foreign host names, plain http in production, and addresses that are not text."""

    def __init__(self, app: ASGIApp, settings: SecuritySettings) -> None:
        self.app = app
        self.settings = settings

    def _check(self, scope: Scope) -> None:
        hosts = Headers(scope=scope).getlist("host")
        name = re.sub(r":\d{1,5}$", "", hosts[0]).lower() if len(hosts) == 1 else ""
        if name not in self.settings.hosts:
            raise Problem("unknown_host")
        if self.settings.environment == "production" and scope["scheme"] != "https":
            raise Problem("https_required")
        if b"%00" in scope.get("raw_path", b"") or "\x00" in scope["path"]:
            raise Problem("not_found")
        check_urlencoded(scope["query_string"], body=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                self._check(scope)
            except Problem as problem:
                await answer(Request(scope), problem)(scope, receive, send)
                return
        await self.app(scope, receive, send)


class Body:
    """Bounds every body; reads texts whole and refuses what could not be stored."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        kind = headers.get("content-type", "").split(";")[0].strip().lower()
        limit = MAX_UPLOAD_BODY if kind == "multipart/form-data" else MAX_TEXT_BODY
        declared = headers.get("content-length", "")
        try:
            if declared.isdigit() and int(declared[:20]) > limit:
                raise Problem("too_large")
            if kind == "multipart/form-data":
                receive = _counted(receive, limit)
            else:
                body = await _whole(receive, limit)
                if kind == "application/json" or kind.endswith("+json"):
                    check_json(body)
                elif kind == "application/x-www-form-urlencoded":
                    check_urlencoded(body, body=True)
                receive = _replayed(body, receive)
        except Problem as problem:
            await answer(Request(scope), problem)(scope, receive, send)
            return
        await self.app(scope, receive, send)


async def _whole(receive: Receive, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Problem("bad_request")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            raise Problem("too_large")
        if not message.get("more_body", False):
            return b"".join(parts)


def _replayed(body: bytes, receive: Receive) -> Receive:
    waiting = True

    async def replay() -> Message:
        nonlocal waiting
        if waiting:
            waiting = False
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return replay


def _counted(receive: Receive, limit: int) -> Receive:
    size = 0

    async def counting() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            # The framework passes its own exception through where it would turn ours into "cannot parse".
            raise HTTPException(413)
        return message

    return counting
