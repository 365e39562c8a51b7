"""Headers of every answer: no foreign script, style, frame or referrer; personal pages leave no copy."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import Scope

from api.security.settings import SecuritySettings

CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
ALWAYS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=()",
}
# The address itself opens what it names: it goes nowhere, not even within the site.
UNTOLD: Final = "/calendar/"
HSTS: Final = "max-age=31536000; includeSubDomains"


def add_security_headers(scope: Scope, headers: MutableHeaders, settings: SecuritySettings) -> None:
    """Adds what the answer does not set itself. A download may bring a stricter policy of its own."""
    for name, value in ALWAYS.items():
        headers.setdefault(name, value)
    if settings.secure:
        headers.setdefault("Strict-Transport-Security", HSTS)
    if scope["path"].startswith(UNTOLD):
        headers["Referrer-Policy"] = "no-referrer"
    if scope["path"].startswith("/static/"):
        # The address carries the content's digest (see `static_url`); without it, ask again.
        fresh = scope["query_string"].startswith(b"v=")
        headers.setdefault(
            "Cache-Control", "public, max-age=31536000, immutable" if fresh else "no-cache"
        )
    else:
        headers.setdefault("Cache-Control", "no-store")
