"""What every declared access does for its route, and who it lets in."""

import re
from typing import Final

from fastapi import Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.openapi.models import HTTPBearer as HTTPBearerModel
from fastapi.routing import APIRoute
from fastapi.security.base import SecurityBase

from api.database import engine_of
from api.problems import FieldError, Problem
from api.security import csrf, sessions
from api.security.person import Person, Visitor
from api.text_guard import check_form
from domain.roles import Role
from storage import accounts
from storage.prepared import Together

API_PREFIX: Final = "/api/"
_BEARER: Final = "bearer "
KEY: Final = re.compile(r"[\x21-\x7e]{8,128}")


def is_api(request: Request) -> bool:
    """Whether the request is a program's (REST), not a page's."""
    return request.url.path.startswith(API_PREFIX)


def key_of(request: Request) -> str | None:
    """The idempotency key of a call that has one as it must be; a route that asks for it refuses any other."""
    key = request.headers.get("idempotency-key")
    return key if key is not None and KEY.fullmatch(key) else None


async def look_up(request: Request, beside: Together | None = None) -> None:
    """Sets `state.person` and `state.now` once per request, and what `sessions.load` sets."""
    if hasattr(request.state, "person"):
        return
    settings = request.app.state.security
    authorization = request.headers.get("authorization")
    token = request.cookies.get(settings.session_cookie)
    person: Person | None = None
    engine = engine_of(request)
    key = key_of(request)
    if authorization is not None:
        if not authorization.lower().startswith(_BEARER):
            raise Problem("sign_in_required")
        bearer = authorization[len(_BEARER) :].strip()
        person = await sessions.load(engine, request, bearer, "bearer", key, beside)
    elif token:
        person = await sessions.load(engine, request, token, "browser", key, beside)
    now = person.now if person else await accounts.current_instant(engine)
    if authorization is not None and person is None:
        raise Problem("sign_in_required")
    request.state.person, request.state.now = person, now


def _query_names(route: APIRoute) -> frozenset[str]:
    return frozenset(
        parameter.alias
        for parameter in get_flat_params(route.dependant)
        if getattr(parameter.field_info, "in_", None) is not None
        and parameter.field_info.in_.value == "query"  # type: ignore[attr-defined]  # params only
    )


def check_query(request: Request) -> None:
    """Refuses query parameters that the route does not declare: a misspelt filter must not mean "all".

    Raises:
        Problem: unknown_query_parameter.
    """
    route = request.scope.get("route")
    if not isinstance(route, APIRoute) or not request.query_params:
        return
    unknown = sorted(set(request.query_params) - _query_names(route))
    if unknown:
        raise Problem(
            "unknown_query_parameter",
            errors=[FieldError("", parameter=name[:64]) for name in unknown[:20]],
        )


class Access:
    """Base of all access declarations. Subclasses say who; this class does what every route needs."""

    beside: Together | None = None

    def __init__(self, describe: str, *, one_time: bool = False) -> None:
        """`one_time`: open also to somebody who still has to change a one-time password."""
        self.describe = describe
        self.one_time = one_time

    async def guard(self, request: Request) -> Person | None:
        """The person, after the checks that hold for everybody."""
        if is_api(request):
            check_query(request)
        if request.method not in csrf.SAFE_METHODS:
            csrf.check_origin(request)
        await look_up(request, self.beside)
        person: Person | None = request.state.person
        await check_form(request)
        if request.method not in csrf.SAFE_METHODS and self._by_cookie(request, person):
            await csrf.check_token(request)
        return person

    @staticmethod
    def _by_cookie(request: Request, person: Person | None) -> bool:
        # A bearer token is never sent by a browser on its own; a guest's call to the API carries no authority.
        if person is None:
            return not is_api(request)
        return person.session.kind == "browser"


class PublicAccess(Access):
    """Everybody, signed in or not."""

    async def __call__(self, request: Request) -> Visitor:
        person = await self.guard(request)
        if person is not None and person.one_time and not self.one_time:
            # Whoever has only a one-time password sees what a stranger sees.
            person = None
        return Visitor(person, request.state.now)


class SignedInAccess(Access, SecurityBase):
    """Somebody signed in, with one of the roles where roles are named."""

    def __init__(
        self,
        describe: str,
        roles: frozenset[Role] = frozenset(),
        *,
        one_time: bool = False,
        beside: Together | None = None,
    ) -> None:
        """`beside`: what the route's address names, read with the person; its parameters are those of the path."""
        super().__init__(describe, one_time=one_time)
        self.roles = roles
        self.beside = beside
        self.model = HTTPBearerModel(description="POST /api/v1/sessions")
        self.scheme_name = "session"

    async def __call__(self, request: Request) -> Person:
        person = await self.guard(request)
        if person is None:
            raise Problem("sign_in_required")
        if person.one_time and not self.one_time:
            raise Problem("password_change_required")
        if self.roles and not person.has(*self.roles):
            # Where the address names a thing, a stranger must not learn whether it exists.
            hidden = bool(request.path_params) or not is_api(request)
            raise Problem("not_found" if hidden else "not_permitted")
        return person
