"""The reference case: create; claim + complete × 3; a fourth act closes a 20-day clock.

A registered procedure like any other: catalogue row, declared table, officers' forms, clocks on.
"""

from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    # Rows of the catalogue are read outside the sandbox, as those of `law` are.
    from bench.row import ROW as ROW
    from domain.contracts import CaseInput, CaseOutcome, Command
    from domain.transitions import Stage, StageKind, Table, Transition
    from forms.approval import Acceptance, Decision, Review

from workflows.kernel.case import CaseWorkflow

TABLE = Table(
    procedure="reference",
    version="1",
    stages=(
        Stage("accepting", "受理", "Acceptance", holder="acceptor"),
        Stage("examining", "审查", "Review", holder="reviewer"),
        Stage("approving", "核准", "Decision", holder="approver"),
        Stage("notice", "公示", "Notice", holder="applicant"),
        Stage("done", "办结", "Done", StageKind.GOOD),
        Stage("lapsed", "届满", "Lapsed", StageKind.BAD),
    ),
    transitions=(
        Transition("accepting", "examining", "受理"),
        Transition("examining", "approving", "审查完毕"),
        Transition("approving", "notice", "核准"),
        Transition("notice", "done", "申请"),
        Transition("notice", "lapsed", "20 日届满"),
    ),
    main=("accepting", "examining", "approving", "notice", "done"),
    accepts={"notice": frozenset({"close"})},
)


@workflow.defn(name="reference")
class Reference(CaseWorkflow):
    tables = {"1": TABLE}

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await self.conduct(
            {
                "accepting": self.accept,
                "examining": self.examine,
                "approving": self.approve,
                "notice": self.await_close,
            }
        )

    def forms(self) -> tuple[Any, ...]:
        return (Acceptance, Review, Decision)

    async def accept(self) -> str:
        self.state.memo["term"] = self.start_clock("G02", self.now())
        await self.decided(Acceptance, role="acceptor", clock=self.state.memo["term"])
        return "examining"

    async def examine(self) -> str:
        await self.decided(Review, role="reviewer", clock=self.state.memo["term"])
        return "approving"

    async def approve(self) -> str:
        await self.decided(Decision, role="approver", clock=self.state.memo["term"])
        self.stop_clock(self.state.memo["term"])
        return "notice"

    async def await_close(self) -> str:
        notice = self.start_clock("D01", self.now())
        await self.wait(lambda: "closed" in self.state.memo or not self.clock_running(notice))
        self.stop_clock(notice)
        return "done" if "closed" in self.state.memo else "lapsed"

    def check_close(self, command: Command) -> None:
        self.check_owner(command)

    def apply_close(self, command: Command) -> None:
        self.state.memo["closed"] = True
        self.record(
            "closed_by_party", actor=command.actor, at=command.received_at, act_id=command.act_id
        )
