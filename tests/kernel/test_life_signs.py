"""Running activities beat as often as their workflow asks, and not when it does not."""

import asyncio
import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from temporalio.testing import ActivityEnvironment
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput

from activities.life_signs import LifeSigns


class Work(ActivityInboundInterceptor):
    """An activity that waits until it has beaten three times, or is told not to wait."""

    def __init__(self, done: asyncio.Event) -> None:
        self._done = done

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        await asyncio.wait_for(self._done.wait(), 20)
        return "done"


async def beats(silence: timedelta | None, wanted: int) -> int:
    done, heard = asyncio.Event(), 0

    def on_heartbeat(*details: Any) -> None:
        nonlocal heard
        heard += 1
        if heard == wanted:
            done.set()

    environment = ActivityEnvironment()
    environment.info = dataclasses.replace(environment.info, heartbeat_timeout=silence)
    environment.on_heartbeat = on_heartbeat
    if not wanted:
        done.set()
    beating = LifeSigns().intercept_activity(Work(done))
    work = ExecuteActivityInput(fn=asyncio.sleep, args=[], executor=None, headers={})
    assert await environment.run(beating.execute_activity, work) == "done"
    return heard


async def test_an_activity_beats_within_the_silence_it_is_allowed() -> None:
    assert await beats(timedelta(seconds=0.3), wanted=3) == 3


@pytest.mark.parametrize("silence", [None, timedelta(0)])
async def test_without_being_asked_it_does_not_beat(silence: timedelta | None) -> None:
    assert await beats(silence, wanted=0) == 0
