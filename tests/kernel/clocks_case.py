"""A case for tests that runs any clocks of law: those its opening names, until a party closes it or one decides."""

from collections.abc import Coroutine
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from bench.row import ROW as REFERENCE
    from domain.contracts import CaseInput, CaseOutcome, Command
    from domain.transitions import Stage, StageKind, Table, Transition
    from forms.approval import Review

from workflows.kernel.case import CaseWorkflow

ROW = REFERENCE.model_copy(update={"procedure": "clocks", "workflow": "clocks"})
TABLE = Table(
    procedure="clocks",
    version="1",
    stages=(
        Stage("first", "前一环节", "First", holder="reviewer"),
        Stage("second", "后一环节", "Second", holder="reviewer"),
        Stage("done", "办结", "Done", StageKind.GOOD),
        Stage("lapsed", "届满", "Lapsed", StageKind.BAD),
    ),
    transitions=(
        Transition("first", "second", "前一环节办完"),
        Transition("second", "done", "申请人办结"),
        Transition("second", "lapsed", "期限届满"),
    ),
    main=("first", "second", "done"),
    accepts={"first": frozenset({"step"}), "second": frozenset({"close"})},
)


@workflow.defn(name="clocks")
class ClocksCase(CaseWorkflow):
    """It has no application, so there is no paper that could be set."""

    tables = {"1": TABLE}

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await self.conduct({"first": self.await_step, "second": self.await_end})

    def forms(self) -> tuple[Any, ...]:
        return (Review,)

    def opened(self, opening: Command) -> None:
        self.state.memo["wanted"] = opening.data["clocks"]

    def aside(self, work: Coroutine[Any, Any, None], *, vital: bool = True) -> None:
        work.close()

    async def await_step(self) -> str:
        for clock_id, length in self.state.memo["wanted"].items():
            key = self.start_clock(clock_id, self.now(), length=length)
            self.open_task(Review, role="reviewer", clock=key)
        self.record("clocks_open")
        await self.wait(lambda: "step" in self.state.memo)
        return "second"

    async def await_end(self) -> str:
        clocks = self.state.clocks.values()
        await self.wait(
            lambda: "closed" in self.state.memo or any(c.state == "expired" for c in clocks)
        )
        return "done" if "closed" in self.state.memo else "lapsed"

    def check_step(self, command: Command) -> None:
        self.check_owner(command)

    def apply_step(self, command: Command) -> None:
        self.state.memo["step"] = True
        self.record("stepped", actor=command.actor, at=command.received_at, act_id=command.act_id)

    def check_close(self, command: Command) -> None:
        self.check_owner(command)

    def apply_close(self, command: Command) -> None:
        self.state.memo["closed"] = True
        self.record("ended", actor=command.actor, at=command.received_at, act_id=command.act_id)
