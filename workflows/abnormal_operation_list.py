"""The list of abnormal operations (经营异常名录): an officer proposes, another decides, and it lasts until the cause is cured.

企业信息公示暂行条例 17; 企业经营异常名录管理办法 (2025-03, 二手资料，待核). Clocks K01 (from 30 June), K02 (order to publish), K03 (from
verification). An individual (个体工商户) is marked as abnormal instead.

    proposed ──▶ verifying ──▶ told ──▶ deciding ──▶ listing ──▶ listed ──▶ archiving ──▶ archived
      │  ▼          ▲ │                  │  ▲  └──────┘ NECIPS refuses   the removal's case had the entry removed
      │ ordered ────┘ │ K02 over         │
      └───────────────┴──────────────────┴──▶ not_listed

Where the party is deregistered while it is listed (the law that was read says nothing of it), an officer says whether the case ends.
"""

from datetime import date
from typing import ClassVar, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import CaseInput, CaseOutcome, TaskAnswer
    from domain.credit import ListGround, ListKind
    from domain.transitions import Stage, StageKind, Table, Transition
    from law.zone import day_start

from workflows.kernel.approval import ARCHIVED, ARCHIVING
from workflows.listing import Listing

PROPOSED = Stage("proposed", "立案", "Proposed", holder="system", doing="核对登记状态和名录记录")
VERIFYING = Stage("verifying", "核实", "Verification", holder="inspector", doing="核实情形是否属实")
TOLD = Stage(
    "told", "告知申辩", "Told and heard", holder="inspector", doing="送达告知书，听取陈述申辩"
)
LISTING = Stage("listing", "列入公示", "Entry", holder="register:necips", doing="列入并公示")
NOT_LISTED = Stage("not_listed", "不予列入", "Not listed", StageKind.GOOD)
# From verification; the other two grounds have a term of their own, or none.
FROM_VERIFICATION: Final = frozenset(
    {ListGround.UNREACHABLE.value, ListGround.FALSE_INFORMATION.value}
)

TABLE = Table(
    procedure="abnormal_operation_list",
    version="1",
    stages=(
        PROPOSED,
        Stage("ordered", "责令公示", "Ordered", holder="system", doing="等待当事人按责令公示"),
        VERIFYING,
        TOLD,
        Stage(
            "deciding",
            "列入决定",
            "Decision",
            holder="section_head",
            doing="作出列入或者不予列入的决定",
        ),
        LISTING,
        Stage("listed", "已列入", "Listed", holder="system", doing="等待当事人改正并申请移出"),
        ARCHIVING,
        ARCHIVED,
        NOT_LISTED,
    ),
    transitions=(
        Transition("proposed", "ordered", "应当公示的信息没有公示，先责令公示"),
        Transition("proposed", "verifying", "登记状态核对完毕"),
        Transition("proposed", "not_listed", "不属于本机关列入，或者已经列入"),
        Transition("ordered", "verifying", "责令的期限届满"),
        Transition("verifying", "told", "情形属实"),
        Transition("verifying", "not_listed", "情形不成立或者已经改正"),
        Transition("told", "deciding", "已听取陈述申辩"),
        Transition("deciding", "listing", "决定列入"),
        Transition("deciding", "not_listed", "决定不予列入"),
        Transition("listing", "deciding", "公示系统不予接收"),
        Transition("listing", "listed", "已列入并公示"),
        Transition("listed", "archiving", "已移出，或者当事人已经注销"),
        Transition("archiving", "archived", "档案已接收"),
    ),
    main=(
        "proposed",
        "verifying",
        "told",
        "deciding",
        "listing",
        "listed",
        "archiving",
        "archived",
    ),
    accepts={"listed": frozenset({"entry_removed", "party_ended"})},
)


@workflow.defn(name="abnormal_operation_list")
class AbnormalOperationList(Listing):
    tables = {"1": TABLE}
    list_kind: ClassVar[ListKind] = ListKind.ABNORMAL

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await self.conduct(
            {
                "proposed": self.propose,
                "ordered": self.await_publication,
                "verifying": self.verify,
                "told": self.tell_party,
                "deciding": self.decide_listing,
                "listing": self.enter,
                "listed": self.await_removal,
                "archiving": self.archive,
            }
        )

    async def propose(self) -> str:
        ground = self.state.memo["ground"]
        if ground == ListGround.ANNUAL_REPORT_MISSING.value:
            # Reports of a year are due by 30 June of the next (公示条例 8): the term for listing runs from there.
            due = day_start(date(int(self.state.memo["report_year"]) + 1, 6, 30))
            self.state.memo["decision_clock"] = self.start_clock("K01", due)
        if await self.begin():
            self.stop_clock(self.decision_clock)
            return "not_listed"
        if ground != ListGround.INFORMATION_NOT_PUBLISHED.value:
            return "verifying"
        self.state.memo["order_clock"] = self.start_clock("K02", self.now())
        await self.serve("order_to_publish", clock=self.state.memo["order_clock"])
        return "ordered"

    async def await_publication(self) -> str:
        """Whether it was published meanwhile is what the verification finds."""
        key = self.state.memo["order_clock"]
        await self.wait(lambda: not self.clock_running(key))
        return "verifying"

    def verified(self, given: TaskAnswer) -> None:
        if self.state.memo["ground"] in FROM_VERIFICATION:
            self.state.memo["decision_clock"] = self.start_clock("K03", given.received_at)

    async def await_removal(self) -> str:
        """Until the entry is removed; a party that is gone cannot apply for it, so an officer looks."""
        while True:
            await self.wait(lambda: self.removed or self.party_gone)
            if self.removed or await self.ends_with_party():
                return "archiving"
