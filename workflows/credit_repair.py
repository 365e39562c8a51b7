"""Credit repair (信用修复): a published penalty, or an entry of the list of serious violations, is shown no longer than it must be.

市场监督管理信用修复管理办法 (2025-12-25), 国家发展改革委令第36号 (2026-04-01): excerpts, 待核. Clocks K04 (decision), K05 (push to another
province), K06–K08b (terms of publication).

    submitted ──▶ under_review ──▶ deciding ──▶ removing ──▶ syncing ──▶ repaired ──▶ archiving ──▶ archived
      │ ▲  │                        │  ▲  └─────────┘          ▲           │  ▲  the longest term is over
      ▼ │  └─▶ not_accepted         └──▶ refused               │           ▼  │
    correction                                                 │         revoking ──▶ restoring ──▶ revoked
                                                      pushed to 信用中国 and the departments

While the publication would have lasted, a repair that rests on false material can be revoked: an officer finds it, another decides.
"""

from datetime import datetime
from typing import Any, ClassVar

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import CaseInput, CaseOutcome, Command
    from domain.credit import Removal
    from domain.refusals import Refusal, Refused
    from domain.transitions import Stage, StageKind, Table, Transition
    from forms.credit_repair import Revocation, RevocationOutcome
    from law.credit_terms import longest_clock
    from law.offices import same_province

from workflows.kernel.approval import ARCHIVED, ARCHIVING, CORRECT, WITHDRAW
from workflows.list_relief import BEFORE, ENDS, MOVES, ListRelief

PUSH_CLOCK = "K05"

TABLE = Table(
    procedure="credit_repair",
    version="1",
    stages=(
        *BEFORE,
        Stage("removing", "停止公示", "Stopped", holder="register:necips", doing="停止公示"),
        Stage(
            "syncing",
            "推送结果",
            "Passed on",
            holder="register:necips",
            doing="向信用中国和有关部门推送",
        ),
        Stage(
            "repaired", "已修复", "Repaired", holder="system", doing="守法经营，直到原公示期届满"
        ),
        Stage(
            "revoking",
            "撤销审核",
            "Revocation",
            holder="approver",
            doing="决定是否撤销信用修复",
        ),
        Stage(
            "restoring", "恢复公示", "Restored", holder="register:necips", doing="恢复公示并推送"
        ),
        ARCHIVING,
        ARCHIVED,
        *ENDS,
        Stage("refused", "不予修复", "Refused", StageKind.BAD),
        Stage("revoked", "已撤销修复", "Repair revoked", StageKind.BAD),
    ),
    transitions=(
        *MOVES,
        Transition("removing", "syncing", "已停止公示"),
        Transition("syncing", "repaired", "信用中国和有关部门已接收"),
        Transition("repaired", "revoking", "发现申请材料虚假"),
        Transition("repaired", "archiving", "原最长公示期届满"),
        Transition("revoking", "repaired", "修复不变"),
        Transition("revoking", "restoring", "决定撤销修复"),
        Transition("restoring", "revoked", "已恢复公示并推送"),
        Transition("archiving", "archived", "档案已接收"),
    ),
    main=(
        "submitted",
        "under_review",
        "deciding",
        "removing",
        "syncing",
        "repaired",
        "archiving",
        "archived",
    ),
    accepts={
        "submitted": WITHDRAW,
        "correction": CORRECT,
        "under_review": WITHDRAW,
        "deciding": WITHDRAW,
        "repaired": frozenset({"revoke_repair"}),
    },
)


@workflow.defn(name="credit_repair")
class CreditRepair(ListRelief):
    tables = {"1": TABLE}
    inquiry: ClassVar[str] = "repair_checks"
    why: ClassVar[Removal] = Removal.REPAIRED
    by_registrar: ClassVar[bool] = False

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await self.conduct(
            {
                "submitted": self.receive,
                "correction": self.await_correction,
                "under_review": self.review,
                "deciding": self.decide_and_tell,
                "removing": self.remove,
                "syncing": self.push,
                "repaired": self.stand,
                "revoking": self.decide_revocation,
                "restoring": self.restore,
                "archiving": self.archive,
            }
        )

    def forms(self) -> tuple[Any, ...]:
        return (*super().forms(), Revocation)

    # -- 推送 ----------------------------------------------------------------------------------------

    async def after_removal(self) -> str:
        if not same_province(self.state.memo["division"], self.case.office):
            self.state.memo["push_clock"] = self.start_clock(PUSH_CLOCK, self.now())
        await self.tell_listing("entry_removed", how=self.why.value)
        return "syncing"

    async def push(self) -> str:
        await self._push("push_repair", repaired=True)
        self.stop_clock(self.state.memo.get("push_clock"))
        self.record("repair_passed_on", data={"recipients": self._recipients()})
        return "repaired"

    def _recipients(self) -> list[str]:
        far = not same_province(self.state.memo["division"], self.case.office)
        return ["credit_china", "departments", *(["other_province"] if far else [])]

    async def _push(self, kind: str, *, repaired: bool) -> None:
        await self.until_done(
            kind,
            entry=self.state.memo["entry"]["number"],
            recipients=self._recipients(),
            repaired=repaired,
            decision_number=self.state.numbers["case"],
        )

    # -- 修复以后 --------------------------------------------------------------------------------------

    async def stand(self) -> str:
        """Until the publication would have ended by itself: after that there is nothing to restore."""
        if "longest" not in self.state.memo:
            entry = self.state.memo["entry"]
            self.state.memo["longest"] = self.start_clock(
                longest_clock(entry["ground"]), datetime.fromisoformat(entry["listed_at"])
            )
        key = self.state.memo["longest"]
        await self.wait(lambda: "doubted" in self.state.memo or not self.clock_running(key))
        return "revoking" if "doubted" in self.state.memo else "archiving"

    def check_revoke_repair(self, command: Command) -> None:
        """An officer of the procedure found that the material was false, and says what."""
        self.check_officer(command)
        if len(str(command.data.get("reason", "")).strip()) < 4:
            told = "请写明哪一份材料虚假、怎样发现的。"
            raise Refused(Refusal.INVALID_ANSWERS, told, {"/reason": told})
        if "doubted" in self.state.memo:
            raise Refused(Refusal.NOT_ACCEPTED_NOW)

    def apply_revoke_repair(self, command: Command) -> None:
        self.state.memo["doubted"] = str(command.data["reason"])[:2000]
        self.take_duty("proposer", command)
        self.record(
            "revocation_proposed",
            actor=command.actor,
            at=command.received_at,
            act_id=command.act_id,
            internal={"reason": self.state.memo["doubted"]},
        )

    async def decide_revocation(self) -> str:
        decided = await self.decided(
            Revocation,
            role=self.row.roles["decision"],
            context={"reason": self.state.memo["doubted"]},
        )
        assert decided is not None
        form, given = decided
        self.record(
            "revocation_decided",
            actor=given.actor,
            at=given.received_at,
            data={"decision": form.decision.value, "reasons": form.reasons},
        )
        if form.decision is RevocationOutcome.KEEP:
            del self.state.memo["doubted"]
            return "repaired"
        self.state.decision |= {"decision": "revoked", "reasons": form.reasons}
        self.change(decision=dict(self.state.decision))
        return "restoring"

    async def restore(self) -> str:
        """Shown again, as if it had never been repaired; those who were told of the repair are told."""
        entry = self.state.memo["entry"]
        await self.until_done(
            "restore_to_list", entry=entry["number"], decision_number=self.state.numbers["case"]
        )
        await self._push("push_revocation", repaired=False)
        await self.serve("revocation", entry=entry, reasons=self.state.decision["reasons"])
        await self.tell_listing("entry_restored")
        return "revoked"
