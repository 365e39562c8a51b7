"""What an installation decides about its sign-ins. The composition root builds it; nothing here reads the environment."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal
from urllib.parse import urlsplit

Environment = Literal["production", "local", "test"]


class UnsafeSettings(ValueError):
    """Settings under which the installation must not start."""


@dataclass(frozen=True)
class Limits:
    """Rate limits in the notation of the `limits` package."""

    failures_per_account_and_address: str = "5 per 10 minutes"
    failures_per_account: str = "30 per hour"
    attempts_per_address: str = "60 per 10 minutes"
    attempts_overall: str = "600 per minute"


@dataclass(frozen=True)
class SecuritySettings:
    """Settings of sign-in, cookies and origins.

    Attributes:
        environment: only 'local' and 'test' may speak plain http.
        public_origin: scheme and host people use, as in `https://ban.example.gov.cn`.
        allowed_hosts: further host names (without port) the server answers to.
        trusted_proxies: addresses and networks of the proxies in front. Only a connection from one of them may
            say by X-Forwarded-For and X-Forwarded-Proto who asks, and how.
    """

    environment: Environment
    public_origin: str
    allowed_hosts: frozenset[str] = frozenset()
    trusted_proxies: tuple[str, ...] = ()
    staff_idle: timedelta = timedelta(minutes=30)
    staff_absolute: timedelta = timedelta(hours=10)
    applicant_idle: timedelta = timedelta(hours=1)
    applicant_absolute: timedelta = timedelta(hours=24)
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        parts = urlsplit(self.public_origin)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path:
            raise UnsafeSettings(
                f"public_origin must be scheme://host[:port]: {self.public_origin!r}"
            )
        if self.environment == "production" and parts.scheme != "https":
            raise UnsafeSettings(
                "production needs an https origin: cookies of a sign-in never travel in the clear"
            )

    @property
    def secure(self) -> bool:
        """Whether people reach the installation by https."""
        return self.public_origin.startswith("https://")

    @property
    def hosts(self) -> frozenset[str]:
        """All host names the server answers to."""
        own = urlsplit(self.public_origin).hostname or ""
        return self.allowed_hosts | {own}

    @property
    def session_cookie(self) -> str:
        """`__Host-` binds the cookie to this host and to https; browsers refuse it over http."""
        return "__Host-sid" if self.secure else "sid"

    @property
    def guest_cookie(self) -> str:
        """Cookie that ties the forms of somebody not signed in to their browser."""
        return "__Host-guest" if self.secure else "guest"
