"""Passwords: argon2id in worker threads, few at a time, and one answer for every kind of failure."""

import secrets
from typing import Final

from anyio import CapacityLimiter, to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from api.i18n import mark

MIN_LENGTH: Final = 12
MAX_LENGTH: Final = 128
# OWASP's first choice for argon2id (19 MiB, 2 passes, 1 lane): about 25 ms here, so that two at a time leave a
# small machine to its cases.
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_AT_ONCE: Final = CapacityLimiter(2)
_MAX_WAITING: Final = 40
# Without letters and digits that look alike on paper: it is read out or copied by hand.
_PLAIN: Final = "abcdefghjkmnpqrstuvwxyz23456789"
# Compared against when no account has the name: the answer takes as long as for a real one.
_NOBODY: Final = _HASHER.hash(secrets.token_urlsafe(32))


class TooBusy(Exception):
    """More people are signing in than passwords can be checked; try again in a few seconds."""


class WeakPassword(ValueError):
    """A password we do not accept; the message says what to do (Chinese message id)."""


def check_strength(password: str, *, sign_in: str) -> None:
    """Length, and not the person's own name; composition rules only make people write passwords down.

    Raises:
        WeakPassword: the first rule broken.
    """
    if len(password) < MIN_LENGTH:
        raise WeakPassword(mark("密码至少 12 个字符，可以用一句好记的话"))
    if len(password) > MAX_LENGTH:
        raise WeakPassword(mark("密码最多 128 个字符"))
    if sign_in.lower() in password.lower():
        raise WeakPassword(mark("密码不能包含登录名"))
    if len(set(password)) < 5:
        raise WeakPassword(mark("密码不能只由几个相同的字符组成"))


async def hashed(password: str) -> str:
    """The password's argon2id hash in PHC form."""
    return await to_thread.run_sync(_HASHER.hash, password, limiter=_AT_ONCE)


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


async def verified(password_hash: str | None, password: str) -> bool:
    """Whether the password belongs to the hash; None (no such account) costs the same and is False.

    Raises:
        TooBusy: too many checks are waiting.
    """
    if _AT_ONCE.statistics().tasks_waiting >= _MAX_WAITING:
        raise TooBusy
    matched = await to_thread.run_sync(
        _matches, password_hash or _NOBODY, password, limiter=_AT_ONCE
    )
    return matched and password_hash is not None


def outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than ours and should be renewed."""
    return _HASHER.check_needs_rehash(password_hash)


def new_one_time() -> str:
    """A random password (99 bits) for one sign-in; kept nowhere but as its hash."""
    return "-".join("".join(secrets.choice(_PLAIN) for _ in range(5)) for _ in range(4))
