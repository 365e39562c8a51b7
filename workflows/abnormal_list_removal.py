"""Removal from the list of abnormal operations (移出经营异常名录): the firm cured the cause and applies; an individual's mark likewise.

企业信息公示暂行条例 17; 企业经营异常名录管理办法 (2025-03, 二手资料，待核). law.md §2.20 has no term for the decision.

    submitted ──▶ under_review ──▶ deciding ──▶ removing ──▶ archiving ──▶ archived
      │ ▲  │                        │  ▲  └─────────┘ NECIPS refuses
      ▼ │  └─▶ not_accepted         └──▶ refused
    correction                            the listing's own case ends with the removal
"""

from typing import ClassVar

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import CaseInput, CaseOutcome
    from domain.credit import Removal
    from domain.transitions import Stage, StageKind, Table, Transition

from workflows.kernel.approval import ARCHIVED, ARCHIVING, CORRECT, WITHDRAW
from workflows.list_relief import BEFORE, ENDS, MOVES, ListRelief

TABLE = Table(
    procedure="abnormal_list_removal",
    version="1",
    stages=(
        *BEFORE,
        Stage("removing", "移出公示", "Removal", holder="register:necips", doing="移出，不再公示"),
        ARCHIVING,
        ARCHIVED,
        *ENDS,
        Stage("refused", "不予移出", "Refused", StageKind.BAD),
    ),
    transitions=(
        *MOVES,
        Transition("removing", "archiving", "已移出"),
        Transition("archiving", "archived", "档案已接收"),
    ),
    main=("submitted", "under_review", "deciding", "removing", "archiving", "archived"),
    accepts={
        "submitted": WITHDRAW,
        "correction": CORRECT,
        "under_review": WITHDRAW,
        "deciding": WITHDRAW,
    },
)


@workflow.defn(name="abnormal_list_removal")
class AbnormalListRemoval(ListRelief):
    tables = {"1": TABLE}
    inquiry: ClassVar[str] = "removal_checks"
    why: ClassVar[Removal] = Removal.CORRECTED

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
                "archiving": self.archive,
            }
        )

    async def after_removal(self) -> str:
        await self.tell_listing("entry_removed", how=self.why.value)
        return "archiving"
