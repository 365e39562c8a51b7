"""Two jobs at once, told one after the other: what the second one says is kept until the first one has ended."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

Say = Callable[[str], None]
A = TypeVar("A")
B = TypeVar("B")


async def beside(
    first: Callable[[Say], Awaitable[A]], second: Callable[[Say], Awaitable[B]], say: Say
) -> tuple[A, B]:
    """What both returned. Where one fails the other one is stopped, and the failure is raised."""
    kept: list[str] = []
    waiting = True

    def later(line: str) -> None:
        if waiting:
            kept.append(line)
        else:
            say(line)

    async def told_after() -> B:
        return await second(later)

    job = asyncio.create_task(told_after())
    try:
        one = await first(say)
        waiting = False
        for line in kept:
            say(line)
        return one, await job
    finally:
        if not job.done():
            job.cancel()
            await asyncio.gather(job, return_exceptions=True)
