"""A case for tests: errands at several departments at once, then done when every one is answered."""

import asyncio
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import CaseInput, CaseOutcome
    from domain.transitions import Stage, StageKind, Table, Transition
    from law import catalogue

from workflows.kernel.case import CaseWorkflow

USCC = "91421303MA0BANJ05F"
ERRANDS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("tax", "tax_confirmation", {}),
    ("seal", "seal_filing", {"seals": ["official"]}),
    ("housing", "housing_account", {"employees": 0}),
    ("departments", "licence_filing", {"department": "market", "item": "prepacked_food_filing"}),
)
ROW = catalogue.procedure("establishment_registration").model_copy(
    update={"procedure": "errands", "workflow": "errands"}
)
TABLE = Table(
    procedure="errands",
    version="1",
    stages=(
        Stage("opening", "提交", "Opening", holder="system"),
        Stage("waiting", "等候", "Waiting", holder="system"),
        Stage("done", "办结", "Done", StageKind.GOOD),
    ),
    transitions=(
        Transition("opening", "waiting", "已向各部门提交"),
        Transition("waiting", "done", "各部门均已答复"),
    ),
    main=("opening", "waiting", "done"),
)


@workflow.defn(name="errands")
class ErrandsCase(CaseWorkflow):
    tables = {"1": TABLE}

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await self.conduct({"opening": self.open_all, "waiting": self.await_answers})

    async def open_all(self) -> str:
        await asyncio.gather(
            *(
                self.call(
                    "open_errand",
                    seq=seq,
                    register=register,
                    errand=errand,
                    facts={"uscc": USCC, **facts},
                    from_form={
                        "name": "name",
                        "legal_representative": "persons.legal_representative",
                    },
                )
                for seq, (register, errand, facts) in enumerate(ERRANDS, 1)
            )
        )
        return "waiting"

    async def await_answers(self) -> str:
        await self.wait(lambda: all(e.state == "done" for e in self.state.effects.values()))
        return "done"
