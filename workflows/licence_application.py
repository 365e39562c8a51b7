"""A licence item handled the normal way (优化审批服务, law.md §2.4): the department examines and decides.

submitting ──▶ at_department ──▶ granted
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
    procedure="licence_application",
    version="1",
    stages=(
        SUBMITTING,
        AT_DEPARTMENT,
        Stage("granted", "准予许可", "Granted", StageKind.GOOD),
        REFUSED,
        WITHDRAWN,
    ),
    transitions=(
        Transition("submitting", "at_department", "部门已接收"),
        Transition("submitting", "refused", "部门不予接收"),
        Transition("submitting", "withdrawn", "申请人撤回"),
        Transition("at_department", "granted", "部门准予许可"),
        Transition("at_department", "refused", "部门不予办理，说明理由"),
        Transition("at_department", "withdrawn", "申请人撤回"),
    ),
    main=("submitting", "at_department", "granted"),
    accepts={"submitting": WITHDRAW, "at_department": WITHDRAW},
)


@workflow.defn(name="licence_application")
class LicenceApplication(LicenceItemCase):
    tables = {"1": TABLE}

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await self.conduct({"submitting": self.submit, "at_department": self.await_answer})

    async def submit(self) -> str:
        return await self.submit_as("licence_application")

    async def await_answer(self) -> str:
        return await self.decided_as(Standing.GRANTED, "granted")
