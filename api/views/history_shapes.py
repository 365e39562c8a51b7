"""What REST answers about a case's history, for the API's description; made by `history_json`."""

from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, JsonValue

from api.views.shapes import Shape, Verification


class RecordedEvent(Shape):
    """An event of ours: the permanent record. `data` is masked."""

    revision: int
    kind: str
    at: AwareDatetime
    processed_at: AwareDatetime
    actor: str
    act_id: UUID | None
    hash: str
    data: dict[str, JsonValue]


class LostEvent(Shape):
    """An event of a workflow task that was lost after its commit; the later task's took its place."""

    revision: int
    kind: str
    hash: str
    run_id: str
    task_at: AwareDatetime
    superseded_at: AwareDatetime


class OutsideEffect(Shape):
    """A call outside: intent before, result after."""

    kind: str
    seq: int
    register_name: str = Field(alias="register")
    request_id: str
    request_hash: str
    state: Literal["intent", "waiting", "done", "refused"]
    attempts: int
    last_error: str
    intent_at: AwareDatetime
    finished_at: AwareDatetime | None
    answer: dict[str, JsonValue] | None


class ActOutside(Shape):
    """An act that was received and is not in the case: on its way, or refused by it."""

    act_id: UUID
    kind: str
    state: Literal["received", "refused"]
    actor: str
    received_at: AwareDatetime
    attempts: int
    sent_at: AwareDatetime | None
    refusal: str | None


class Reading(Shape):
    """Who read this record."""

    at: AwareDatetime
    person_id: str
    name: str
    what: str


class Versions(Shape):
    """What decides how the case is carried on."""

    procedure: str
    table: str
    catalogue: str
    law_edition: str
    calendars: list[str]
    event_schema: int
    sdk: str
    build_id: str
    worker: str


class EngineTimer(Shape):
    """An open timer; `idle` when what it guards was dealt with already."""

    event_id: int
    clock: str
    rung: str
    guards: str
    due_at: AwareDatetime
    legal_at: AwareDatetime | None
    idle: bool


class PendingActivity(Shape):
    """Work under way or between two attempts."""

    activity_id: str
    type: str
    summary: str
    what: str
    state: Literal["running", "waiting"]
    attempt: int
    scheduled_at: AwareDatetime | None
    started_at: AwareDatetime | None
    next_attempt_at: AwareDatetime | None
    given_up_at: AwareDatetime | None
    last_error: str
    last_worker: str


class PendingUpdate(Shape):
    """An act that the case has taken and not finished."""

    act_id: str
    accepted_at: AwareDatetime


class WorkflowTask(Shape):
    """The workflow task at work; an attempt above 1 is a program that fails on this case."""

    attempt: int
    started: bool
    scheduled_at: AwareDatetime | None
    last_error: str


class EngineState(Shape):
    """The engine's side. `source`: the engine, the copy kept at the close, gone, or away (nobody answered)."""

    source: Literal["engine", "archive", "gone", "away"]
    reason: str
    status: str
    run_id: str
    previous_run_id: str
    next_run_id: str
    task_queue: str
    events: int
    size_bytes: int
    offset_seconds: float
    timers: list[EngineTimer]
    pending_activities: list[PendingActivity]
    pending_updates: list[PendingUpdate]
    workflow_task: WorkflowTask | None


class CaseHistory(Shape):
    """A case's own events beside the engine's, a page of each; everything open; the proof.

    In `engine_history` every payload is `{"payload": …}`, opened and masked, or `{"unreadable": …, "bytes": n}`
    with `erased`, `foreign`, `broken` or `binary`.
    """

    case_id: UUID
    number: str | None
    why_waiting: str
    erased: bool
    verification: Verification
    versions: Versions
    clocks: list[dict[str, Any]]
    events: list[RecordedEvent]
    superseded_events: int
    superseded: list[LostEvent]
    effects: list[OutsideEffect]
    acts_outside: list[ActOutside]
    accesses: list[Reading]
    engine: EngineState
    engine_history: list[dict[str, Any]]
    next_cursor: str | None
