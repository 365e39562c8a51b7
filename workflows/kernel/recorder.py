"""A case's state and its story: every change is an event, every workflow task one projection."""

import asyncio
from asyncio import Future, Task
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.projection import ProjectionActivities
    from domain.calendar_news import CalendarNews
    from domain.contracts import (
        SYSTEM,
        Actor,
        CaseEvent,
        CaseInput,
        CaseState,
        Changes,
        NumberOrder,
        Projection,
    )
    from law import catalogue

# A local activity beside the workflow. No attempt limit: a case outlives any outage of SQL.
QUICK = timedelta(seconds=20)
PERSISTENT = RetryPolicy(
    initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=5)
)
# Rounds of the event loop without a new event after which a workflow task has said all it will.
SETTLED = 3


class Recorder:
    """State, events and their projection. Knows nothing of tasks, clocks or registers."""

    def __init__(self, case: CaseInput, first: str) -> None:
        self.case = case
        self.row = catalogue.procedure(case.procedure, case.catalogue_version)
        self.state = case.resumed or CaseState(stage=first)
        self._offset = timedelta(seconds=case.offset_seconds)
        self._pending: list[CaseEvent] = []
        self._changes = Changes()
        self._flushed = self.state.revision
        self._running: list[Task[None]] = []
        self._rounds: list[Future[None]] = []
        self._task_length = -1
        self._task_began = workflow.now()

    def now(self) -> datetime:
        """The instant in law: the engine's time, moved by a constant in stories only."""
        return workflow.now() + self._offset

    # -- what changes ------------------------------------------------------------------------

    def change(self, **columns: Any) -> None:
        """Columns of the case that the next event carries into the read model (JSON values)."""
        self._changes.case.update(columns)

    def change_row(self, kind: str, row: dict[str, Any]) -> None:
        """A row of another table of the read model (the names in `Changes`) that the next event carries."""
        getattr(self._changes, kind).append(row)

    def record(
        self,
        kind: str,
        *,
        actor: Actor = SYSTEM,
        at: datetime | None = None,
        act_id: str | None = None,
        data: dict[str, Any] | None = None,
        internal: dict[str, Any] | None = None,
    ) -> None:
        """Add an event: past tense, actor named, with everything changed since the last one."""
        now = self.now()
        self.state.revision += 1
        self._pending.append(
            CaseEvent(
                revision=self.state.revision,
                kind=kind,
                at=at or now,
                processed_at=now,
                actor=Actor(person_id=actor.person_id, name=actor.name),
                act_id=act_id,
                data=data or {},
                internal=internal or {},
                changes=self._changes,
            )
        )
        self._changes = Changes()

    # -- the projection ----------------------------------------------------------------------

    async def _note_tasks(self) -> None:
        """Keep the instant at which the engine began the workflow task at work.

        `workflow.now()` moves on with the local activities of a task: a task that was lost after a
        slow one would seem later than the task that took its place, and its rows would win.
        """
        await workflow.wait_condition(self._noted)

    def _noted(self) -> bool:
        """Looked at whenever nothing is left to run, so in the first activation of each task; never true."""
        waiting, self._rounds = self._rounds, []
        for one in waiting:
            if not one.done():
                one.set_result(None)
        length = workflow.info().get_current_history_length()
        if length != self._task_length:
            self._task_length, self._task_began = length, workflow.now()
        return False

    async def _project_forever(self) -> None:
        while True:
            await workflow.wait_condition(lambda: bool(self._pending))
            await self._settle()
            await self._project()

    async def _settle(self) -> None:
        """Let procedure and handlers take every step that needs no answer from outside, so that
        one workflow task makes one projection (8-9 ms of CPU each)."""
        quiet = 0
        seen = self.state.revision
        while quiet < SETTLED:
            await self._next_round()
            quiet = quiet + 1 if seen == self.state.revision else 0
            seen = self.state.revision

    async def _next_round(self) -> None:
        """Returns when every other task has run that could: as `wait_condition(lambda: True)` does, for a third
        of its cost, which is a tenth of a case's time in the worker."""
        end = asyncio.get_running_loop().create_future()
        self._rounds.append(end)
        await end
        # Behind those who were woken by the same look at the conditions.
        await asyncio.sleep(0)

    async def _project(self) -> None:
        batch, self._pending = self._pending, []
        info = workflow.info()
        news = await workflow.execute_local_activity_method(
            ProjectionActivities.project,
            Projection(
                case_id=self.case.case_id,
                run_id=info.run_id,
                task_at=self._task_began,
                events=batch,
                calendar_order=self.calendar_order,
            ),
            start_to_close_timeout=QUICK,
            retry_policy=PERSISTENT,
        )
        self._flushed = batch[-1].revision
        self.learned(news)

    @property
    def calendar_order(self) -> int:
        """The last publication of a calendar that the case knows of."""
        return 0

    def learned(self, news: CalendarNews | None) -> None:
        """What the database told beside the projection: a calendar was published, or taken back."""

    async def shown(self, revision: int) -> None:
        """Returns once the read model shows the revision."""
        await workflow.wait_condition(lambda: self._flushed >= revision)

    async def number(self, kind: str) -> str:
        """The case's number of this kind; taken once (case, kind)."""
        if kind not in self.state.numbers:
            self.state.numbers[kind] = await workflow.execute_local_activity_method(
                ProjectionActivities.take_number,
                NumberOrder(
                    case_id=self.case.case_id,
                    kind=kind,
                    office=self.case.office,
                    procedure=self.case.procedure,
                    at=self.now(),
                ),
                start_to_close_timeout=QUICK,
                retry_policy=PERSISTENT,
            )
            self.change(numbers=dict(self.state.numbers))
        return self.state.numbers[kind]
