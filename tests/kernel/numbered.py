"""A case for tests that takes a number, a local activity, before it has anything to show."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from bench.reference import ROW as REFERENCE
    from domain.contracts import CaseInput, CaseOutcome
    from domain.transitions import Stage, StageKind, Table, Transition

from workflows.kernel.case import CaseWorkflow

ROW = REFERENCE.model_copy(update={"procedure": "numbered", "workflow": "numbered"})

TABLE = Table(
    procedure="numbered",
    version="1",
    stages=(
        Stage("taking", "取号", "Taking", holder="system"),
        Stage("telling", "告知", "Telling", holder="system"),
        Stage("done", "办结", "Done", StageKind.GOOD),
    ),
    transitions=(
        Transition("taking", "telling", "已取号"),
        Transition("telling", "done", "已告知"),
    ),
    main=("taking", "telling", "done"),
)


@workflow.defn(name="numbered")
class Numbered(CaseWorkflow):
    tables = {"1": TABLE}

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await self.conduct({"taking": self.take, "telling": self.tell_it})

    async def take(self) -> str:
        await self.number("case")
        return "telling"

    async def tell_it(self) -> str:
        self.record("decided", data={"decision": "grant", "reasons": ""})
        return "done"
