"""A parent case for tests: opens one related reference case and waits for its end."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from bench.reference import ROW as REFERENCE
    from domain.contracts import CaseInput, CaseOutcome
    from domain.transitions import Stage, StageKind, Table, Transition

from workflows.kernel.case import CaseWorkflow

ROW = REFERENCE.model_copy(update={"procedure": "parent", "workflow": "parent"})

TABLE = Table(
    procedure="parent",
    version="1",
    stages=(
        Stage("opening", "发起", "Opening", holder="system"),
        Stage("waiting", "等候", "Waiting", holder="system"),
        Stage("done", "办结", "Done", StageKind.GOOD),
    ),
    transitions=(
        Transition("opening", "waiting", "已发起关联办件"),
        Transition("waiting", "done", "关联办件办结"),
    ),
    main=("opening", "waiting", "done"),
)


@workflow.defn(name="parent")
class Parent(CaseWorkflow):
    tables = {"1": TABLE}

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await self.conduct({"opening": self.open_child, "waiting": self.await_child})

    async def open_child(self) -> str:
        await self.open_related(
            "licence",
            "reference",
            catalogue_version="1",
            table_version="1",
            title="关联办件",
            receipt_no=f"{self.case.case_id}-licence",
            digest="b" * 64,
        )
        return "waiting"

    async def await_child(self) -> str:
        await self.wait(lambda: self.state.related["licence"].state == "ended")
        return "done"
