"""Seizure (查封、扣押): approved first, or within 24 hours in an emergency; a term that never rolls; lifted at its end.

行政强制法 18, 19 (SOD-4), 25 (term), 28 (lifting at its end). Clocks Q09, Q10. Opened by an officer or by a hazard's case.

    proposed ──▶ approving ──▶ executing ──▶ sealed ──▶ lifting ──▶ released
        │            ├──▶ not_approved │        ▲  └──▶ confiscated
        │            └──▶ not_carried_out ◀──┘  │
        └──▶ reporting ──▶ confirming ──────────┘  (Q10 over, in whatever stage: must be lifted)
             (Q09)            └──▶ lifting

Testing time is excluded by the kernel's suspension (ground `testing`), thirty more days are granted by the head of the bureau once.
Cases of table 1 go as they began: `workflows/seizure_tables.py` says what table 2 adds.
"""

from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import CaseInput, CaseOutcome, Command, Fact, OpenTask, TaskAnswer
    from forms.approval import ExtensionDecision
    from forms.base import TaskForm
    from forms.seizure import (
        ApprovalOutcome,
        Execution,
        SeizureApproval,
        SeizureEnd,
        SeizureOutcome,
        SpotRecord,
        StandDown,
        StandDownOutcome,
        StandDownRequest,
    )
    from law.zone import civil_date, day_start

from workflows.kernel.case import ALWAYS
from workflows.seizure_checks import SeizureChecks
from workflows.seizure_tables import RECORDED, TABLE

F = TypeVar("F", bound=TaskForm)

URGED_AT: Final = timedelta(hours=8, minutes=30)
"""Of a working day on which what is to be lifted is not: the morning's hour of the ladder [P]."""


@workflow.defn(name="seizure")
class Seizure(SeizureChecks):
    tables = {"1": TABLE, "2": RECORDED}
    # The cause may go whatever the case is at; a refusal would be told to a case that can do nothing about it.
    always = ALWAYS | {"cause_removed"}

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await self.conduct(
            {
                "proposed": self.propose,
                "approving": self.ask_approval,
                "executing": self.carry_out,
                "reporting": self.report,
                "confirming": self.confirm,
                "sealed": self.hold,
                "lifting": self.lift,
            }
        )

    def forms(self) -> tuple[Any, ...]:
        return (
            SeizureApproval,
            Execution,
            SpotRecord,
            SeizureOutcome,
            StandDownRequest,
            StandDown,
        )

    async def propose(self) -> str:
        await self.number_case()
        on_the_spot = self.state.memo["seized_at"]
        if on_the_spot:
            at = datetime.fromisoformat(on_the_spot)
            self.state.memo["report_clock"] = self.start_clock("Q09", at)
            if self.recorded:
                # It is seized: its term does not wait for the head to decide.
                self.state.memo["term"] = self.start_clock("Q10", at)
        if self.recorded:
            await self._look_back()
        return "reporting" if on_the_spot else "approving"

    async def _look_back(self) -> None:
        """What was seized of the same party before: the head sees when that ended, and why."""
        found = await self.registers_say("earlier_seizures", parent=self.case.parent_case or "")
        self.state.memo["before"] = {
            "by_term": bool(found.get("by_term")),
            "same_ground": str(found.get("same_ground", "")),
        }

    # -- approved first (行政强制法 18) -----------------------------------------------------------------

    async def ask_approval(self) -> str:
        decided = await self._before_end(SeizureApproval, self.row.roles["decision"])
        assert decided is not None, "nothing is seized yet: no term runs"
        form, given = decided
        self._decide(form, given)
        if form.decision is ApprovalOutcome.APPROVE:
            return "executing"
        if self.recorded and self.cause_gone:
            self._stand_down(form.reasons, given)
            return "not_carried_out"
        return "not_approved"

    async def carry_out(self) -> str:
        if not self.recorded:
            carried = await self._before_end(Execution, self.row.roles["execution"])
            assert carried is not None, "nothing is seized yet: no term runs"
            return await self._carried_out(*carried)
        execution = self._ask(Execution, self.row.roles["execution"])
        while not self._answered(execution):
            if await self._stood_down(execution):
                return "not_carried_out"
        given = self._answers.pop(execution.task_id)
        return await self._carried_out(Execution.model_validate(given.answers), given)

    async def _carried_out(self, form: Execution, given: TaskAnswer) -> str:
        self._record_deed(form, given)
        await self._seized(form.seized_at)
        return "sealed"

    async def _stood_down(self, execution: OpenTask) -> bool:
        """Asked for by who should carry it out, or because the cause is gone: the head decides. What was carried out before stays."""
        wish = self._ask(StandDownRequest, self.row.roles["execution"])
        await self.wait(lambda: self._answered(execution, wish) or self.cause_gone is not None)
        if self._answered(execution):
            return False
        asked = self._answers.pop(wish.task_id, None)
        self.drop_task(wish, "cause_removed")
        if asked is not None:
            self._show_wish(asked)
        task = self._ask(StandDown, self.row.roles["decision"])
        await self.wait(lambda: self._answered(execution, task))
        if self._answered(execution):
            return False
        given = self._answers.pop(task.task_id)
        form = StandDown.model_validate(given.answers)
        if form.decision is StandDownOutcome.GO_ON:
            return False
        self._stand_down(form.reasons, given)
        return True

    def _show_wish(self, asked: TaskAnswer) -> None:
        fact = Fact(
            code="stand_down_asked",
            state="open",
            fact=f"{asked.actor.name}报请不再实施：{asked.answers['reasons']}",
            rule="不需要再实施的，由批准的负责人决定不再实施",
            cite="本局规则（待核）",
        )
        self.put_facts([fact])

    def _stand_down(self, reasons: str, given: TaskAnswer) -> None:
        self.keep_decision(ended="not_carried_out", end_reasons=reasons)
        self.record(
            "stood_down", actor=given.actor, at=given.received_at, data={"reasons": reasons}
        )

    # -- an emergency (行政强制法 19) --------------------------------------------------------------------

    async def report(self) -> str:
        """Who carried it out reports; the 24 hours run from the deed, through nights and holidays."""
        decided = await self._before_end(
            SpotRecord, self.row.roles["execution"], self.state.memo["report_clock"]
        )
        if decided is None:
            return self._term_over()
        form, given = decided
        self._record_deed(form, given)
        return "confirming"

    async def confirm(self) -> str:
        clock = self.state.memo["report_clock"]
        decided = await self._before_end(SeizureApproval, self.row.roles["decision"], clock)
        if decided is None:
            return self._term_over()
        form, given = decided
        self._decide(form, given)
        self.stop_clock(clock)
        if form.decision is ApprovalOutcome.REFUSE:
            return "lifting"
        if self.late(given.received_at):
            self._note_late(form, given)
        await self._seized(datetime.fromisoformat(self.state.memo["seized_at"]))
        return "sealed"

    def _note_late(self, form: SeizureApproval, given: TaskAnswer) -> None:
        """For whoever reads the record, and the letter: what was approved too late is not passed over."""
        clock = self.state.clocks[self.state.memo["report_clock"]]
        fact = Fact(
            code="confirmed_late",
            state="bad",
            fact=f"当场实施后超过24小时才补办批准手续，原因：{form.late_reason}",
            rule="情况紧急当场实施的，应当在24小时内报告负责人并补办批准手续",
            cite="行政强制法第19条",
        )
        self.put_facts([fact])
        self.keep_decision(late_reason=form.late_reason)
        self.record(
            "seizure_confirmed_late",
            actor=given.actor,
            at=given.received_at,
            data={
                "clock": clock.key,
                "due": clock.ends_at.isoformat(),
                "reason": form.late_reason,
            },
        )

    # -- what both have in common ------------------------------------------------------------------------

    def _ask(self, form: type[TaskForm], role: str, clock: str | None = None) -> OpenTask:
        task = self.open_task(form, role=role, clock=clock)
        self.record("task_opened", data={"task": task.task_id, "form": form.code, "role": role})
        return task

    def _answered(self, *tasks: OpenTask) -> bool:
        return any(task.task_id in self._answers for task in tasks)

    async def _before_end(
        self, form: type[F], role: str, clock: str | None = None
    ) -> tuple[F, TaskAnswer] | None:
        """An officer's answers; None where the term of the seizure is over before anybody gave them."""
        task = self._ask(form, role, clock)
        term = self.state.memo.get("term")
        await self.wait(lambda: self._answered(task) or self.law_decided(term))
        if not self._answered(task):
            self.drop_task(task, "expired")
            return None
        given = self._answers.pop(task.task_id)
        return form.model_validate(given.answers), given

    def _decide(self, form: SeizureApproval, given: TaskAnswer) -> None:
        self.note_decision(form, given)
        if form.new_facts:
            self.keep_decision(new_facts=form.new_facts)

    def _record_deed(self, form: SpotRecord | Execution, given: TaskAnswer) -> None:
        self.keep_decision(officers=list(form.officers), signature=form.signature.value)
        self.record(
            "seizure_carried_out",
            actor=given.actor,
            at=given.received_at,
            data={"officers": list(form.officers), "signature": form.signature.value},
            internal={"record": form.record, "witness": form.witness},
        )

    async def _seized(self, at: datetime) -> None:
        """The term runs from the deed; the decision is served with the list of what was taken."""
        self.state.memo["seized_at"] = at.isoformat()
        if not self.state.memo.get("term"):
            self.state.memo["term"] = self.start_clock("Q10", at)
        self.keep_decision(seized_at=at.isoformat())
        await self.serve("seizure_decision", clock=self.state.memo["term"])

    # -- the term (Q10) -----------------------------------------------------------------------------------

    async def hold(self) -> str:
        """Until an officer decides, or the term is over: then it is lifted, whatever anybody thinks of it."""
        clock = self.state.memo["term"]
        decided = await self.decided(SeizureOutcome, role=self.row.roles["outcome"], clock=clock)
        if decided is None:
            if not self.recorded:
                await self.wait(lambda: not self.clock_running(clock))
            return self._term_over()
        form, given = decided
        released = form.outcome is SeizureEnd.RELEASE
        if not (released and self.recorded):
            self.stop_clock(clock)
        self.keep_decision(
            ended=form.outcome.value, end_reasons=form.reasons, document=form.document
        )
        self.record(
            "seizure_settled",
            actor=given.actor,
            at=given.received_at,
            data={"outcome": form.outcome.value, "document": form.document},
        )
        if released:
            return "lifting"
        await self.serve("confiscation_notice")
        await self.archive()
        return "confiscated"

    def _term_over(self) -> str:
        # The archive's word for how it ended, where no head ever said one.
        decision = self.state.decision.get("decision", "not_confirmed")
        self.keep_decision(decision=decision, ended="term_over", end_reasons="查封、扣押的期限届满")
        return "lifting"

    async def lift(self) -> str:
        """What a person decided is told first and then done; at the end of the term it is done first."""
        if "ended" not in self.state.decision:
            self.keep_decision(ended="not_confirmed", end_reasons=self.state.decision["reasons"])
        over = self.state.decision["ended"] == "term_over"
        if self.recorded and over:
            await self._lifted()
        await self.serve("release_decision", reasons=self.state.decision["end_reasons"])
        if self.recorded and not over:
            await self._lifted()
        await self.archive()
        return "released"

    async def _lifted(self) -> None:
        """Until somebody has recorded that it was lifted: its term runs on until then."""
        clock = self.state.clocks[self.state.memo["term"]]
        for task in list(self.state.tasks.values()):
            if task.form == ExtensionDecision.code:
                self.drop_task(task, "released")
        if clock.state == "running" and not self.owes_release():
            self.ask_release(clock)
            self._urge()
        await self.wait(lambda: not self.owes_release())

    def _urge(self) -> None:
        """To lift at once (立即) has no days: the heads hear of it now, and each working morning until it is done [P]."""
        for role in ("section_head", self.row.roles["decision"]):
            self.tell(role, "lifting_due")
        self.record("lifting_due", data={"clock": self.state.memo["term"]})
        tomorrow = self._calendars.add_workdays(civil_date(self.now()), 1)
        self.set_alarm("lifting", day_start(tomorrow) + URGED_AT)

    def on_alarm(self, name: str) -> None:
        super().on_alarm(name)
        if name == "lifting" and self.owes_release():
            self._urge()

    # -- the hazard is gone ---------------------------------------------------------------------------------

    def apply_cause_removed(self, command: Command) -> None:
        self.state.memo["cause_gone"] = command.received_at.isoformat()
        fact = Fact(
            code="cause_removed",
            state="open",
            fact="隐患已经消除，复查通过",
            rule="隐患消除后，应当及时解除查封、扣押；还没有实施的，不再实施",
            cite="本局规则（待核）",
        )
        self.put_facts([fact])
        self.tell("officer", "cause_removed")
        self.record("cause_removed", at=command.received_at, act_id=command.act_id)
