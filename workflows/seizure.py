"""Seizure (查封、扣押): approved first, or within 24 hours in an emergency; a term that never rolls; lifted at its end.

行政强制法 18, 19 (SOD-4), 25 (term), 28 (lifting at its end). Clocks Q09, Q10. Opened by an officer or by a hazard's case.

    proposed ──▶ approving ──▶ executing ──▶ sealed ──▶ lifting ──▶ released
        │            └──▶ not_approved         ▲  └──▶ confiscated
        └──▶ reporting ──▶ confirming ─────────┘  (Q10 over: must be lifted, `workflows/kernel/expiry.py`)
             (Q09)            └──▶ lifting

Testing time is excluded by the kernel's suspension (ground `testing`), thirty more days are granted by the head of the bureau once.
"""

from datetime import datetime
from typing import Any, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import CaseInput, CaseOutcome, Command, Fact, OpenTask, TaskAnswer
    from domain.officer_certificates import SEIZURE
    from domain.refusals import Refusal, Refused
    from domain.transitions import Stage, StageKind, Table, Transition
    from forms.base import TaskForm
    from forms.seizure import (
        ApprovalOutcome,
        Execution,
        SeizureApproval,
        SeizureEnd,
        SeizureOutcome,
        SpotRecord,
    )
    from forms.spot_records import Team
    from law.zone import civil_date

from workflows.ex_officio import ExOfficio
from workflows.kernel.certified import check_certified

TOO_EARLY: Final = "实施时间早于批准时间。查封、扣押须先经批准（行政强制法第18条）；情况紧急当场实施的，另行立件报告并补办批准手续。"
PROPOSED = Stage("proposed", "报批", "Proposed", holder="system", doing="编号")
APPROVING = Stage("approving", "审批", "Approval", holder="bureau_head", doing="批准或者不批准")

TABLE = Table(
    procedure="seizure",
    version="1",
    stages=(
        PROPOSED,
        APPROVING,
        Stage("executing", "实施", "Carrying out", holder="inspector", doing="两名以上执法人员实施"),
        Stage(
            "reporting",
            "紧急情况报告",
            "Emergency report",
            holder="inspector",
            doing="24小时内报告并补办批准手续",
        ),
        Stage(
            "confirming", "补办批准", "Confirmation", holder="bureau_head", doing="24小时内批准，或者立即解除"
        ),
        Stage("sealed", "查封、扣押中", "Seized", holder="section_head", doing="在期限内作出处理决定"),
        Stage("lifting", "解除", "Lifting", holder="register:archive", doing="送达解除决定书，移交档案"),
        Stage("released", "已解除", "Released", StageKind.GOOD),
        Stage("confiscated", "已没收", "Confiscated", StageKind.GOOD),
        Stage("not_approved", "不批准", "Not approved", StageKind.BAD),
    ),
    transitions=(
        Transition("proposed", "approving", "报局负责人批准"),
        Transition("proposed", "reporting", "情况紧急，已经当场实施"),
        Transition("approving", "executing", "批准"),
        Transition("approving", "not_approved", "不批准"),
        Transition("executing", "sealed", "已经实施"),
        Transition("reporting", "confirming", "已经报告"),
        Transition("confirming", "sealed", "补办批准"),
        Transition("confirming", "lifting", "不批准，立即解除"),
        Transition("sealed", "lifting", "解除，或者期限届满"),
        Transition("sealed", "confiscated", "依法没收或者销毁"),
        Transition("lifting", "released", "已经解除"),
    ),
    main=("proposed", "approving", "executing", "sealed", "lifting", "released"),
    accepts={"sealed": frozenset({"cause_removed"})},
)  # fmt: skip


@workflow.defn(name="seizure")
class Seizure(ExOfficio):
    tables = {"1": TABLE}

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
        return (SeizureApproval, Execution, SpotRecord, SeizureOutcome)

    async def propose(self) -> str:
        await self.number_case()
        on_the_spot = self.state.memo["seized_at"]
        if not on_the_spot:
            return "approving"
        self.state.memo["report_clock"] = self.start_clock(
            "Q09", datetime.fromisoformat(on_the_spot)
        )
        return "reporting"

    # -- approved first (行政强制法 18) -----------------------------------------------------------------

    async def ask_approval(self) -> str:
        return "executing" if await self._approved(None) else "not_approved"

    async def carry_out(self) -> str:
        decided = await self.decided(Execution, role=self.row.roles["execution"])
        assert decided is not None
        form, given = decided
        self._recorded(form, given)
        await self._seized(form.seized_at)
        return "sealed"

    # -- an emergency (行政强制法 19) --------------------------------------------------------------------

    async def report(self) -> str:
        """Who carried it out reports; the 24 hours run from the deed, through nights and holidays."""
        decided = await self.decided(
            SpotRecord, role=self.row.roles["execution"], clock=self.state.memo["report_clock"]
        )
        assert decided is not None
        form, given = decided
        self._recorded(form, given)
        return "confirming"

    async def confirm(self) -> str:
        clock = self.state.memo["report_clock"]
        approved = await self._approved(clock)
        self.stop_clock(clock)
        if not approved:
            return "lifting"
        await self._seized(datetime.fromisoformat(self.state.memo["seized_at"]))
        return "sealed"

    # -- what both have in common ------------------------------------------------------------------------

    async def _approved(self, clock: str | None) -> bool:
        decided = await self.decided(SeizureApproval, role=self.row.roles["decision"], clock=clock)
        assert decided is not None, "no term approves by silence"
        form, given = decided
        self.note_decision(form, given)
        return form.decision is ApprovalOutcome.APPROVE

    def _recorded(self, form: SpotRecord | Execution, given: TaskAnswer) -> None:
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
        self.state.memo["term"] = self.start_clock("Q10", at)
        self.keep_decision(seized_at=at.isoformat())
        await self.serve("seizure_decision", clock=self.state.memo["term"])

    # -- the term (Q10) -----------------------------------------------------------------------------------

    async def hold(self) -> str:
        """Until an officer decides, or the term is over: then it is lifted, whatever anybody thinks of it."""
        clock = self.state.memo["term"]
        decided = await self.decided(SeizureOutcome, role=self.row.roles["outcome"], clock=clock)
        if decided is None:
            await self.wait(lambda: not self.clock_running(clock))
            self.keep_decision(ended="term_over", end_reasons="查封、扣押的期限届满")
            return "lifting"
        form, given = decided
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
        if form.outcome is SeizureEnd.RELEASE:
            return "lifting"
        await self.serve("confiscation_notice")
        await self.archive()
        return "confiscated"

    async def lift(self) -> str:
        if "ended" not in self.state.decision:
            self.keep_decision(ended="not_confirmed", end_reasons=self.state.decision["reasons"])
        await self.serve("release_decision", reasons=self.state.decision["end_reasons"])
        await self.archive()
        return "released"

    # -- the hazard is gone ---------------------------------------------------------------------------------

    def check_cause_removed(self, command: Command) -> None:
        """Told by the case that had it opened."""
        if "system" not in command.actor.roles:
            raise Refused(Refusal.WRONG_ROLE)

    def apply_cause_removed(self, command: Command) -> None:
        fact = Fact(
            code="cause_removed",
            state="open",
            fact="隐患已经消除，复查通过",
            rule="隐患消除后，应当及时解除查封、扣押",
            cite="本局规则（待核）",
        )
        self.put_facts([fact])
        self.tell("officer", "cause_removed")
        self.record("cause_removed", at=command.received_at, act_id=command.act_id)

    # -- what validators add --------------------------------------------------------------------------------

    def check_answers(self, task: OpenTask, answers: TaskForm, command: Command) -> None:
        super().check_answers(task, answers, command)
        if isinstance(answers, Team):
            self.check_officers(answers.officers, command)
            day = civil_date(self._carried_out_at(answers))
            check_certified(answers.officers, command, day, SEIZURE)
        if isinstance(answers, Execution):
            approved = datetime.fromisoformat(self.state.decision["decided_at"])
            # To the minute, as people write it.
            if answers.seized_at < approved.replace(second=0, microsecond=0):
                raise Refused(Refusal.INVALID_ANSWERS, TOO_EARLY, {"/seized_at": TOO_EARLY})

    def _carried_out_at(self, answers: TaskForm) -> datetime:
        """Of an emergency, the instant its case was opened with."""
        if isinstance(answers, Execution):
            return answers.seized_at
        return datetime.fromisoformat(self.state.memo["seized_at"])

    def message_text(self, kind: str, clock: Any) -> str:
        if kind == "cause_removed":
            return "隐患已经消除，请及时解除查封、扣押。"
        return super().message_text(kind, clock)
