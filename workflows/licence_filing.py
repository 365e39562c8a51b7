"""A licence item whose approval became a filing (审批改为备案, law.md §2.4): complete, so filed; checked later at random.

submitting ──▶ at_department ──▶ filed
     └───────────────┴──▶ refused, withdrawn
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import CaseInput, CaseOutcome
    from domain.transitions import Stage, StageKind, Table, Transition
    from law.licence_standing import Standing

from workflows.kernel.approval import WITHDRAWN
from workflows.licence_item import AT_DEPARTMENT, REFUSED, SUBMITTING, WITHDRAW, LicenceItemCase

TABLE = Table(
    procedure="licence_filing",
    version="1",
    stages=(
        SUBMITTING,
        AT_DEPARTMENT,
        Stage("filed", "已备案", "Filed", StageKind.GOOD),
        REFUSED,
        WITHDRAWN,
    ),
    transitions=(
        Transition("submitting", "at_department", "部门已接收"),
        Transition("submitting", "refused", "部门不予接收"),
        Transition("submitting", "withdrawn", "申请人撤回"),
        Transition("at_department", "filed", "材料齐全，完成备案"),
        Transition("at_department", "refused", "部门不予办理，说明理由"),
        Transition("at_department", "withdrawn", "申请人撤回"),
    ),
    main=("submitting", "at_department", "filed"),
    accepts={"submitting": WITHDRAW, "at_department": WITHDRAW},
)


@workflow.defn(name="licence_filing")
class LicenceFiling(LicenceItemCase):
    tables = {"1": TABLE}

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await self.conduct({"submitting": self.submit, "at_department": self.await_answer})

    async def submit(self) -> str:
        return await self.submit_as("licence_filing")

    async def await_answer(self) -> str:
        return await self.decided_as(Standing.FILED, "filed")
