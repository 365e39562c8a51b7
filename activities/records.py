"""Upkeep of the permanent record: engine histories of closed cases, files that nothing refers to."""

import contextlib
import gzip
import json
import uuid
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity
from temporalio.service import RPCError

from domain.contracts import Contract
from storage.files import FolderStore
from storage.submissions import SYSTEM
from storage.tables import CaseEventRow, CaseRow, DocumentRow, FileRow

HISTORY = "engine_history"
"""The last run of a closed case: the one that a release could be replayed against."""
HISTORY_OF_RUN = "engine_history_of_run"
"""A run before it; its id stands in the file's name."""
BATCH = 50
# An upload is on disk before its row: a file younger than this may still get one.
ORPHAN_AGE = timedelta(days=1)

Events = list[dict[str, object]]
FetchRun = Callable[[uuid.UUID, str | None], Awaitable[Events]]
"""The events of one run, of the newest without its id; empty when the engine has no such run."""


class Kept(Contract):
    done: int = 0
    left: int = 0


class RecordActivities:
    """Both idempotent: a history is stored under an id that follows from its case and run."""

    def __init__(self, engine: AsyncEngine, files: FolderStore, fetch: FetchRun) -> None:
        self._engine = engine
        self._files = files
        self._fetch = fetch

    @activity.defn(name="keep_histories")
    async def keep_histories(self) -> Kept:
        """The (sealed) engine history of each closed case, long before the engine forgets it.

        A case that was handed over has several runs. The engine forgets a run by the day on which that run
        ended, so those of open cases are kept at once, and all others when the case closes.
        """
        kept = Kept()
        for case_id, run_id in await self._handed_over():
            with self._noted(kept, case_id):
                if events := await self._fetch(case_id, run_id):
                    await self._keep(case_id, {run_id: events}, newest=None)
                    kept.done += 1
        for case_id in await self._closed():
            with self._noted(kept, case_id):
                runs, newest = await self._runs(case_id)
                if newest is None:
                    # Forgotten by the engine, or its last task is still on its way: the next turn looks again.
                    kept.left += 1
                    continue
                await self._keep(case_id, runs, newest=newest)
                kept.done += 1
        return kept

    @staticmethod
    @contextlib.contextmanager
    def _noted(kept: Kept, case_id: uuid.UUID) -> Iterator[None]:
        """One case that the engine does not give now must not stop the others."""
        try:
            yield
        except RPCError as error:
            kept.left += 1
            activity.logger.warning("history of %s: %s", case_id, error.status.name)

    async def _handed_over(self) -> Sequence[tuple[uuid.UUID, str]]:
        """Runs of open cases that a later run has followed, not kept yet."""
        last = func.max(CaseEventRow.revision)
        held = (
            select(FileRow.id)
            .where(FileRow.case_id == CaseEventRow.case_id, FileRow.part == HISTORY_OF_RUN)
            .where(FileRow.name == func.concat("history.", CaseEventRow.run_id, ".json.gz"))
        )
        async with self._engine.connect() as connection:
            rows = await connection.execute(
                select(CaseEventRow.case_id, CaseEventRow.run_id)
                .join(CaseRow, CaseRow.case_id == CaseEventRow.case_id)
                .where(CaseRow.closed_at.is_(None), ~held.exists())
                .group_by(CaseEventRow.case_id, CaseEventRow.run_id, CaseRow.revision)
                .having(last < CaseRow.revision)
                .order_by(last)
                .limit(BATCH)
            )
            return [(case_id, run_id) for case_id, run_id in rows]

    async def _closed(self) -> Sequence[uuid.UUID]:
        held = select(FileRow.case_id).where(FileRow.part == HISTORY)
        async with self._engine.connect() as connection:
            rows = await connection.execute(
                select(CaseRow.case_id)
                .where(CaseRow.closed_at.is_not(None), CaseRow.case_id.not_in(held))
                .order_by(CaseRow.closed_at)
                .limit(BATCH)
            )
            return list(rows.scalars())

    async def _runs(self, case_id: uuid.UUID) -> tuple[dict[str, Events], str | None]:
        """All runs that the engine still has, and which is the last; None while that has not ended."""
        events = await self._fetch(case_id, None)
        if not events or not _ended(events):
            return {}, None
        newest = _attribute(events, "originalExecutionRunId")
        runs = {newest: events}
        while (earlier := _attribute(events, "continuedExecutionRunId")) and earlier not in runs:
            events = await self._fetch(case_id, earlier)
            if not events:
                break
            runs[earlier] = events
        return runs, newest

    async def _keep(
        self, case_id: uuid.UUID, runs: dict[str, Events], *, newest: str | None
    ) -> None:
        rows = []
        for run_id, events in runs.items():
            packed = gzip.compress(json.dumps(events, sort_keys=True).encode(), mtime=0)
            stored = await self._files.put(
                packed,
                case_id=case_id,
                media_type="application/gzip",
                retention_class="permanent",
            )
            last = run_id == newest
            rows.append(
                {
                    "id": uuid.uuid5(case_id, HISTORY if last else f"{HISTORY}:{run_id}"),
                    "case_id": case_id,
                    "owner": SYSTEM,
                    "part": HISTORY if last else HISTORY_OF_RUN,
                    "name": "history.json.gz" if last else f"history.{run_id}.json.gz",
                    "media_type": "application/gzip",
                    "size": stored.size,
                    "sha256": stored.sha256,
                    "stored_id": stored.stored_id,
                    "retention": "permanent",
                    "uploaded_at": func.app_now(),
                }
            )
        async with self._engine.begin() as connection:
            for row in rows:
                await connection.execute(insert(FileRow).values(row).on_conflict_do_nothing())

    @activity.defn(name="sweep_files")
    async def sweep_files(self) -> Kept:
        """Remove stored files that no row refers to (an upload whose process died before its row)."""
        async with self._engine.connect() as connection:
            referenced = set(
                (
                    await connection.execute(
                        select(FileRow.stored_id).union(select(DocumentRow.stored_id))
                    )
                ).scalars()
            )
        # The file system's own time on both sides: a file's age is no date in law.
        probe = Path(self._files.root) / ".age"
        probe.touch()
        now = datetime.fromtimestamp(probe.stat().st_mtime, UTC)
        removed = await self._files.sweep(referenced, before=now - ORPHAN_AGE)
        return Kept(done=len(removed))


def _attribute(events: Events, name: str) -> str:
    """Of the run's first event; empty where it says nothing."""
    first = events[0].get("workflowExecutionStartedEventAttributes")
    return str(first.get(name) or "") if isinstance(first, dict) else ""


def _ended(events: Events) -> bool:
    return any(
        str(e.get("eventType", "")).startswith("EVENT_TYPE_WORKFLOW_EXECUTION_")
        and str(e.get("eventType", "")).removeprefix("EVENT_TYPE_WORKFLOW_EXECUTION_")
        in {"COMPLETED", "FAILED", "TERMINATED", "CANCELED", "TIMED_OUT"}
        for e in events[-1:]
    )
