"""A telephone on which records are made on the spot: a cookie says so, and who is at it, for the page's own script.

Without a network the script cannot ask who is signed in, and what lies on a shared telephone is shown to nobody but
the person who wrote it. The id is opaque and no sign-in: it opens nothing on the server.
"""

from typing import Final
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from api.security.settings import SecuritySettings

COOKIE: Final = "field"
NOBODY: Final = "nobody"
A_YEAR: Final = 365 * 24 * 3600


def is_one(request: Request) -> bool:
    """Whether the page of the spot was ever opened in this browser."""
    return COOKIE in request.cookies


def taken_by(request: Request, response: Response, person_id: UUID | None) -> None:
    """Notes who is at it from now on; None: nobody, they signed out."""
    settings: SecuritySettings = request.app.state.security
    response.set_cookie(
        COOKIE,
        str(person_id) if person_id else NOBODY,
        max_age=A_YEAR,
        secure=settings.secure,
        # For the script of the field page and of the step before signing out.
        httponly=False,
        samesite="lax",
        path="/",
    )
