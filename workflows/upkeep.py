"""The upkeep workflows that the engine's schedules start: no scheduler of our own."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.erasing import ErasingActivities
    from activities.records import Kept, RecordActivities
    from activities.upkeep import Swept, UpkeepActivities

ONE_TURN = timedelta(minutes=2)
# A turn in flight on a killed worker must not hold up the next ones.
SILENCE = timedelta(seconds=10)
# A turn that fails is followed by the schedule's next one.
ONCE = RetryPolicy(maximum_attempts=2)


@workflow.defn(name="sweep")
class Sweep:
    """Due clocks (every minute)."""

    @workflow.run
    async def run(self) -> Swept:
        return await workflow.execute_activity_method(
            UpkeepActivities.sweep_due,
            task_queue="banjian-effects",
            start_to_close_timeout=ONE_TURN,
            heartbeat_timeout=SILENCE,
            retry_policy=ONCE,
        )


@workflow.defn(name="reconcile")
class Reconcile:
    """Acts that wait (every ten seconds)."""

    @workflow.run
    async def run(self) -> Swept:
        return await workflow.execute_activity_method(
            UpkeepActivities.reconcile_acts,
            task_queue="banjian-effects",
            start_to_close_timeout=ONE_TURN,
            heartbeat_timeout=SILENCE,
            retry_policy=ONCE,
        )


@workflow.defn(name="keep_records")
class KeepRecords:
    """Engine histories of closed cases into the document store (every ten minutes)."""

    @workflow.run
    async def run(self) -> Kept:
        return await workflow.execute_activity_method(
            RecordActivities.keep_histories,
            task_queue="banjian-effects",
            start_to_close_timeout=ONE_TURN,
            heartbeat_timeout=SILENCE,
            retry_policy=ONCE,
        )


@workflow.defn(name="sweep_files")
class SweepFiles:
    """Stored files that no row refers to (every day)."""

    @workflow.run
    async def run(self) -> Kept:
        return await workflow.execute_activity_method(
            RecordActivities.sweep_files,
            task_queue="banjian-effects",
            start_to_close_timeout=ONE_TURN,
            heartbeat_timeout=SILENCE,
            retry_policy=ONCE,
        )


@workflow.defn(name="erase_due")
class Erase:
    """Cases whose erasure two persons have ordered (every hour)."""

    @workflow.run
    async def run(self) -> Kept:
        return await workflow.execute_activity_method(
            ErasingActivities.erase_due,
            task_queue="banjian-effects",
            start_to_close_timeout=ONE_TURN,
            heartbeat_timeout=SILENCE,
            retry_policy=ONCE,
        )
