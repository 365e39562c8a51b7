"""The general approval (law.md §2.0), driven by the catalogue: most simple licences need no more.

Administrative Licensing Law (行政许可法) arts. 32, 34, 38, 42, 44.

    submitted ──▶ under_review ──▶ [site_check] ──▶ deciding ──▶ issuing ──▶ [awaiting_supplement] ──▶ archiving ──▶ archived
      │ ▲ │ │        ▲                 │               └──▶ refused
      ▼ │ │ └──▶ commitment_pending    └─ withdrawn while nothing is decided
    correction └──▶ not_accepted

Table 2 adds 容缺受理 (workflows/kernel/tolerance.py): where the item's row allows, the licence comes first, marked
conditional until what was promised is there. Table 3 adds `referred`: what a head referred to inspection is taken over
by a person of that post before the case is archived (workflows/kernel/referrals.py).
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import CaseInput, CaseOutcome
    from domain.transitions import Stage, StageKind, Table, Transition
    from forms.approval import DecisionOutcome, Finding

from workflows.kernel.approval import (
    ARCHIVED,
    ARCHIVING,
    CORRECT,
    CORRECTION,
    DECIDING,
    INTAKE,
    NOT_ACCEPTED,
    SITE_CHECK,
    SUBMITTED,
    UNDER_REVIEW,
    WITHDRAW,
    WITHDRAWN,
)
from workflows.kernel.referrals import REFERRED, TAKING_OVER
from workflows.kernel.tolerance import (
    AWAITING_SUPPLEMENT,
    COMMITMENT_PENDING,
    INTAKE_TOLERANT,
    LICENCE_FIRST,
    Tolerance,
    promising,
)

TABLE = Table(
    procedure="general_approval",
    version="1",
    stages=(
        SUBMITTED,
        CORRECTION,
        UNDER_REVIEW,
        SITE_CHECK,
        DECIDING,
        Stage("issuing", "制证送达", "Issue", holder="system", doing="制作证件并送达"),
        ARCHIVING,
        ARCHIVED,
        NOT_ACCEPTED,
        Stage("refused", "不予许可", "Refused", StageKind.BAD),
        WITHDRAWN,
    ),
    transitions=(
        *INTAKE,
        Transition("under_review", "site_check", "需要对实质内容核实"),
        Transition("under_review", "deciding", "审查完毕"),
        Transition("under_review", "withdrawn", "申请人撤回"),
        Transition("site_check", "deciding", "核查完毕"),
        Transition("site_check", "withdrawn", "申请人撤回"),
        Transition("deciding", "issuing", "准予许可"),
        Transition("deciding", "refused", "不予许可，书面说明理由"),
        Transition("deciding", "withdrawn", "申请人撤回"),
        Transition("issuing", "archiving", "证件已送达"),
        Transition("archiving", "archived", "档案已接收"),
    ),
    main=("submitted", "under_review", "deciding", "issuing", "archiving", "archived"),
    accepts={
        "submitted": WITHDRAW,
        "correction": CORRECT,
        "under_review": WITHDRAW,
        "site_check": WITHDRAW,
        "deciding": WITHDRAW,
    },
)

TOLERANT = TABLE.extended(
    "2",
    after={"correction": (COMMITMENT_PENDING,), "issuing": (AWAITING_SUPPLEMENT,)},
    transitions=(*INTAKE_TOLERANT, *LICENCE_FIRST),
    accepts=promising(TABLE),
)
REFERRING = TOLERANT.extended(
    "3", after={"awaiting_supplement": (REFERRED,)}, transitions=TAKING_OVER
)


@workflow.defn(name="general_approval")
class GeneralApproval(Tolerance):
    tables = {"1": TABLE, "2": TOLERANT, "3": REFERRING}
    referrals_since = "3"

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await self.conduct(
            {
                "submitted": self.accept,
                "correction": self.await_correction,
                "commitment_pending": self.await_commitment,
                "under_review": self.review,
                "site_check": self.check_site,
                "deciding": self.decide_and_tell,
                "issuing": self.issue,
                "awaiting_supplement": self.await_supplements,
                "referred": self.await_taking_over,
                "archiving": self.archive,
            }
        )

    def lawful_to_grant(self) -> list[str]:
        """Where the item has a site check, nothing is granted without two officers' finding that the
        conditions are met (行政许可法 34(3), 38): also not when the review had skipped the check."""
        bars = super().lawful_to_grant()
        if self.row.site_check:
            found = self.state.decision.get("site_check")
            if found is None:
                bars.append("还没有现场核查")
            elif found != Finding.CONFORMS.value:
                bars.append("现场核查认为不符合条件")
        return bars

    async def decide_and_tell(self) -> str:
        if await self.decide() is DecisionOutcome.REFUSE:
            return await self.refuse()
        self.stop_clock(self.state.memo["decision_clock"])
        if self.row.clocks.issue:
            self.state.memo["issue_clock"] = self.start_clock(self.row.clocks.issue, self.now())
        await self.serve(
            "grant",
            received_at=self.state.versions[-1].received_at,
            accepted_at=self.state.accepted_at,
            clock=self.state.memo.get("issue_clock"),
        )
        return "issuing"

    async def issue(self) -> str:
        licence = await self.serve("licence", **self.conditions())
        self.state.numbers |= {"licence": licence.number}
        self.change(numbers=dict(self.state.numbers))
        self.stop_clock(self.state.memo.get("issue_clock"))
        return self.after_issue()
