"""A case that only lets one clock run: thousands of them end in the same second (`bench.storm`)."""

from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from bench.row import ROW as REFERENCE
    from domain.contracts import CaseInput, CaseOutcome, Command
    from domain.transitions import Stage, StageKind, Table, Transition

from workflows.kernel.case import CaseWorkflow

ROW = REFERENCE.model_copy(update={"procedure": "storm", "workflow": "storm"})
CLOCK = "Q09"
"""24 hours, binds the agency, decides nothing: it may end at any second of the day."""

TABLE = Table(
    procedure="storm",
    version="1",
    stages=(
        Stage("running", "计算中", "Running", holder="applicant"),
        Stage("done", "办结", "Done", StageKind.GOOD),
    ),
    transitions=(Transition("running", "done", "撤回"),),
    main=("running", "done"),
)


@workflow.defn(name="storm")
class Storm(CaseWorkflow):
    tables = {"1": TABLE}

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await self.conduct({"running": self.let_run})

    def opened(self, opening: Command) -> None:
        self.start_clock(CLOCK, datetime.fromisoformat(str(opening.data["trigger"])))

    async def let_run(self) -> str:
        await self.wait(lambda: False)
        return "done"
