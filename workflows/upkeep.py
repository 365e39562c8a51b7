"""The upkeep workflows that the engine's schedules start: no scheduler of our own.

Each only runs its activity: nothing that a sandbox could find, and loading it again for every turn costs more than the turn.
"""

from datetime import timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.types import MethodAsyncNoParam

with workflow.unsafe.imports_passed_through():
    from activities.device_news import DeviceNews
    from activities.erasing import ErasingActivities
    from activities.obligations import ObligationActivities
    from activities.records import Kept, RecordActivities
    from activities.register_news import RegisterNews
    from activities.sweep import SweepActivities, Swept
    from activities.upkeep import UpkeepActivities

ONE_TURN = timedelta(minutes=2)
# A turn in flight on a killed worker must not hold up the next ones.
SILENCE = timedelta(seconds=10)
# A turn that fails is followed by the schedule's next one.
ONCE = RetryPolicy(maximum_attempts=2)

Result = TypeVar("Result")


async def _turn(activity: MethodAsyncNoParam[Any, Result]) -> Result:
    return await workflow.execute_activity_method(
        activity,
        task_queue="banjian-effects",
        start_to_close_timeout=ONE_TURN,
        heartbeat_timeout=SILENCE,
        retry_policy=ONCE,
    )


@workflow.defn(name="sweep", sandboxed=False)
class Sweep:
    """Due clocks: a turn stays for most of a minute, and the next follows."""

    @workflow.run
    async def run(self) -> Swept:
        return await _turn(SweepActivities.sweep_due)


@workflow.defn(name="reconcile", sandboxed=False)
class Reconcile:
    """Acts that wait (every ten seconds)."""

    @workflow.run
    async def run(self) -> Swept:
        return await _turn(UpkeepActivities.reconcile_acts)


@workflow.defn(name="keep_records", sandboxed=False)
class KeepRecords:
    """Engine histories of closed cases into the document store (every ten minutes)."""

    @workflow.run
    async def run(self) -> Kept:
        return await _turn(RecordActivities.keep_histories)


@workflow.defn(name="hear_of_endings", sandboxed=False)
class HearOfEndings:
    """What the market register says of enterprises that have ended (every hour)."""

    @workflow.run
    async def run(self) -> Swept:
        return await _turn(RegisterNews.hear_of_endings)


@workflow.defn(name="open_obligations", sandboxed=False)
class OpenObligations:
    """Duties whose day has come (every two minutes, a bounded number at a time)."""

    @workflow.run
    async def run(self) -> Swept:
        return await _turn(ObligationActivities.open_due)


@workflow.defn(name="hear_of_devices", sandboxed=False)
class HearOfDevices:
    """What the equipment platform says of devices (every hour)."""

    @workflow.run
    async def run(self) -> Swept:
        return await _turn(DeviceNews.hear_of_devices)


@workflow.defn(name="sweep_files", sandboxed=False)
class SweepFiles:
    """Stored files that no row refers to (every day)."""

    @workflow.run
    async def run(self) -> Kept:
        return await _turn(RecordActivities.sweep_files)


@workflow.defn(name="erase_due", sandboxed=False)
class Erase:
    """Cases whose erasure two persons have ordered (every hour)."""

    @workflow.run
    async def run(self) -> Kept:
        return await _turn(ErasingActivities.erase_due)
