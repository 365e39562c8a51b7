"""Forged forms: a secret per sign-in (or per guest's browser), masked anew in every form, checked on every unsafe act.

The Origin and Sec-Fetch-Site headers are checked first; the token is still required, for browsers that send neither.
"""

import base64
import binascii
import hmac
import secrets
from typing import Final

from fastapi import Request
from starlette.datastructures import FormData
from starlette.responses import Response

from api.problems import Problem
from api.security.person import Person
from api.security.settings import SecuritySettings

FIELD: Final = "csrf_token"
HEADER: Final = "x-csrf-token"
_SIZE: Final = 32
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
FORM_TYPES: Final = ("application/x-www-form-urlencoded", "multipart/form-data")


def _decoded(text: str, size: int) -> bytes | None:
    try:
        raw = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError, ValueError):
        return None
    return raw if len(raw) == size else None


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii")


def _xor(a: bytes, b: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(a, b, strict=True))


def new_secret() -> bytes:
    """A secret for one sign-in or one guest's browser."""
    return secrets.token_bytes(_SIZE)


def masked(secret: bytes) -> str:
    """A token: differs in every page, so that compression tells nothing about the secret."""
    mask = secrets.token_bytes(_SIZE)
    return _encoded(mask + _xor(mask, secret))


def matches(token: str, secret: bytes) -> bool:
    """Whether the token was made from this secret; False for anything malformed."""
    raw = _decoded(token, 2 * _SIZE)
    return raw is not None and hmac.compare_digest(_xor(raw[:_SIZE], raw[_SIZE:]), secret)


def _settings(request: Request) -> SecuritySettings:
    settings: SecuritySettings = request.app.state.security
    return settings


def _guest_secret(request: Request) -> bytes | None:
    return _decoded(request.cookies.get(_settings(request).guest_cookie, ""), _SIZE)


def token_for(request: Request) -> str:
    """A fresh token for a form on this page; a guest gets a secret of their own if they have none."""
    person: Person | None = getattr(request.state, "person", None)
    if person is not None:
        return masked(person.session.csrf_secret)
    secret = _guest_secret(request) or getattr(request.state, "new_guest_secret", None)
    if secret is None:
        secret = request.state.new_guest_secret = new_secret()
    return masked(secret)


def remember_guest(request: Request, response: Response) -> None:
    """Sets the guest's cookie if `token_for` had to make a secret for this response."""
    secret: bytes | None = getattr(request.state, "new_guest_secret", None)
    if secret is not None:
        settings = _settings(request)
        response.set_cookie(
            settings.guest_cookie,
            _encoded(secret),
            secure=settings.secure,
            httponly=True,
            samesite="lax",
            path="/",
        )


def check_origin(request: Request) -> None:
    """Refuses an unsafe request that a browser says comes from another site.

    Raises:
        Problem: forged_request.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        raise Problem("forged_request")
    origin = request.headers.get("origin")
    if origin is not None and origin not in (
        _settings(request).public_origin,
        # The local stack chooses its port when it starts; the host was checked before.
        f"{request.url.scheme}://{request.headers.get('host', '')}",
    ):
        raise Problem("forged_request")


async def _presented(request: Request) -> str:
    header = request.headers.get(HEADER)
    if header is not None:
        return header
    if request.headers.get("content-type", "").startswith(FORM_TYPES):
        form: FormData = await request.form()
        value = form.get(FIELD)
        return value if isinstance(value, str) else ""
    return ""


async def check_token(request: Request) -> None:
    """Refuses an unsafe request whose form token is missing or another browser's.

    Raises:
        Problem: forged_request.
    """
    person: Person | None = getattr(request.state, "person", None)
    secret = person.session.csrf_secret if person is not None else _guest_secret(request)
    if secret is None or not matches(await _presented(request), secret):
        raise Problem("forged_request")
