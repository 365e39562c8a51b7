"""What is still open in an engine history: pure reading of its events, oldest first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from api.engine_record import Code, PendingUpdate


@dataclass(frozen=True)
class ArmedTimer:
    """An open timer with its still sealed summary."""

    event_id: int
    started_at: datetime
    fires_at: datetime
    summary: Payload


def instant(stamp: Timestamp) -> datetime:
    return stamp.ToDatetime(tzinfo=UTC)


def optional(stamp: Timestamp) -> datetime | None:
    """None for a stamp that was never set."""
    return instant(stamp) if stamp.seconds else None


def armed_timers(events: Iterable[HistoryEvent]) -> list[ArmedTimer]:
    """Timers without an end; none in a run that has ended."""
    found: dict[str, ArmedTimer] = {}
    for event in events:
        if event.event_type == EventType.EVENT_TYPE_TIMER_STARTED:
            timer = event.timer_started_event_attributes
            length: timedelta = timer.start_to_fire_timeout.ToTimedelta()
            began = instant(event.event_time)
            found[timer.timer_id] = ArmedTimer(
                event.event_id, began, began + length, event.user_metadata.summary
            )
        elif event.event_type == EventType.EVENT_TYPE_TIMER_FIRED:
            found.pop(event.timer_fired_event_attributes.timer_id, None)
        elif event.event_type == EventType.EVENT_TYPE_TIMER_CANCELED:
            found.pop(event.timer_canceled_event_attributes.timer_id, None)
    return list(found.values())


def open_updates(events: Iterable[HistoryEvent]) -> list[PendingUpdate]:
    """Updates that were accepted and not completed."""
    found: dict[str, PendingUpdate] = {}
    for event in events:
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
            taken = event.workflow_execution_update_accepted_event_attributes
            ident = taken.accepted_request.meta.update_id or taken.protocol_instance_id
            found[ident] = PendingUpdate(ident, instant(event.event_time))
        elif event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
            done = event.workflow_execution_update_completed_event_attributes
            found.pop(done.meta.update_id, None)
    return list(found.values())


def summaries(events: Iterable[HistoryEvent]) -> dict[str, Payload]:
    """Activity id → the sealed summary that the case wrote on it."""
    return {
        event.activity_task_scheduled_event_attributes.activity_id: event.user_metadata.summary
        for event in events
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
    }


def begun_by(event: HistoryEvent) -> int:
    """The event that began what this one ends or goes on with; 0 for none."""
    for attributes in (
        event.activity_task_completed_event_attributes,
        event.activity_task_failed_event_attributes,
        event.activity_task_timed_out_event_attributes,
        event.activity_task_cancel_requested_event_attributes,
        event.activity_task_canceled_event_attributes,
    ):
        if attributes.scheduled_event_id:
            return attributes.scheduled_event_id
    return (
        event.timer_fired_event_attributes.started_event_id
        or event.timer_canceled_event_attributes.started_event_id
    )


def code_of(events: Sequence[HistoryEvent]) -> Code:
    """Who completed the last workflow task. The SDK names itself only when it is another than before."""
    sdk = build = worker = ""
    for event in reversed(events):
        if event.event_type != EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
            continue
        done = event.workflow_task_completed_event_attributes
        worker = worker or done.identity
        build = build or (
            done.deployment_version.build_id or done.worker_version.build_id or done.binary_checksum
        )
        name, version = done.sdk_metadata.sdk_name, done.sdk_metadata.sdk_version
        sdk = sdk or f"{name} {version}".strip()
        if sdk and build:
            break
    return Code(sdk, build, worker)


def last_task_failure(events: Sequence[HistoryEvent]) -> HistoryEvent | None:
    """The failure of the workflow task that is tried again now: nothing was completed since."""
    for event in reversed(events):
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
            return None
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
            return event
    return None


def runs_beside(events: Sequence[HistoryEvent]) -> tuple[str, str]:
    """The run before and the run after this one; empty where there is none."""
    before = after = ""
    if events:
        before = events[0].workflow_execution_started_event_attributes.continued_execution_run_id
        after = events[-1].workflow_execution_continued_as_new_event_attributes.new_execution_run_id
    return before, after
