"""Rate limits in memory (one API process per bureau), by account, by address and over all.

The clock here is the process's own on purpose: a limit protects the machine and decides nothing about a case.
"""

from fastapi import Request
from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from api.problems import Problem
from api.security.settings import Limits


def client_address(request: Request) -> str:
    """The client's address: of the connection, or as a trusted proxy saw it (`setup.install`)."""
    return request.client.host[:45] if request.client else ""


class Limiter:
    """Counts events against limits written as `5 per 10 minutes`."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._window = MovingWindowRateLimiter(MemoryStorage())
        self._parsed: dict[str, RateLimitItem] = {}

    def _item(self, limit: str) -> RateLimitItem:
        if limit not in self._parsed:
            self._parsed[limit] = parse(limit)
        return self._parsed[limit]

    async def open(self, limit: str, *key: str) -> None:
        """Refuses when the limit is used up; counts nothing.

        Raises:
            Problem: too_many_requests.
        """
        if not await self._window.test(self._item(limit), *key):
            self._refuse(limit)

    async def count(self, limit: str, *key: str) -> None:
        """Counts one event; refuses when it is one too many.

        Raises:
            Problem: too_many_requests.
        """
        if not await self._window.hit(self._item(limit), *key):
            self._refuse(limit)

    async def note(self, limit: str, *key: str) -> None:
        """Counts one event without refusing it."""
        await self._window.hit(self._item(limit), *key)

    def _refuse(self, limit: str) -> None:
        # The whole window, not its exact end: the end would tell when somebody else last failed.
        raise Problem("too_many_requests", retry_after=self._item(limit).get_expiry())


class RateLimit:
    """A route dependency: at most so many requests per address, as in `Depends(RateLimit("progress", "10/minute"))`."""

    def __init__(self, name: str, limit: str) -> None:
        self.name = name
        self.limit = limit

    async def __call__(self, request: Request) -> None:
        limiter: Limiter = request.app.state.limiter
        await limiter.count(self.limit, self.name, client_address(request))
