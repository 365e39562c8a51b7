"""The engine's side of a case for the inspector: described, fetched, its payloads opened with the case's key."""

import asyncio
import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from google.protobuf.json_format import MessageToDict, ParseDict
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.api.common.v1 import Payload, WorkflowExecution
from temporalio.api.enums.v1 import PendingActivityState, PendingWorkflowTaskState
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionRequest,
    DescribeWorkflowExecutionResponse,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.records import HISTORY
from api.engine_record import (
    EngineRecord,
    OpenTimer,
    PendingCall,
    PendingTask,
    Window,
)
from banjian.engine_scan import (
    armed_timers,
    begun_by,
    code_of,
    last_task_failure,
    open_updates,
    optional,
    runs_beside,
    summaries,
)
from storage.codec import CaseCodec
from storage.files import FileBroken, FileMissing, FolderStore
from storage.keys import CaseKeys, KeyDestroyed
from storage.opened import PAYLOAD, UNREADABLE, bound, open_event, open_payload
from storage.tables import FileRow

# A page that waits longer for the engine than this helps nobody who looks for an outage.
PATIENCE: Final = 5.0
STATUSES: Final = (
    "", "running", "completed", "failed", "canceled", "terminated", "continued_as_new", "timed_out",
)  # fmt: skip
CALLING: Final = PendingActivityState.PENDING_ACTIVITY_STATE_STARTED
WORKING: Final = PendingWorkflowTaskState.PENDING_WORKFLOW_TASK_STATE_STARTED


@dataclass(frozen=True)
class Fetched:
    """One run as the engine or the archive gave it."""

    source: str
    events: list[HistoryEvent]
    described: DescribeWorkflowExecutionResponse = field(
        default_factory=DescribeWorkflowExecutionResponse
    )


class ClientRecords:
    """Reads through the client; where the engine has forgotten a run, the copy kept at the case's close.

    Args:
        client: asked for at each look.
        engine: the installation's database, for where the copy is.
        files: the store that holds it, sealed.
        keys: data keys of cases.
        patience: seconds that the engine may take.
    """

    def __init__(
        self,
        client: Callable[[], Client],
        engine: AsyncEngine,
        files: FolderStore,
        keys: CaseKeys,
        *,
        patience: float = PATIENCE,
    ) -> None:
        self._client = client
        self._engine = engine
        self._files = files
        self._codec = CaseCodec(keys)
        self._patience = patience

    async def look(self, case_id: UUID, window: Window) -> EngineRecord:
        """See `api.engine_record.EngineRecords`."""
        away = ""
        try:
            async with asyncio.timeout(self._patience):
                fetched = await self._fetch(case_id, window.run_id)
        except RPCError as error:
            fetched, away = None, error.status.name
        except TimeoutError:
            fetched, away = None, "DEADLINE_EXCEEDED"
        except RuntimeError:
            # A client that connects at its first use says so when there is nobody to connect to.
            fetched, away = None, "UNAVAILABLE"
        reason = away
        if fetched is None:
            fetched, reason = await self._kept(case_id, window.run_id)
        if fetched is None:
            return EngineRecord("away" if away else "gone", away or reason)
        return await self._record(fetched, bound(self._codec, case_id), window)

    async def _fetch(self, case_id: UUID, run_id: str | None) -> Fetched | None:
        """None for a run that the engine does not have."""
        client, wait = self._client(), timedelta(seconds=self._patience)
        asked = DescribeWorkflowExecutionRequest(
            namespace=client.namespace,
            execution=WorkflowExecution(workflow_id=str(case_id), run_id=run_id or ""),
        )
        try:
            described = await client.workflow_service.describe_workflow_execution(
                asked, timeout=wait
            )
            # The run that was described: the case may be handed over between the two questions.
            run = described.workflow_execution_info.execution.run_id
            handle = client.get_workflow_handle(str(case_id), run_id=run)
            history = await handle.fetch_history(rpc_timeout=wait)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return None
        return Fetched("engine", list(history.events), described)

    async def _kept(self, case_id: UUID, run_id: str | None) -> tuple[Fetched | None, str]:
        """The sealed copy and, without one, why. The last run's copy carries its id inside."""
        table = FileRow.__table__
        wanted = [uuid5(case_id, HISTORY)]
        if run_id is not None:
            wanted.insert(0, uuid5(case_id, f"{HISTORY}:{run_id}"))
        async with self._engine.connect() as connection:
            rows = await connection.execute(
                select(table.c.id, table.c.stored_id).where(table.c.id.in_(wanted))
            )
            stored = {row.id: row.stored_id for row in rows}
        for ident in (i for i in wanted if i in stored):
            try:
                packed = await self._files.get(case_id, stored[ident])
            except KeyDestroyed:
                return None, "erased"
            except (FileMissing, FileBroken) as error:
                return None, type(error).__name__
            events = [
                ParseDict(event, HistoryEvent(), ignore_unknown_fields=True)
                for event in json.loads(gzip.decompress(packed))
            ]
            own = events[0].workflow_execution_started_event_attributes.original_execution_run_id
            if run_id in {None, own}:
                return Fetched("archive", events), ""
        return None, "not_kept"

    async def _record(self, fetched: Fetched, codec: CaseCodec, window: Window) -> EngineRecord:
        events, described = fetched.events, fetched.described
        shown = _shown(events, window)
        info = described.workflow_execution_info
        start = events[0].workflow_execution_started_event_attributes
        before, after = runs_beside(events)
        status = STATUSES[info.status] if fetched.source == "engine" else ""
        case = await self._input(start.input.payloads, codec)
        record = EngineRecord(
            source="engine" if fetched.source == "engine" else "archive",
            status=status,
            run_id=start.original_execution_run_id,
            previous_run=before,
            next_run=after,
            queue=start.task_queue.name,
            total=events[-1].event_id,
            size=info.history_size_bytes,
            offset=timedelta(seconds=_number(case.get("offset_seconds"))),
            calendars=[str(pin) for pin in case.get("calendar_pins", [])],
            events=[await open_event(MessageToDict(e), codec) for e in shown],
            names=await self._names(events, shown, codec),
            code=code_of(events),
        )
        if status != "running":
            return record
        return replace(
            record,
            timers=[
                OpenTimer(t.event_id, t.started_at, t.fires_at, await self._text(t.summary, codec))
                for t in armed_timers(events)
            ],
            calls=await self._calls(described.pending_activities, events, codec),
            updates=open_updates(events),
            task=await self._task(described, events, codec),
        )

    async def _input(self, payloads: Sequence[Payload], codec: CaseCodec) -> dict[str, Any]:
        """What the case was started with; empty where it cannot be read."""
        opened = await open_payload(payloads[0], codec) if payloads else {}
        value = opened.get(PAYLOAD)
        return value if isinstance(value, dict) else {}

    async def _text(self, payload: Payload, codec: CaseCodec) -> str:
        if not payload.metadata:
            return ""
        return str((await open_payload(payload, codec)).get(PAYLOAD, ""))

    async def _names(
        self, events: Sequence[HistoryEvent], shown: Sequence[HistoryEvent], codec: CaseCodec
    ) -> dict[int, str]:
        """What the window's ends belong to; the beginnings may lie before the window."""
        wanted = {begun_by(event) for event in shown} - {0}
        found = {}
        for event in events:
            if event.event_id in wanted:
                kind = event.activity_task_scheduled_event_attributes.activity_type.name
                summary = await self._text(event.user_metadata.summary, codec)
                found[event.event_id] = " · ".join(p for p in (kind, summary) if p)
        return found

    async def _message(self, failure: Failure, codec: CaseCodec) -> str:
        """A failure in one line. Ours travel sealed; the engine's own are in the open."""
        if failure.HasField("encoded_attributes"):
            opened = await open_payload(failure.encoded_attributes, codec)
            if UNREADABLE in opened:
                return f"({opened[UNREADABLE]})"
            said = opened[PAYLOAD]
            return str(said.get("message", "")) if isinstance(said, dict) else ""
        if failure.HasField("timeout_failure_info"):
            return failure.message or "timeout"
        return failure.message

    async def _calls(
        self,
        pending: Sequence[PendingActivityInfo],
        events: Sequence[HistoryEvent],
        codec: CaseCodec,
    ) -> list[PendingCall]:
        written = summaries(events)
        return [
            PendingCall(
                activity_id=one.activity_id,
                name=one.activity_type.name,
                summary=await self._text(written.get(one.activity_id, Payload()), codec),
                running=one.state == CALLING,
                attempt=one.attempt,
                scheduled_at=optional(one.scheduled_time),
                started_at=optional(one.last_started_time),
                next_attempt_at=None
                if one.state == CALLING
                else optional(one.next_attempt_schedule_time) or optional(one.scheduled_time),
                given_up_at=optional(one.expiration_time),
                last_error=await self._message(one.last_failure, codec),
                last_worker=one.last_worker_identity,
            )
            for one in pending
        ]

    async def _task(
        self,
        described: DescribeWorkflowExecutionResponse,
        events: Sequence[HistoryEvent],
        codec: CaseCodec,
    ) -> PendingTask | None:
        if not described.HasField("pending_workflow_task"):
            return None
        pending = described.pending_workflow_task
        failed = last_task_failure(events)
        error = ""
        if failed is not None:
            error = await self._message(failed.workflow_task_failed_event_attributes.failure, codec)
        return PendingTask(
            attempt=pending.attempt,
            started=pending.state == WORKING,
            scheduled_at=optional(pending.scheduled_time),
            last_error=error,
        )


def _shown(events: list[HistoryEvent], window: Window) -> list[HistoryEvent]:
    if window.after is not None:
        return [e for e in events if e.event_id > window.after][: window.limit]
    if window.before is not None:
        events = [e for e in events if e.event_id < window.before]
    return events[-window.limit :]


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
