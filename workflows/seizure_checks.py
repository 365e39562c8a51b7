"""What a seizure refuses, and the state that its checks read. 行政强制法 18, 19, 25; SOD-4."""

from datetime import datetime
from typing import Any, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import Command, OpenTask
    from domain.officer_certificates import SEIZURE
    from domain.refusals import Refusal, Refused
    from forms.base import TaskForm
    from forms.seizure import (
        ApprovalOutcome,
        Execution,
        SeizureApproval,
        SpotRecord,
        StandDown,
        StandDownOutcome,
    )
    from forms.spot_records import Team
    from law.zone import civil_date

from workflows.ex_officio import ExOfficio
from workflows.kernel.answers import wrong
from workflows.kernel.certified import check_certified
from workflows.seizure_tables import TABLE

TOO_EARLY: Final = "实施时间早于批准时间。查封、扣押须先经批准（行政强制法第18条）；情况紧急当场实施的，另行立件报告并补办批准手续。"
CAUSE_GONE: Final = (
    "隐患已经消除，没有查封、扣押的理由，不能再批准或者实施（本局规则，待核）。请决定不再实施。"
)
SAME_GROUND: Final = "事实和依据与已经期满解除的查封、扣押（%s）相同，不能再次查封、扣押，需要有新的事实（本局规则，待核）。请不予批准；有新的事实的，另行报批。"
NEW_FACTS_MISSING: Final = (
    "同一财物或者设备的查封、扣押已经期满解除，再次批准的请写明新的事实（本局规则，待核）。"
)
LATE_REASON_MISSING: Final = (
    "当场实施已经超过24小时（行政强制法第19条），补办批准的请写明超时的原因。"
)
NOT_APPROVED_YET: Final = (
    "查封、扣押期限的延长和中止，在经批准的查封、扣押期间办理。请先补办批准手续，或者立即解除。"
)


class SeizureChecks(ExOfficio):
    """Validators of the seizure: they read the state and raise, or do nothing."""

    @property
    def recorded(self) -> bool:
        """Whether the case goes by table 2 or a later one."""
        return self.table.version != TABLE.version

    @property
    def cause_gone(self) -> datetime | None:
        """When the case that had it opened told that the hazard is gone."""
        at = self.state.memo.get("cause_gone")
        return datetime.fromisoformat(at) if at else None

    def late(self, at: datetime) -> bool:
        """Whether the instant lies after the 24 hours (Q09)."""
        clock = self.state.clocks.get(self.state.memo.get("report_clock") or "")
        return clock is not None and at >= clock.ends_at

    def check_cause_removed(self, command: Command) -> None:
        """Told by the case that had it opened."""
        if "system" not in command.actor.roles:
            raise Refused(Refusal.WRONG_ROLE)

    def check_answers(self, task: OpenTask, answers: TaskForm, command: Command) -> None:
        super().check_answers(task, answers, command)
        if isinstance(answers, SpotRecord | SeizureApproval):
            # The task is bounded by the 24 hours, and the seizure by its term.
            self.check_undecided(self.state.memo.get("term"), command.received_at)
        if isinstance(answers, Team):
            self.check_officers(answers.officers, command)
            day = civil_date(self._carried_out_at(answers))
            check_certified(answers.officers, command, day, SEIZURE)
        if isinstance(answers, Execution):
            self._check_instant(answers.seized_at)
        elif isinstance(answers, SeizureApproval):
            self._check_approval(answers, command)
        elif isinstance(answers, StandDown) and answers.decision is StandDownOutcome.GO_ON:
            self._check_cause("decision")

    def _check_instant(self, seized_at: datetime) -> None:
        """Approved before, and nothing is seized whose cause was known to be gone. To the minute, as people write it."""
        approved = datetime.fromisoformat(self.state.decision["decided_at"])
        if seized_at < approved.replace(second=0, microsecond=0):
            raise wrong("seized_at", TOO_EARLY)
        if self.recorded and self.cause_gone and seized_at > self.cause_gone:
            raise wrong("seized_at", CAUSE_GONE)

    def _check_cause(self, field: str) -> None:
        if self.cause_gone:
            raise wrong(field, CAUSE_GONE)

    def _check_approval(self, answers: SeizureApproval, command: Command) -> None:
        if answers.decision is ApprovalOutcome.REFUSE:
            return
        if self.state.stage == "approving":
            self._check_cause("decision")
        before = self.state.memo.get("before", {})
        if number := before.get("same_ground"):
            raise wrong("decision", SAME_GROUND % number)
        if before.get("by_term") and not answers.new_facts:
            raise wrong("new_facts", NEW_FACTS_MISSING)
        if self.late(command.received_at) and not answers.late_reason:
            raise wrong("late_reason", LATE_REASON_MISSING)

    def check_suspend_clock(self, command: Command) -> None:
        self._check_sealed()
        super().check_suspend_clock(command)

    def check_request_extension(self, command: Command) -> None:
        self._check_sealed()
        super().check_request_extension(command)

    def _check_sealed(self) -> None:
        """What nobody approved is not prolonged, nor what is being lifted."""
        if self.state.stage != "sealed":
            raise Refused(Refusal.NOT_ACCEPTED_NOW, NOT_APPROVED_YET)

    def _carried_out_at(self, answers: TaskForm) -> datetime:
        """Of an emergency, the instant its case was opened with."""
        if isinstance(answers, Execution):
            return answers.seized_at
        return datetime.fromisoformat(self.state.memo["seized_at"])

    def message_text(self, kind: str, clock: Any) -> str:
        if kind == "cause_removed":
            carried_out = self.state.stage not in {"proposed", "approving", "executing"}
            todo = "请及时解除查封、扣押" if carried_out else "还没有实施的不再实施，请决定"
            return f"隐患已经消除，{todo}。"
        if kind == "lifting_due":
            return "已经决定解除查封、扣押，还没有解除的记录，请督促立即解除并记录。"
        return super().message_text(kind, clock)
