"""Signs of life of running activities, so that the engine soon gives a killed worker's work to the next.

Without them an activity in flight comes back only when its whole time is over, a minute or two later.
"""

import asyncio
from datetime import timedelta
from typing import Any

from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor


class LifeSigns(Interceptor):
    """Beats for every activity whose workflow asks for it (`heartbeat_timeout`)."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Beating(next)


class _Beating(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        silence = activity.info().heartbeat_timeout
        if not silence:
            return await super().execute_activity(input)
        beating = asyncio.create_task(_beat(silence / 3))
        try:
            return await super().execute_activity(input)
        finally:
            beating.cancel()


async def _beat(every: timedelta) -> None:
    while True:
        await asyncio.sleep(every.total_seconds())
        activity.heartbeat()
