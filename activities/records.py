"""Upkeep of the permanent record: engine histories of closed cases, files that nothing refers to."""

import gzip
import json
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity

from activities.context import Files
from domain.contracts import Contract
from storage.files import FolderStore
from storage.tables import CaseRow, DocumentRow, FileRow

HISTORY = "engine_history"
BATCH = 50
# An upload is on disk before its row: a file younger than this may still get one.
ORPHAN_AGE = timedelta(days=1)

FetchHistory = Callable[[uuid.UUID], Awaitable[list[dict[str, object]]]]


class Kept(Contract):
    done: int = 0
    left: int = 0


class RecordActivities:
    """Both idempotent: a history is stored under an id that follows from its case."""

    def __init__(self, engine: AsyncEngine, files: FolderStore, fetch: FetchHistory) -> None:
        self._engine = engine
        self._files = files
        self._fetch = fetch

    @activity.defn(name="keep_histories")
    async def keep_histories(self) -> Kept:
        """The (sealed) engine history of each closed case, long before the engine forgets it."""
        held = select(FileRow.case_id).where(FileRow.part == HISTORY)
        async with self._engine.connect() as connection:
            cases = (
                await connection.execute(
                    select(CaseRow.case_id)
                    .where(CaseRow.closed_at.is_not(None), CaseRow.case_id.not_in(held))
                    .order_by(CaseRow.closed_at)
                    .limit(BATCH)
                )
            ).scalars()
        kept = Kept()
        for case_id in cases:
            events = await self._fetch(case_id)
            if not events or not _ended(events):
                # Forgotten by the engine, or its last task is still on its way: the next turn looks again.
                kept.left += 1
                continue
            await self._keep(self._files, case_id, events)
            kept.done += 1
        return kept

    async def _keep(
        self, files: Files, case_id: uuid.UUID, events: list[dict[str, object]]
    ) -> None:
        packed = gzip.compress(json.dumps(events, sort_keys=True).encode(), mtime=0)
        stored = await files.put(
            packed,
            case_id=case_id,
            media_type="application/gzip",
            retention_class="permanent",
        )
        async with self._engine.begin() as connection:
            await connection.execute(
                insert(FileRow)
                .values(
                    id=uuid.uuid5(case_id, HISTORY),
                    case_id=case_id,
                    owner="system",
                    part=HISTORY,
                    name="history.json.gz",
                    media_type="application/gzip",
                    size=stored.size,
                    sha256=stored.sha256,
                    stored_id=stored.stored_id,
                    retention="permanent",
                    uploaded_at=func.app_now(),
                )
                .on_conflict_do_nothing()
            )

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


def _ended(events: list[dict[str, object]]) -> bool:
    return any(
        str(e.get("eventType", "")).startswith("EVENT_TYPE_WORKFLOW_EXECUTION_")
        and str(e.get("eventType", "")).removeprefix("EVENT_TYPE_WORKFLOW_EXECUTION_")
        in {"COMPLETED", "FAILED", "TERMINATED", "CANCELED", "TIMED_OUT"}
        for e in events[-1:]
    )
