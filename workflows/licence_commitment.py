"""A licence item granted on informed commitment (告知承诺, law.md §2.4): the decision at once, then every one verified.

优化营商环境条例 art. 19; the term of the verification (L01) and who may not commit are 待核. A revocation is always a
person's decision, never an expiry's.

    submitting ──▶ at_department ──▶ verifying ──▶ confirmed
         │               │            ▲  └──▶ failed ──▶ revoked
         │               └──▶ barred  │       ▲   │        the separation opens the normal way after `barred`
         └──▶ refused, withdrawn      └── rectifying ◀┘
"""

from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import CaseInput, CaseOutcome, Command, EffectState
    from domain.transitions import Stage, StageKind, Table, Transition
    from forms.licence_commitment import CommitmentFailed, Measure
    from law.licence_standing import Standing

from workflows.kernel.approval import WITHDRAWN
from workflows.licence_item import AT_DEPARTMENT, REFUSED, SUBMITTING, WITHDRAW, LicenceItemCase

RECTIFICATION = "L02"

TABLE = Table(
    procedure="licence_commitment",
    version="1",
    stages=(
        SUBMITTING,
        AT_DEPARTMENT,
        Stage(
            "verifying",
            "全覆盖核查",
            "Verification",
            holder="register:departments",
            doing="核查承诺是否属实",
        ),
        Stage(
            "failed", "核查不符", "Not as promised", holder="approver", doing="责令整改或者撤销许可"
        ),
        Stage("rectifying", "限期整改", "Put right", holder="applicant", doing="按要求整改并报告"),
        Stage("confirmed", "核查通过", "Confirmed", StageKind.GOOD),
        Stage("revoked", "已撤销许可", "Revoked", StageKind.BAD),
        Stage("barred", "不适用承诺", "May not commit", StageKind.BAD),
        REFUSED,
        WITHDRAWN,
    ),
    transitions=(
        Transition("submitting", "at_department", "部门已接收"),
        Transition("submitting", "refused", "部门不予接收"),
        Transition("submitting", "withdrawn", "申请人撤回"),
        Transition("at_department", "verifying", "以告知承诺方式准予许可"),
        Transition("at_department", "barred", "有不良记录或者虚假承诺未修复，改按一般程序办理"),
        Transition("at_department", "refused", "部门不予办理，说明理由"),
        Transition("at_department", "withdrawn", "申请人撤回"),
        Transition("verifying", "confirmed", "实际情况与承诺相符"),
        Transition("verifying", "failed", "实际情况与承诺不符"),
        Transition("failed", "rectifying", "责令限期整改"),
        Transition("failed", "revoked", "撤销许可"),
        Transition("rectifying", "verifying", "报告已整改，再次核查"),
        Transition("rectifying", "failed", "期满没有报告整改"),
    ),
    main=("submitting", "at_department", "verifying", "confirmed"),
    accepts={
        "submitting": WITHDRAW,
        "at_department": WITHDRAW,
        "rectifying": frozenset({"report_rectified"}),
    },
)


@workflow.defn(name="licence_commitment")
class LicenceCommitment(LicenceItemCase):
    tables = {"1": TABLE}

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await self.conduct(
            {
                "submitting": self.submit,
                "at_department": self.await_answer,
                "verifying": self.verify,
                "failed": self.decide_measure,
                "rectifying": self.await_rectification,
            }
        )

    def forms(self) -> tuple[Any, ...]:
        return (*super().forms(), CommitmentFailed)

    async def submit(self) -> str:
        return await self.submit_as("licence_commitment")

    async def await_answer(self) -> str:
        return await self.decided_as(Standing.GRANTED_ON_COMMITMENT, "verifying")

    # -- 全覆盖核查 ------------------------------------------------------------------------------------

    async def verify(self) -> str:
        """Every commitment is verified, the first time within L01 of the grant."""
        law = self.item.clocks.verification
        assert law is not None, "a row of this mode names the clock of its verification"
        clock = self.start_clock(law, self.now())
        effect = await self.open_errand(
            "licence_verification", licence_number=self.state.memo["licence_number"]
        )
        if effect.state == "refused":
            # The department takes no verification of what it granted itself: an officer asks.
            effect.state = "waiting"
            effect.answer.clear()
            self.state.memo["ask"] = True
        effect = await self.answered_by(clock)
        self.stop_clock(clock)
        if self.said_yes(effect):
            await self.stand(Standing.VERIFIED, number=self.state.memo["licence_number"])
            return "confirmed"
        return self._failed(effect)

    def _failed(self, effect: EffectState) -> str:
        reason = str(effect.answer.get("reason") or effect.answer.get("code"))
        self.state.decision["failed"] = reason
        self.change(decision=dict(self.state.decision))
        self.record("commitment_failed", data={"item": self.item.name, "reason": reason})
        return "failed"

    async def decide_measure(self) -> str:
        decided = await self.decided(
            CommitmentFailed,
            role=self.row.roles["decision"],
            context={"item": self.item.name, "finding": self.state.decision["failed"]},
        )
        assert decided is not None, "no term decides by silence"
        form, given = decided
        self.state.decision |= {
            "measure": form.measure.value,
            "reasons": form.reasons,
            "document": form.document,
            "decided_at": given.received_at.isoformat(),
        }
        self.change(decision=dict(self.state.decision))
        self.record(
            "measure_decided",
            actor=given.actor,
            at=given.received_at,
            data={
                "measure": form.measure.value,
                "reasons": form.reasons,
                "document": form.document,
                "days": form.days,
            },
        )
        number = self.state.memo["licence_number"]
        if form.measure is Measure.REVOKE:
            await self.stand(Standing.REVOKED, number=number, reason=form.reasons)
            return "revoked"
        self.state.memo["rectification"] = self.start_clock(
            RECTIFICATION, given.received_at, length=form.days
        )
        await self.stand(Standing.RECTIFYING, number=number, reason=form.reasons)
        return "rectifying"

    async def await_rectification(self) -> str:
        """The holder reports, or the term ends: then a person decides again, never the clock."""
        clock = self.state.memo["rectification"]
        await self.wait(lambda: "rectified" in self.state.memo or not self.clock_running(clock))
        if self.state.memo.pop("rectified", None):
            self.stop_clock(clock)
            return "verifying"
        self.state.decision["failed"] = "整改期满没有报告整改"
        self.change(decision=dict(self.state.decision))
        return "failed"

    def check_report_rectified(self, command: Command) -> None:
        self.check_owner(command)

    def apply_report_rectified(self, command: Command) -> None:
        self.state.memo["rectified"] = True
        self.record(
            "rectification_reported",
            actor=command.actor,
            at=command.received_at,
            act_id=command.act_id,
            data={"statement": str(command.data.get("statement", ""))[:2000]},
        )
