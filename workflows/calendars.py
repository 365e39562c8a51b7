"""A calendar of the office year by year: its preview and its publication, as durable runs over all open cases.

One run per publication, its id by the publication's number: ordered twice is done once. Each only walks through its
activities' bounded turns; what is done is in the database and in the cases, so a run that begins anew does nothing twice.
"""

from datetime import timedelta

from temporalio import workflow
from temporalio.client import Client
from temporalio.common import RetryPolicy, WorkflowIDConflictPolicy, WorkflowIDReusePolicy

with workflow.unsafe.imports_passed_through():
    from activities.calendars import Begun, CalendarActivities, Turn, Turned

TASK_QUEUE = "banjian-cases"
EFFECTS = "banjian-effects"
ONE_TURN = timedelta(minutes=5)
SILENCE = timedelta(seconds=10)
# No limit: an engine or database that is away for a day delays it by a day.
PERSISTENT = RetryPolicy(
    initial_interval=timedelta(milliseconds=500), maximum_interval=timedelta(seconds=30)
)
# Every process has read what is in force by then (`banjian.calendars.EVERY`): no case opens on the old edition.
KNOWN_EVERYWHERE = timedelta(seconds=15)
TURNS_OF_A_RUN = 400


@workflow.defn(name="preview_calendar", sandboxed=False)
class PreviewCalendar:
    """Computes every running clock by the calendar as it would be."""

    @workflow.run
    async def run(self, turn: Turn) -> None:
        for _ in range(TURNS_OF_A_RUN):
            turned: Turned = await workflow.execute_activity_method(
                CalendarActivities.preview,
                turn,
                task_queue=EFFECTS,
                start_to_close_timeout=ONE_TURN,
                heartbeat_timeout=SILENCE,
                retry_policy=PERSISTENT,
            )
            if turned.after is None:
                return
            turn = turn.model_copy(update={"after": turned.after, "examined": turned.examined})
        workflow.continue_as_new(turn)


@workflow.defn(name="publish_calendar", sandboxed=False)
class PublishCalendar:
    """Passes over the running clocks until one finds nothing left on the old edition.

    The first pass tells the cases that the preview foresaw; a further one, when every process knows what is in force,
    finds the clocks that started and the cases that opened meanwhile, and those that did not answer.
    """

    @workflow.run
    async def run(self, turn: Turn) -> None:
        turns = 0
        while True:
            busy = False
            while True:
                turned = await self._turn(turn)
                turns += 1
                busy = busy or bool(turned.told or turned.left)
                turn = turn.model_copy(update={"after": turned.after, "examined": turned.examined})
                if turned.after is None:
                    break
                if turns >= TURNS_OF_A_RUN:
                    workflow.continue_as_new(turn)
            turn = turn.model_copy(update={"after": None, "passes": turn.passes + 1})
            if turn.passes > 1 and not busy:
                break
            await workflow.sleep(KNOWN_EVERYWHERE)
        await workflow.execute_activity_method(
            CalendarActivities.finish,
            turn.publication,
            task_queue=EFFECTS,
            start_to_close_timeout=ONE_TURN,
            heartbeat_timeout=SILENCE,
            retry_policy=PERSISTENT,
        )

    async def _turn(self, turn: Turn) -> Turned:
        turned: Turned = await workflow.execute_activity_method(
            CalendarActivities.apply,
            turn,
            task_queue=EFFECTS,
            start_to_close_timeout=ONE_TURN,
            heartbeat_timeout=SILENCE,
            retry_policy=PERSISTENT,
        )
        return turned


@workflow.defn(name="keep_calendars", sandboxed=False)
class KeepCalendars:
    """Begins what was ordered while the engine was away (every minute)."""

    @workflow.run
    async def run(self) -> Begun:
        return await workflow.execute_activity_method(
            CalendarActivities.begin_open,
            task_queue=EFFECTS,
            start_to_close_timeout=ONE_TURN,
            heartbeat_timeout=SILENCE,
            retry_policy=RetryPolicy(maximum_attempts=2),
        )


async def begin(client: Client, publication: int, approved: bool) -> None:
    """Begin the run of a publication's preview or, where it is approved, of its carrying out; twice is once.

    Raises:
        RPCError: the engine is away; the schedule begins it later.
    """
    await client.start_workflow(
        "publish_calendar" if approved else "preview_calendar",
        Turn(publication=publication),
        id=f"calendar-{publication}" if approved else f"calendar-preview-{publication}",
        task_queue=TASK_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        rpc_timeout=timedelta(seconds=5),
    )
