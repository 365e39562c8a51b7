"""Two jobs of the demo at once, told one after the other."""

import asyncio

import pytest

from banjian.demo.beside import Say, beside
from banjian.demo.errors import DemoFailed


async def test_what_the_second_says_comes_after_the_first() -> None:
    told: list[str] = []
    ready, done = asyncio.Event(), asyncio.Event()

    async def first(say: Say) -> int:
        say("first begins")
        await asyncio.wait_for(ready.wait(), 5)
        say("first ends")
        done.set()
        return 1

    async def second(say: Say) -> int:
        say("second begins")
        ready.set()
        await asyncio.wait_for(done.wait(), 5)
        await asyncio.sleep(0)
        say("second ends")
        return 2

    assert await asyncio.wait_for(beside(first, second, told.append), 10) == (1, 2)
    assert told == ["first begins", "first ends", "second begins", "second ends"]


async def test_a_failure_of_either_is_raised_and_stops_the_other() -> None:
    stopped: list[str] = []

    async def fails(say: Say) -> None:
        await asyncio.sleep(0)
        raise DemoFailed("stopped on the way")

    async def waits(say: Say) -> None:
        try:
            await asyncio.wait_for(asyncio.Event().wait(), 5)
        except asyncio.CancelledError:
            stopped.append("waits")
            raise

    async def ends(say: Say) -> None:
        say("ends")

    for first, second in ((fails, waits), (ends, fails)):
        with pytest.raises(DemoFailed):
            await asyncio.wait_for(beside(first, second, print), 10)
    assert stopped == ["waits"]
