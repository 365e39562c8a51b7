"""Signing in: limits first, then the password, then a new session. Every failure gives the same answer."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from starlette.background import BackgroundTask

from api.database import maker_of
from api.problems import Problem
from api.security import passwords, sessions
from api.security.limiting import Limiter, client_address
from api.security.person import SessionKind
from api.text_guard import allowed
from domain.roles import Role
from storage import accounts, sign_ins

# Guesses under way at once for one account from one address; the counters only see finished ones.
MAX_UNDER_WAY: Final = 2
_under_way: Counter[tuple[str, str]] = Counter()


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new sign-in. `token` goes to the client and is kept nowhere."""

    token: str
    account_id: UUID
    roles: frozenset[Role]
    ends_at: datetime


class WrongCredentials(Exception):
    """Name unknown, password wrong or account closed: never said which.

    Attributes:
        record: writes the attempt down; run after the answer, so that it takes equally long for every cause.
    """

    def __init__(self, record: BackgroundTask | None) -> None:
        self.record = record
        super().__init__("wrong credentials")


async def _record_failure(
    maker: async_sessionmaker[AsyncSession], account_id: UUID, kind: str, address: str
) -> None:
    async with maker.begin() as db:
        await sign_ins.record_sign_in(db, account_id, succeeded=False, kind=kind, address=address)


async def _check_limits(request: Request, name: str, address: str) -> None:
    limiter: Limiter = request.app.state.limiter
    limits = limiter.limits
    await limiter.count(limits.attempts_overall, "sign-in")
    await limiter.count(limits.attempts_per_address, "sign-in", address)
    await limiter.open(limits.failures_per_account_and_address, "failed", name, address)


async def _check_account_limit(
    request: Request, db: AsyncSession, name: str, account_id: UUID | None, address: str
) -> None:
    limiter: Limiter = request.app.state.limiter
    try:
        await limiter.open(limiter.limits.failures_per_account, "failed", name)
    except Problem:
        # Strangers must not be able to lock a person out of the place they usually sign in from.
        if account_id is None or not await sign_ins.signed_in_from(db, account_id, address):
            raise


async def sign_in(request: Request, name: str, password: str, kind: SessionKind) -> SignedIn:
    """Checks name and password and begins a session under a new token.

    Raises:
        WrongCredentials: they do not belong together.
        Problem: too_many_requests, unavailable; password_change_required for a program.
    """
    name, address = name.strip().lower()[:64], client_address(request)
    await _check_limits(request, name, address)
    key = (name, address)
    if _under_way[key] >= MAX_UNDER_WAY:
        raise Problem("too_many_requests", retry_after=5)
    _under_way[key] += 1
    try:
        return await _verify(request, name, password, kind, address)
    finally:
        _under_way[key] -= 1
        if not _under_way[key]:
            del _under_way[key]


async def _verify(
    request: Request, name: str, password: str, kind: SessionKind, address: str
) -> SignedIn:
    maker = maker_of(request)
    async with maker.begin() as db:
        known = await accounts.credentials(db, name) if allowed(name) else None
        await _check_account_limit(request, db, name, known.account_id if known else None, address)
    # No connection is held while the hash is computed: it takes longer than any query.
    try:
        right = await passwords.verified(
            known.password_hash if known else None, password[: passwords.MAX_LENGTH]
        )
    except passwords.TooBusy as error:
        raise Problem("unavailable", retry_after=5) from error
    if not right or known is None or known.disabled or known.expired:
        limiter: Limiter = request.app.state.limiter
        await limiter.note(limiter.limits.failures_per_account_and_address, "failed", name, address)
        await limiter.note(limiter.limits.failures_per_account, "failed", name)
        record = (
            BackgroundTask(_record_failure, maker, known.account_id, kind, address)
            if known
            else None
        )
        raise WrongCredentials(record)
    if known.one_time and kind == "bearer":
        # A program cannot change it: that is done on the page.
        raise Problem("password_change_required")
    renewed = await passwords.hashed(password) if passwords.outdated(known.password_hash) else None
    async with maker.begin() as db:
        if renewed:
            await accounts.set_password_hash(db, known.account_id, renewed, changed=False)
        await sign_ins.record_sign_in(
            db, known.account_id, succeeded=True, kind=kind, address=address
        )
        await accounts.end_expired_sessions(db)
        old = request.cookies.get(request.app.state.security.session_cookie)
        if kind == "browser" and old:
            # Whatever sign-in the browser came with ends here (session fixation).
            await accounts.end_session(await db.connection(), sessions.digest(old))
        token, ends_at = await sessions.begin(
            db, request, account_id=known.account_id, roles=known.roles, kind=kind
        )
    return SignedIn(token, known.account_id, known.roles, ends_at)
