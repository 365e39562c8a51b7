"""A problem as an answer: problem+json for programs, a page that says what to do for people."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final
from urllib.parse import quote, urlsplit

import structlog
from asyncpg import InterfaceError as DriverInterfaceError
from asyncpg import PostgresConnectionError
from asyncpg.exceptions import CannotConnectNowError
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response
from temporalio.service import RPCError, RPCStatusCode

from api.i18n import gettext as _
from api.problems import CODE_OF_STATUS, FieldError, Problem, from_refusal
from api.security.access import look_up
from api.templating import render
from api.validation_messages import field_errors
from domain.refusals import Refused

PROBLEM_JSON: Final = "application/problem+json"
RETRY_UNAVAILABLE: Final = 15
# The database, or the way to it.
AWAY: Final = (
    OperationalError,
    InterfaceError,
    PoolTimeoutError,
    PostgresConnectionError,
    CannotConnectNowError,
    DriverInterfaceError,
    ConnectionError,
    TimeoutError,
)
_log: Final = structlog.get_logger("api")
_ENGINE_AWAY: Final = (
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.RESOURCE_EXHAUSTED,
)


def wants_json(request: Request) -> bool:
    """Programs get JSON: everything under /api, and whoever asks for JSON rather than a page."""
    if request.url.path.startswith("/api/"):
        return True
    accept = request.headers.get("accept", "")
    return "json" in accept and "text/html" not in accept


def _document(request: Request, problem: Problem) -> dict[str, Any]:
    document: dict[str, Any] = {
        "type": f"/problems/{problem.code}",
        "title": _(problem.type.title),
        "status": int(problem.type.status),
        "code": problem.code,
        "detail": problem.detail or _(problem.type.advice),
        "instance": request.url.path[:300],
        "request_id": getattr(request.state, "request_id", ""),
    }
    if problem.errors:
        document["errors"] = [_error_member(error) for error in problem.errors]
    return document | problem.extra


def _error_member(error: FieldError) -> dict[str, str]:
    member = {"detail": error.message}
    if error.parameter:
        member["parameter"] = error.parameter
    else:
        member["pointer"] = error.pointer
    return member


def _headers(problem: Problem) -> dict[str, str]:
    headers = {}
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    if problem.type.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return headers


def own_path(text: str | None) -> str:
    """A path of this site to go on to, "/" for anything else: never an open redirect."""
    if not text or not text.startswith("/") or text.startswith("//") or len(text) > 2000:
        return "/"
    if any(ord(c) < 0x21 or c == "\\" for c in text):
        return "/"
    parts = urlsplit(text)
    return text if not parts.scheme and not parts.netloc else "/"


def _to_sign_in(request: Request) -> Response:
    here = request.url.path
    if request.method == "GET":
        here += f"?{request.url.query}" if request.url.query else ""
    else:
        # Nobody can go back to a POST: back to the page the form was on.
        referer = urlsplit(request.headers.get("referer", ""))
        here = referer.path if referer.netloc == request.headers.get("host") else "/"
    settings = request.app.state.security
    expired = "&expired=1" if settings.session_cookie in request.cookies else ""
    target = f"/sign-in?next={quote(own_path(here), safe='')}{expired}"
    response = RedirectResponse(target, status_code=303)
    response.delete_cookie(
        settings.session_cookie, secure=settings.secure, httponly=True, samesite="lax", path="/"
    )
    return response


def answer(request: Request, problem: Problem, extra: Mapping[str, str] | None = None) -> Response:
    """The response for a problem, in the form the client reads."""
    status = int(problem.type.status)
    headers = _headers(problem) | dict(extra or {})
    if wants_json(request):
        return JSONResponse(
            _document(request, problem), status, headers=headers, media_type=PROBLEM_JSON
        )
    if problem.code == "sign_in_required":
        return _to_sign_in(request)
    if problem.code == "password_change_required":
        return RedirectResponse("/account", status_code=303)
    if problem.code == "not_permitted":
        # A page that is not for this person does not exist for them.
        problem, status = Problem("not_found"), 404
    return render(request, "error.html", {"problem": problem}, status=status, headers=headers)


async def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return answer(request, error)


async def _on_refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return answer(request, from_refusal(error))


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404 and not wants_json(request):
        # No route, so nobody looked up the reader; without this, a missing page would differ from a hidden one.
        with suppress(Problem, *AWAY):
            await look_up(request)
    code = CODE_OF_STATUS.get(error.status_code)
    if code is None:
        code = "bad_request" if error.status_code < 500 else "internal_error"
    elif code == "bad_request" and request.method not in ("GET", "HEAD"):
        # The framework's only 400 on a request with a body: it could not parse it.
        code = "malformed_body"
    allow = {k: v for k, v in (error.headers or {}).items() if k.lower() == "allow"}
    return answer(request, Problem(code), allow)


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = error.errors()
    if any(item["type"] == "json_invalid" for item in errors):
        return answer(request, Problem("malformed_body"))
    return answer(request, Problem("invalid_input", errors=field_errors(errors)))


async def _on_unavailable(request: Request, error: Exception) -> Response:
    _log.warning("a part is not available", error=type(error).__name__)
    return answer(request, Problem("unavailable", retry_after=RETRY_UNAVAILABLE))


async def _on_engine(request: Request, error: Exception) -> Response:
    assert isinstance(error, RPCError)
    if error.status not in _ENGINE_AWAY:
        raise error
    return await _on_unavailable(request, error)


def install(app: FastAPI) -> None:
    """Registers the one mapping from exceptions to answers."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(Refused, _on_refused)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(RPCError, _on_engine)
    for away in AWAY:
        app.add_exception_handler(away, _on_unavailable)
