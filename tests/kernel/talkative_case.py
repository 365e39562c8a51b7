"""A case for tests: its errand is at the office, and its step is telling somebody so when the applicant withdraws."""

from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import CaseInput, CaseOutcome
    from domain.transitions import Stage, Table, Transition
    from law import catalogue

from tests.kernel.errands_case import USCC
from workflows.errand_case import ErrandCase
from workflows.kernel.approval import WITHDRAW, WITHDRAWN

ROW = catalogue.procedure("establishment_registration").model_copy(
    update={"procedure": "talkative", "workflow": "talkative"}
)
TABLE = Table(
    procedure="talkative",
    version="1",
    stages=(
        Stage("telling", "告知", "Telling", holder="system"),
        Stage("waiting", "等候", "Waiting", holder="system"),
        WITHDRAWN,
    ),
    transitions=(
        Transition("telling", "waiting", "已经告知"),
        Transition("telling", "withdrawn", "申请人撤回"),
        Transition("waiting", "withdrawn", "申请人撤回"),
    ),
    main=("telling", "waiting"),
    accepts={"telling": WITHDRAW, "waiting": WITHDRAW},
)


@workflow.defn(name="talkative")
class TalkativeCase(ErrandCase):
    tables = {"1": TABLE}
    register = "tax"
    called = ("tax", "税务信息确认", "税务部门")

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @property
    def applied_in(self) -> str:
        return self.case.case_id

    representative = "persons.legal_representative"

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await self.conduct({"telling": self.tell_slowly, "waiting": self.await_answer})

    async def tell_slowly(self) -> str:
        self.state.memo |= {"uscc": USCC, "name": self.state.title}
        await self.open_errand("tax_confirmation", taxpayer="small_scale")
        # As a word to another case takes its time: no wait of the step's own, which a withdrawal would end.
        await workflow.wait_condition(lambda: self._leave is not None)
        return "waiting"

    async def await_answer(self) -> str:
        await self.answer(None)
        return "withdrawn"

    def record_standing(self, told: dict[str, Any]) -> None:
        """Nobody is told."""
