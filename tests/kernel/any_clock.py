"""A case for tests that runs any clock of the table: what its end does, before it, at it and after it.

Registered in tests alone, for rows whose procedure is not built yet (C02, B03, G09, measures to be lifted).
"""

from datetime import datetime
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from bench.reference import ROW as REFERENCE
    from domain.contracts import CaseInput, CaseOutcome, Command
    from domain.transitions import Stage, StageKind, Table, Transition
    from forms.approval import Decision
    from law.clock_types import Clock, Effect
    from law.clocks import find_clock

from workflows.kernel.case import CaseWorkflow

ROW = REFERENCE.model_copy(update={"procedure": "any_clock", "workflow": "any_clock", "sod": ()})

TABLE = Table(
    procedure="any_clock",
    version="1",
    stages=(
        Stage("asking", "待起算", "Asking", holder="applicant"),
        Stage("waiting", "计算中", "Running", holder="approver"),
        Stage("after", "已届满", "Run out", holder="applicant"),
        Stage("decided", "已决定", "Decided", StageKind.GOOD),
        Stage("acted", "已提出", "Acted", StageKind.GOOD),
        Stage("proceeded", "已进入下一步", "Proceeded", StageKind.GOOD),
        Stage("released", "已解除", "Released", StageKind.GOOD),
        Stage("finished", "已终结", "Finished", StageKind.GOOD),
        Stage("withdrawn", "已撤回", "Withdrawn", StageKind.BAD),
    ),
    transitions=(
        Transition("asking", "waiting", "起算"),
        Transition("waiting", "decided", "作出决定"),
        Transition("waiting", "acted", "期限内提出"),
        Transition("waiting", "after", "期限届满"),
        Transition("waiting", "withdrawn", "撤回"),
        Transition("after", "proceeded", "进入下一步"),
        Transition("after", "released", "解除"),
        Transition("after", "finished", "终结"),
        Transition("after", "withdrawn", "撤回"),
    ),
    main=("asking", "waiting", "decided"),
    accepts={
        "asking": frozenset({"start"}),
        "waiting": frozenset({"object", "proceed", "withdraw"}),
        "after": frozenset({"object", "proceed", "finish", "withdraw"}),
    },
)


@workflow.defn(name="any_clock")
class AnyClock(CaseWorkflow):
    """`start` names the clock; `object` must come before its end, `proceed` and `finish` after it."""

    tables = {"1": TABLE}

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await self.conduct(
            {"asking": self.ask, "waiting": self.run_out, "after": self.go_on}
        )

    def forms(self) -> tuple[Any, ...]:
        return (Decision,)

    @property
    def key(self) -> str:
        return str(self.state.memo["key"])

    @property
    def law(self) -> Clock:
        return find_clock(self.state.clocks[self.key].clock_id)

    async def ask(self) -> str:
        await self.wait(lambda: "key" in self.state.memo)
        return "waiting"

    async def run_out(self) -> str:
        if self.law.binds_agency:
            decided = await self.decided(Decision, role="approver", clock=self.key)
            if decided is not None:
                self.stop_clock(self.key)
                return "decided"
            return "after"
        await self.wait(lambda: not self.clock_running(self.key))
        return "after"

    async def go_on(self) -> str:
        if self.law.effect is Effect.MUST_RELEASE:
            await self.wait(lambda: not self.owes_release())
            return "released"
        await self.wait(lambda: "way" in self.state.memo)
        return str(self.state.memo["way"])

    # -- acts ------------------------------------------------------------------------------------------

    def check_start(self, command: Command) -> None:
        self.check_owner(command)
        data = command.data
        self.check_startable(
            str(data["clock_id"]),
            datetime.fromisoformat(data["trigger"]),
            length=data.get("length"),
        )

    def apply_start(self, command: Command) -> None:
        data = command.data
        self.state.memo["key"] = self.start_clock(
            str(data["clock_id"]),
            datetime.fromisoformat(data["trigger"]),
            length=data.get("length"),
        )

    def check_object(self, command: Command) -> None:
        self.check_owner(command)
        self.check_before_end(self.key, command.received_at)

    def apply_object(self, command: Command) -> None:
        self.stop_clock(self.key)
        self._leave = "acted"
        self.record("objected", actor=command.actor, at=command.received_at, act_id=command.act_id)

    def check_proceed(self, command: Command) -> None:
        self.check_owner(command)
        self.check_after_end(self.key, command.received_at)

    def apply_proceed(self, command: Command) -> None:
        self.state.memo["way"] = "proceeded"
        self.record("proceeded", actor=command.actor, at=command.received_at, act_id=command.act_id)

    check_finish = check_proceed

    def apply_finish(self, command: Command) -> None:
        self.state.memo["way"] = "finished"
        self.record("finished", actor=command.actor, at=command.received_at, act_id=command.act_id)
