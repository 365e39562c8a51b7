"""What follows when an accident is with its investigators: their report, the penalty, the rectification. law.md §2.16.

The bureau has no say in the investigation: it waits, asks after the report as often as an officer sees fit, and acts on it.
"""

from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import Command, OpenTask, TaskAnswer
    from domain.officer_certificates import EQUIPMENT_CHECK
    from domain.refusals import Refusal, Refused
    from forms import accident_follow_up as steps
    from forms.accident_follow_up import Awaited, Followed, PenaltyPlanned
    from forms.base import TaskForm
    from law.accidents import AccidentClass
    from law.zone import civil_date

from workflows.accident_reporting import INVESTIGATION, AccidentReporting
from workflows.kernel.certified import check_certified


class AccidentFollowUp(AccidentReporting):
    """Steps of the stages `handed_over`, `report_received`, `penalty`, `rectification_followed`."""

    def forms(self) -> tuple[Any, ...]:
        return (
            steps.InvestigationReport,
            steps.PenaltyDecision,
            steps.PenaltyNoted,
            steps.FollowUp,
        )

    @property
    def inspection(self) -> str:
        return self.row.roles["verification"]

    @property
    def head(self) -> str:
        return self.row.roles["decision"]

    @property
    def outgrown(self) -> bool:
        """Whether the class has been raised since it was handed over: then another level investigates."""
        return self.grade is not AccidentClass(self.state.memo["handed_as"])

    # -- 调查报告 --------------------------------------------------------------------------------------

    async def await_report(self) -> str:
        """Until the report is there; asked after as often as an officer sees fit, at its end officer and head are told."""
        key = self.state.memo[f"clock_{INVESTIGATION}"]
        while not self.outgrown:
            task = self.open_task(steps.InvestigationReport, role=self.inspection, clock=key)
            self.record(
                "task_opened",
                data={"task": task.task_id, "form": task.form, "role": task.role},
            )
            await self.wait(lambda task=task: self.outgrown or task.task_id in self._answers)
            if task.task_id not in self._answers:
                break
            decided = await self.answer_of(task, steps.InvestigationReport)
            assert decided is not None
            form, given = decided
            self._note_report(form, given)
            if form.outcome is Awaited.RECEIVED:
                self.stop_clock(key)
                return "report_received"
            seq = int(self.state.memo.get("chased", 0)) + 1
            self.state.memo["chased"] = seq
            to = self.state.decision["investigator"]
            await self.serve("chase", seq=seq, to=to, clock=key)
        return "scene_secured"

    def _note_report(self, form: steps.InvestigationReport, given: TaskAnswer) -> None:
        document = form.document or ""
        if form.outcome is Awaited.RECEIVED:
            self.keep_decision(report=document, causes=form.record)
        self.record(
            "investigation_followed",
            actor=given.actor,
            at=given.received_at,
            data={"outcome": form.outcome.value, "document": document},
            internal={"record": form.record},
        )

    # -- 处罚, 整改 ------------------------------------------------------------------------------------

    async def decide_penalty(self) -> str:
        decided = await self.decided(steps.PenaltyDecision, role=self.head)
        assert decided is not None
        form, given = decided
        self.keep_decision(penalty=form.decision.value, penalty_reasons=form.reasons)
        self.record(
            "penalty_considered",
            actor=given.actor,
            at=given.received_at,
            data={"decision": form.decision.value},
            internal={"reasons": form.reasons},
        )
        penalise = form.decision is PenaltyPlanned.PENALISE
        return "penalty" if penalise else "rectification_followed"

    async def note_penalty(self) -> str:
        decided = await self.decided(steps.PenaltyNoted, role=self.inspection)
        assert decided is not None
        form, given = decided
        self.keep_decision(penalty_document=form.document)
        self.record(
            "penalty_noted",
            actor=given.actor,
            at=given.received_at,
            data={"document": form.document, "decided_on": form.decided_on.isoformat()},
            internal={"record": form.record},
        )
        return "rectification_followed"

    async def follow_up(self) -> str:
        while True:
            decided = await self.decided(steps.FollowUp, role=self.inspection)
            assert decided is not None
            form, given = decided
            due = form.due_on.isoformat() if form.due_on else ""
            self.record(
                "rectification_noted",
                actor=given.actor,
                at=given.received_at,
                data={"outcome": form.outcome.value, "due_on": due},
                internal={"record": form.record},
            )
            if form.outcome is Followed.DONE:
                return "archiving"
            seq = int(self.state.memo.get("notices", 0)) + 1
            self.state.memo["notices"] = seq
            await self.serve("follow_up", seq=seq, measures=form.record, due_on=due)

    # -- what the validators add -------------------------------------------------------------------------

    def check_answers(self, task: OpenTask, answers: TaskForm, command: Command) -> None:
        super().check_answers(task, answers, command)
        match answers:
            case steps.InvestigationReport() if answers.received_on is not None:
                self.refuse_future(answers, "received_on", command)
            case steps.PenaltyNoted():
                self.refuse_future(answers, "decided_on", command)
            case steps.FollowUp():
                self._check_follow_up(answers, command)

    def _check_follow_up(self, answers: steps.FollowUp, command: Command) -> None:
        if answers.too_early(civil_date(command.received_at)):
            told = "整改完成的日期已经过去，请填写今天或者以后的日期"
            raise Refused(Refusal.INVALID_ANSWERS, told, {"/due_on": told})
        if answers.officers:
            self.check_officers(answers.officers, command)
            today = civil_date(command.received_at)
            check_certified(answers.officers, command, today, EQUIPMENT_CHECK)
