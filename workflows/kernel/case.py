"""What every procedure shares: stages by a declared table, acts by validated updates, hand-over."""

import asyncio
from asyncio import CancelledError
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from domain import signing
    from domain.contracts import (
        SYSTEM,
        ActResult,
        CaseInput,
        CaseOutcome,
        Command,
        FileVersion,
    )
    from domain.refusals import Refusal, Refused
    from domain.roles import HEADS
    from domain.transitions import Table
    from forms.approval import ExtensionDecision, Release, Trouble

from workflows.kernel.overruns import Overruns
from workflows.kernel.owed import Owed
from workflows.kernel.recompute import Recompute
from workflows.kernel.search_attributes import CASE_OUTCOME
from workflows.kernel.tasks import Leave

Step = Callable[[], Awaitable[str]]
# The engine forgets update ids at continue-as-new; the case remembers its acts itself.
REMEMBERED = 1000
# Acts of people that no stage has to name: what they need is checked by each of them. After a withdrawal
# there is nothing left for them.
PERSONS = frozenset(
    {
        "complete",
        "reassign",
        "request_extension",
        "explain_overrun",
        "suspend_clock",
        "resume_clock",
    }
)
ALWAYS = PERSONS | {"callback", "clock_due", "related_ended", "apply_calendar"}


def refused_error(refused: Refused, revision: int) -> ApplicationError:
    """A refusal as it travels: type = the typed reason, details = field errors, the revision that judged."""
    return ApplicationError(
        refused.message, refused.errors, revision, type=refused.why.value, non_retryable=True
    )


class CaseWorkflow(Owed, Recompute, Overruns):
    """A procedure names its tables by version, its steps, and the acts each stage accepts."""

    tables: ClassVar[Mapping[str, Table]] = {}
    # What comes in whatever the stage is.
    always: ClassVar[frozenset[str]] = ALWAYS

    def __init__(self, case: CaseInput) -> None:
        self.table = self.tables[case.table_version]
        super().__init__(case, self.table.first)
        self.task_forms = {f.code: f for f in (ExtensionDecision, Release, Trouble, *self.forms())}
        self._closed = False

    def forms(self) -> tuple[Any, ...]:
        """The officers' forms of the procedure."""
        return ()

    # -- the run -----------------------------------------------------------------------------------

    async def conduct(self, steps: Mapping[str, Step]) -> CaseOutcome:
        """Run the stages from where the case is to a final one."""
        background = [
            asyncio.create_task(self._note_tasks()),
            asyncio.create_task(self._project_forever()),
            asyncio.create_task(self._keep_clocks()),
        ]
        try:
            if self.case.resumed is None:
                self._open()
            while not self.table.stage(self.state.stage).final:
                await self._hand_over_if_long()
                try:
                    to = await steps[self.state.stage]()
                except Leave as leave:
                    to = leave.stage
                # Asked for while the step did not wait for anybody: it was told it is done.
                to = self._leave or to
                self._leave = None
                if self.table.stage(to).final and self.held():
                    await workflow.wait_condition(lambda: not self.held())
                self._move(to)
            self.give_up_idle()
            await self.asides_done()
            self._close()
            await self._report_to_parent()
            await self.shown(self.state.revision)
        except (Exception, CancelledError) as error:
            # A failing workflow task is retried with its handlers; only a real exit waits for them.
            if isinstance(error, CancelledError) or workflow.is_failure_exception(error):
                await workflow.wait_condition(workflow.all_handlers_finished)
            raise
        await workflow.wait_condition(workflow.all_handlers_finished)
        for task in background:
            task.cancel()
        return CaseOutcome(case_id=self.case.case_id, stage=self.state.stage, closed_at=self.now())

    def held(self) -> bool:
        """What must be done before the case may end: a release is not put off by its end (行政强制法 28)."""
        return self.owes_release()

    def _open(self) -> None:
        opening = self.case.opening
        data = opening.data
        self.state.owner = opening.actor.acting_for or opening.actor.person_id
        self.state.title = str(data.get("title", ""))
        self.state.numbers = {"receipt": str(data.get("receipt_no", ""))}
        self.state.applied.append(opening.act_id)
        self.state.passed = [self._passed(self.state.stage, opening.received_at)]
        self.add_version(opening)
        self.change(
            procedure=self.case.procedure,
            office=self.case.office,
            owner=self.state.owner,
            owner_name=opening.actor.name,
            title=self.state.title,
            stage=self.state.stage,
            receipt_no=self.state.numbers["receipt"] or None,
            numbers=dict(self.state.numbers),
            table_version=self.case.table_version,
            catalogue_version=self.case.catalogue_version,
            law_edition=self.case.law_edition,
            opened_at=opening.received_at.isoformat(),
            passed=list(self.state.passed),
        )
        if self.case.parent_case:
            self.state.memo["parent"] = self.case.parent_case
        self.opened(opening)
        self.record_opening(opening, digest=str(data.get("digest", "")))

    def record_opening(self, opening: Command, *, digest: str) -> None:
        """The event that opens the case's record."""
        self.record(
            "submitted",
            actor=opening.actor,
            at=opening.received_at,
            act_id=opening.act_id,
            data={
                "version": 1,
                "digest": digest,
                "receipt": opening.data.get("receipt_no", ""),
            },
        )

    def opened(self, opening: Command) -> None:
        """What a procedure keeps of its application (codes and names, no identity numbers)."""

    def add_version(self, command: Command) -> FileVersion:
        version = FileVersion(
            version=len(self.state.versions) + 1,
            digest=str(command.data.get("digest", "")),
            received_at=command.received_at,
            parts=dict(command.data.get("parts", {})),
        )
        self.state.versions.append(version)
        self.change(version=version.version)
        return version

    def _passed(self, stage: str, at: datetime) -> dict[str, str]:
        return {"stage": stage, "at": at.isoformat()}

    def _move(self, to: str) -> None:
        """Raises UndeclaredTransition where the table has no arrow."""
        frm = self.state.stage
        self.table.check(frm, to)
        # The kernel's own tasks (extension, trouble) belong to no stage.
        left = [t for t in self.state.tasks.values() if t.stage == frm]
        for task in left:
            if not task.form.startswith("kernel."):
                self.drop_task(task, "stage_left")
        self._decided = False
        self.state.stage = to
        self.state.passed.append(self._passed(to, self.now()))
        self.change(stage=to, passed=list(self.state.passed))
        if not self.table.stage(to).final:
            self.record("stage_entered", data={"from": frm, "stage": to})

    def _close(self) -> None:
        for clock in list(self.state.clocks.values()):
            self.stop_clock(clock.key, "closed")
        for task in list(self.state.tasks.values()):
            self.drop_task(task, "case_closed")
        self._closed = True
        now = self.now().isoformat()
        self.change(closed_at=now, outcome=self.state.stage, due_at=None)
        self.record("closed", data={"outcome": self.state.stage})
        workflow.upsert_search_attributes([CASE_OUTCOME.value_set(self.state.stage)])

    async def _hand_over_if_long(self) -> None:
        """Continue-as-new between stages only, handlers finished and everything shown first."""
        if workflow.info().is_continue_as_new_suggested():
            await workflow.wait_condition(lambda: not self._idle)
            await self.asides_done()
            await self.shown(self.state.revision)
            await workflow.wait_condition(workflow.all_handlers_finished)
            # The last projection may have told of a calendar that moved a clock: an event of its own.
            if self._flushed < self.state.revision:
                await self.shown(self.state.revision)
            if self._leave is not None or self._answers:
                return  # What a person just did is not in the state yet; the next stage hands over.
            workflow.continue_as_new(self.case.model_copy(update={"resumed": self.state}))

    # -- acts --------------------------------------------------------------------------------------

    @workflow.update(name="act")
    async def act(self, command: Command) -> ActResult:
        """Apply an act once; returns when the read model shows it."""
        if command.act_id not in self.state.applied:
            self._apply(command)
        if command.kind == "clock_due":
            await workflow.wait_condition(lambda: not self._is_due(command) or self._closed)
        await self.shown(self.state.revision)
        return ActResult(
            case_id=self.case.case_id, revision=self.state.revision, stage=self.state.stage
        )

    @act.validator
    def check_act(self, command: Command) -> None:
        """Reads, never writes. A refused act leaves no trace in the case's history."""
        try:
            self._check(command)
        except Refused as refused:
            raise refused_error(refused, self.state.revision) from refused

    def _check(self, command: Command) -> None:
        if command.act_id in self.state.applied:
            return
        if command.case_id != self.case.case_id or not signing.verified(command):
            raise Refused(Refusal.FORGED_ACTOR)
        if self._closed:
            raise Refused(Refusal.CASE_CLOSED)
        accepted = self.table.accepts.get(self.state.stage, frozenset())
        if command.kind not in self.always | accepted:
            known = command.kind in frozenset().union(*self.table.accepts.values())
            raise Refused(Refusal.NOT_ACCEPTED_NOW if known else Refusal.MALFORMED)
        # Of two acts that end a stage the first wins, also while the case has not moved on yet.
        leaving = self._leave is not None and command.kind in PERSONS | accepted
        if leaving or (self._decided and command.kind in accepted):
            raise Refused(Refusal.NOT_ACCEPTED_NOW)
        check = getattr(self, f"check_{command.kind}")
        check(command)

    def _apply(self, command: Command) -> None:
        self.state.applied = [*self.state.applied[-REMEMBERED:], command.act_id]
        getattr(self, f"apply_{command.kind}")(command)

    def apply_if_lawful(self, command: Command) -> None:
        if command.act_id in self.state.applied or command.kind == "clock_due":
            return
        try:
            self._check(command)
        except Refused:
            return
        self._apply(command)

    # -- withdraw ------------------------------------------------------------------------------------

    def check_withdraw(self, command: Command) -> None:
        self.check_owner(command)

    def check_owner(self, command: Command) -> None:
        actor = command.actor
        if self.state.owner not in {actor.person_id, actor.acting_for}:
            raise Refused(Refusal.WRONG_ROLE, "只有申请人或者其代理人可以这样做。")

    def apply_withdraw(self, command: Command) -> None:
        self.record(
            "withdrawn",
            actor=command.actor,
            at=command.received_at,
            act_id=command.act_id,
            data={"reason": str(command.data.get("reason", ""))[:2000]},
        )
        self._leave = "withdrawn"

    # -- reassign --------------------------------------------------------------------------------------

    def check_reassign(self, command: Command) -> None:
        task = self.open_task_of(command)
        if not HEADS & set(command.actor.roles):
            raise Refused(Refusal.WRONG_ROLE)
        if command.actor.office != self.case.office:
            raise Refused(Refusal.WRONG_OFFICE)
        to = command.data.get("to")
        if not isinstance(to, str) or not to or not str(command.data.get("reason", "")).strip():
            raise Refused(Refusal.INVALID_ANSWERS, "转办应当写明转给谁和理由。")
        if task.role not in command.data.get("to_roles", []):
            raise Refused(Refusal.WRONG_ROLE, "接手的人没有办理这个任务的岗位。")
        self.check_duty(task.duty, to)

    def apply_reassign(self, command: Command) -> None:
        task = self.state.tasks[command.task_id or ""]
        task.assignee = str(command.data["to"])
        self.change_row("tasks", {"task_id": task.task_id, "assignee": task.assignee})
        self.record(
            "task_reassigned",
            actor=command.actor,
            at=command.received_at,
            act_id=command.act_id,
            data={"task": task.task_id, "to_name": str(command.data.get("to_name", ""))},
            internal={"to": task.assignee, "reason": str(command.data["reason"])[:2000]},
        )

    # -- the sweep -------------------------------------------------------------------------------------

    def check_clock_due(self, command: Command) -> None:
        if "system" not in command.actor.roles:
            raise Refused(Refusal.WRONG_ROLE)
        clock = self.state.clocks.get(str(command.data.get("clock", "")))
        if clock is None or clock.state != "running":
            raise Refused(Refusal.CLOCK_CLOSED)
        rung = next((r for r in clock.rungs if r.fired_at is None), None)
        if rung is None or rung.kind != command.data.get("rung"):
            raise Refused(Refusal.CLOCK_CLOSED)
        if rung.at > self.now():
            raise Refused(Refusal.CLOCK_NOT_DUE)

    def apply_clock_due(self, command: Command) -> None:
        self._poked = True

    def _is_due(self, command: Command) -> bool:
        try:
            self.check_clock_due(command.model_copy(update={"actor": SYSTEM}))
        except Refused:
            return False
        return True
