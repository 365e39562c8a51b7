"""Server-side sessions: an opaque token for the client, its digest in the table, limits on idleness and age."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from starlette.responses import Response

from api.security import csrf
from api.security.person import Person, SessionKind, SignInSession
from api.security.settings import SecuritySettings
from domain.roles import STAFF, Role
from storage import accounts
from storage.prepared import Together

_TOKEN_BYTES: Final = 32
# A write per click would cost more than the read; the idle limit is exact to this much.
_TOUCH_EVERY: Final = timedelta(seconds=60)


def digest(token: str) -> bytes:
    """What the table knows of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def limits_for(settings: SecuritySettings, roles: frozenset[Role]) -> tuple[timedelta, timedelta]:
    """(idle, absolute) limits of a sign-in; one staff role is enough for the stricter ones."""
    if roles & STAFF:
        return settings.staff_idle, settings.staff_absolute
    return settings.applicant_idle, settings.applicant_absolute


async def begin(
    db: AsyncSession,
    request: Request,
    *,
    account_id: UUID,
    roles: frozenset[Role],
    kind: SessionKind,
) -> tuple[str, datetime]:
    """A new sign-in under a new token (never one the client brought): the token and its latest end."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    _idle, absolute = limits_for(request.app.state.security, roles)
    agent = request.headers.get("user-agent", "")
    ends = await accounts.open_session(
        db,
        id_hash=digest(token),
        account_id=account_id,
        kind=kind,
        lifetime=absolute,
        csrf_secret=csrf.new_secret(),
        user_agent_hash=hashlib.sha256(agent.encode("utf-8", "replace")).digest(),
    )
    return token, ends


async def load(
    engine: AsyncEngine,
    request: Request,
    token: str,
    kind: SessionKind,
    key: str | None = None,
    beside: Together | None = None,
) -> Person | None:
    """The person a token stands for now; None when unknown, of the other kind, idle or too old.

    Args:
        key: the call's idempotency key; what is known of it goes to `request.state.kept`.
        beside: what the call's address names, read in the same round trip; it goes to `request.state.beside`.
    """
    id_hash = digest(token)
    found = await accounts.load_session(engine, id_hash, key, beside, request.path_params)
    request.state.kept = found.kept if found is not None else None
    request.state.beside = found.beside if found is not None else None
    if found is None or found.kind != kind:
        return None
    idle, _absolute = limits_for(request.app.state.security, found.roles)
    if found.now >= found.expires_at or found.now >= found.last_seen_at + idle:
        await accounts.end_session(engine, id_hash)
        return None
    if found.now - found.last_seen_at >= _TOUCH_EVERY:
        await accounts.touch_session(engine, id_hash)
    return Person(
        id=found.account_id,
        sign_in=found.sign_in,
        display_name=found.display_name,
        roles=found.roles,
        office=found.office,
        session=SignInSession(
            id_hash=id_hash,
            public_id=found.public_id,
            kind=kind,
            csrf_secret=found.csrf_secret,
            created_at=found.created_at,
            expires_at=found.expires_at,
        ),
        now=found.now,
        one_time=found.one_time,
        certificates=tuple(found.certificates),
    )


def set_cookie(settings: SecuritySettings, response: Response, token: str) -> None:
    """Gives the browser its token for as long as it stays open; the server knows the limits."""
    response.set_cookie(
        settings.session_cookie,
        token,
        secure=settings.secure,
        httponly=True,
        samesite="lax",
        path="/",
    )


def clear_cookies(settings: SecuritySettings, response: Response) -> None:
    """Takes the sign-in and the guest's secret from the browser."""
    for name in (settings.session_cookie, settings.guest_cookie):
        response.delete_cookie(
            name, secure=settings.secure, httponly=True, samesite="lax", path="/"
        )
