"""What follows when an accident is with its investigators: their report, the penalty, the rectification. law.md §2.16.

The bureau has no say in the investigation: it waits, asks after the report as often as an officer sees fit, and acts on it.
Within the thirty days of the supplements (Q13) the class may still be raised, whatever the investigators have done: then the case
goes back and is handed over to the level that is competent now (特种设备安全法 72), and it is not archived before they are over.
"""

from datetime import datetime
from typing import Any, Final, TypeVar

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import Command, Fact, OpenTask, TaskAnswer
    from domain.officer_certificates import EQUIPMENT_CHECK
    from domain.refusals import Refusal, Refused
    from forms import accident_follow_up as steps
    from forms.accident_follow_up import Awaited, Followed, PenaltyPlanned
    from forms.base import TaskForm
    from law.accidents import AccidentClass, investigator
    from law.clocks import find_clock
    from law.offices import office
    from law.zone import civil_date

from workflows.accident_reporting import (
    HAPPENED,
    INVESTIGATION,
    SUPPLEMENTS,
    AccidentReporting,
)
from workflows.kernel.answers import wrong
from workflows.kernel.certified import check_certified
from workflows.kernel.clockwork import end_in_words
from workflows.kernel.dates import refuse_before

F = TypeVar("F", bound=TaskForm)
HANDED: Final = "移交事故调查的时间"
PENALTY_BEGUN: Final = "决定立案处罚的时间"
WHO_INVESTIGATES: Final = (
    "一般事故由设区的市级、较大事故由省级、重大事故由国务院特种设备安全监督管理部门组织调查，"
    "特别重大事故由国务院或者其授权的部门组织调查"
)


class AccidentFollowUp(AccidentReporting):
    """Steps of the stages `handed_over`, `report_received`, `penalty`, `rectification_followed`, `supplements_awaited`."""

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
        """Whether another level investigates than it was handed to, since the class was raised, and the case may go back for
        it: under table 1 only before the report came."""
        if not any(
            t.frm == self.state.stage and t.to == "scene_secured" for t in self.table.transitions
        ):
            return False
        return self.grade is not AccidentClass(self.state.memo["handed_as"])

    @property
    def supplements_run(self) -> bool:
        """Whether the thirty days of the supplements are running (Q13)."""
        return self.clock_running(self.state.memo[f"clock_{SUPPLEMENTS}"])

    async def decided_unless_outgrown(
        self, form: type[F], *, role: str, clock: str | None = None
    ) -> tuple[F, TaskAnswer] | None:
        """An officer's answers; None where the class was raised first: nobody has to answer any more."""
        if self.outgrown:
            return None
        task = self.open_task(form, role=role, clock=clock)
        self.record("task_opened", data={"task": task.task_id, "form": task.form, "role": role})
        await self.wait(lambda: self.outgrown or task.task_id in self._answers)
        return await self.answer_of(task, form) if task.task_id in self._answers else None

    # -- 等级提高 (特种设备安全法 72) ------------------------------------------------------------------------

    def class_raised(self, command: Command) -> None:
        if "handed_as" not in self.state.memo:
            return
        self.show_investigator()
        # Whoever hands over reads at once that it must be done again, and why.
        told = f"{self.state.title}：{self._investigator_fact().fact}"
        to = self.recipient(self.head, None)
        self._message(to, "accident_class_raised", told, command.received_at.isoformat())

    def show_investigator(self) -> None:
        """Who investigates, beside the class from which it follows."""
        self.put_facts([self._investigator_fact()])

    def _investigator_fact(self) -> Fact:
        grade, handed = self.grade, AccidentClass(self.state.memo["handed_as"])
        assert grade is not None, "it was handed over as something"
        to = investigator(grade, office(self.case.office))
        if grade is handed:
            said = f"{grade.label}，已移交{to}调查"
        else:
            said = f"{handed.label}时已移交{self.state.decision['investigator']}调查，补报后提高为{grade.label}，应当移交{to}调查"
        return Fact(
            code="accident_investigator",
            state="ok" if grade is handed else "bad",
            fact=said,
            rule=WHO_INVESTIGATES,
            cite="特种设备安全法第72条；特种设备安全监察条例第67条",
        )

    # -- 调查报告 --------------------------------------------------------------------------------------

    async def await_report(self) -> str:
        """Until the report is there; asked after as often as an officer sees fit, at its end officer and head are told."""
        key = self.state.memo[f"clock_{INVESTIGATION}"]
        while True:
            decided = await self.decided_unless_outgrown(
                steps.InvestigationReport, role=self.inspection, clock=key
            )
            if decided is None:
                return "scene_secured"
            form, given = decided
            self._note_report(form, given)
            if form.outcome is Awaited.RECEIVED:
                self.stop_clock(key)
                return "report_received"
            seq = int(self.state.memo.get("chased", 0)) + 1
            self.state.memo["chased"] = seq
            to = self.state.decision["investigator"]
            await self.serve("chase", seq=seq, to=to, clock=key)

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
        decided = await self.decided_unless_outgrown(steps.PenaltyDecision, role=self.head)
        if decided is None:
            return "scene_secured"
        form, given = decided
        self.state.memo["penalty_at"] = given.received_at.isoformat()
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
        decided = await self.decided_unless_outgrown(steps.PenaltyNoted, role=self.inspection)
        if decided is None:
            return "scene_secured"
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
            decided = await self.decided_unless_outgrown(steps.FollowUp, role=self.inspection)
            if decided is None:
                return "scene_secured"
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
                return self._after_rectification()
            seq = int(self.state.memo.get("notices", 0)) + 1
            self.state.memo["notices"] = seq
            await self.serve("follow_up", seq=seq, measures=form.record, due_on=due)

    def _after_rectification(self) -> str:
        if self.outgrown:
            return "scene_secured"
        if not (self.second_table and self.supplements_run):
            return "archiving"
        self._show_supplements("补报到%s 届满，届满以前不归档，伤亡、损失有变化的请补报", "open")
        return "supplements_awaited"

    # -- 补报期满 ----------------------------------------------------------------------------------------

    async def await_supplements_end(self) -> str:
        """All is done, but somebody who was injured may still die: no archive before the thirty days are over."""
        await self.wait(lambda: self.outgrown or not self.supplements_run)
        if not self.outgrown:
            # A change that was reported within the thirty days counts, whatever was processed first.
            clock = self.state.clocks[self.state.memo[f"clock_{SUPPLEMENTS}"]]
            for command in await self._received_before(clock.ends_at):
                self.apply_if_lawful(command)
        if self.outgrown:
            return "scene_secured"
        self._show_supplements("补报已于%s 届满", "ok")
        return "archiving"

    def _show_supplements(self, said: str, state: str) -> None:
        """Until when the case is kept open, and why; shown with the move that follows."""
        law = find_clock(SUPPLEMENTS)
        end = end_in_words(self.state.clocks[self.state.memo[f"clock_{SUPPLEMENTS}"]], law)
        fact = Fact(
            code="supplements",
            state=state,
            fact=said % end,
            rule="事故发生之日起三十日内情况有变化的，应当及时补报（待核）；届满以前不归档（本局规则，待核）",
            cite=f"{law.citation}（待核）",
        )
        self.put_facts([fact])

    # -- what the validators add -------------------------------------------------------------------------

    def check_answers(self, task: OpenTask, answers: TaskForm, command: Command) -> None:
        super().check_answers(task, answers, command)
        match answers:
            case steps.InvestigationReport() if answers.received_on is not None:
                self.refuse_future(answers, "received_on", command)
                refuse_before(answers, "received_on", *self._since("handed_at", HANDED))
            case steps.PenaltyNoted():
                self.refuse_future(answers, "decided_on", command)
                refuse_before(answers, "decided_on", *self._since("penalty_at", PENALTY_BEGUN))
            case steps.FollowUp():
                self._check_follow_up(answers, command)

    def _since(self, name: str, what: str) -> tuple[datetime, str]:
        """When the step before was taken; of a case that took it before this was kept, when the accident happened."""
        kept = self.instant(name)
        return (kept, what) if kept is not None else (self.happened_at, HAPPENED)

    def _check_follow_up(self, answers: steps.FollowUp, command: Command) -> None:
        if answers.too_early(civil_date(command.received_at)):
            told = "整改完成的日期已经过去，请填写今天或者以后的日期"
            raise Refused(Refusal.INVALID_ANSWERS, told, {"/due_on": told})
        if answers.officers:
            self.check_officers(answers.officers, command)
            today = civil_date(command.received_at)
            check_certified(answers.officers, command, today, EQUIPMENT_CHECK)
        if answers.outcome is Followed.DONE and not self.second_table:
            self._check_supplements_over(command)

    def _check_supplements_over(self, command: Command) -> None:
        """A case of table 1 has no stage in which to wait for the end of Q13: the rectification stays open till then."""
        clock = self.clock_of(SUPPLEMENTS)
        if clock is not None and command.received_at < clock.ends_at:
            end = end_in_words(clock, find_clock(SUPPLEMENTS))
            raise wrong(
                "outcome",
                f"补报到{end} 届满，届满以前不归档，请在届满以后办结；伤亡、损失有变化的请补报",
            )
