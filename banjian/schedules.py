"""The engine's own schedules, which run the upkeep: made once, kept by the engine."""

import dataclasses
from datetime import timedelta
from functools import partial

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

from workflows.calendars import KeepCalendars
from workflows.dispatch import CASES_QUEUE
from workflows.upkeep import (
    Erase,
    HearOfDevices,
    HearOfEndings,
    KeepRecords,
    OpenObligations,
    Reconcile,
    Sweep,
    SweepFiles,
)


async def ensure_schedules(client: Client) -> None:
    """The engine's own schedules run the upkeep; made once, kept by the engine."""
    skip = ScheduleOverlapPolicy.SKIP
    for name, workflow, every, overlap in (
        # A turn that began late must not cost the next one: it follows when the first is over.
        ("banjian-sweep", Sweep, timedelta(minutes=1), ScheduleOverlapPolicy.BUFFER_ONE),
        ("banjian-reconcile", Reconcile, timedelta(seconds=10), skip),
        ("banjian-records", KeepRecords, timedelta(minutes=10), skip),
        ("banjian-files", SweepFiles, timedelta(days=1), skip),
        ("banjian-erasure", Erase, timedelta(hours=1), skip),
        ("banjian-endings", HearOfEndings, timedelta(hours=1), skip),
        ("banjian-devices", HearOfDevices, timedelta(hours=1), skip),
        ("banjian-obligations", OpenObligations, timedelta(minutes=2), skip),
        ("banjian-calendars", KeepCalendars, timedelta(minutes=1), skip),
    ):
        schedule = Schedule(
            action=ScheduleActionStartWorkflow(
                workflow.run,
                id=name,
                task_queue=CASES_QUEUE,
                execution_timeout=timedelta(minutes=5),
            ),
            spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]),
            policy=SchedulePolicy(overlap=overlap, catchup_window=timedelta(minutes=1)),
        )
        try:
            await client.create_schedule(name, schedule)
        except ScheduleAlreadyRunningError:
            # Kept by the engine from an earlier start; its policy is this release's.
            await client.get_schedule_handle(name).update(partial(_with_policy, schedule.policy))


def _with_policy(policy: SchedulePolicy, found: ScheduleUpdateInput) -> ScheduleUpdate | None:
    kept = found.description.schedule
    if kept.policy.overlap is policy.overlap:
        return None
    return ScheduleUpdate(dataclasses.replace(kept, policy=policy))
