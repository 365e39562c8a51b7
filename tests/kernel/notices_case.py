"""A case for tests that announces something and hears objections: registered in tests alone."""

from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from bench.row import ROW as REFERENCE
    from domain.contracts import CaseInput, CaseOutcome, Command
    from domain.public_notices import STOPPED, UPHELD
    from domain.transitions import Stage, StageKind, Table, Transition

from workflows.public_notices import PublicNotices

ROW = REFERENCE.model_copy(update={"procedure": "announcing", "workflow": "announcing", "sod": ()})

TABLE = Table(
    procedure="announcing",
    version="1",
    stages=(
        Stage("announced", "公示", "Announced", holder="applicant"),
        Stage("objected", "异议处理", "Objected", holder="reviewer"),
        Stage("waiting", "待申请", "Waiting", holder="applicant"),
        Stage("done", "办结", "Done", StageKind.GOOD),
        Stage("terminated", "已终止", "Terminated", StageKind.BAD),
        Stage("withdrawn", "已撤回", "Withdrawn", StageKind.BAD),
    ),
    transitions=(
        Transition("announced", "objected", "有异议"),
        Transition("announced", "waiting", "公示期满"),
        Transition("announced", "withdrawn", "撤回"),
        Transition("objected", "terminated", "异议成立"),
        Transition("objected", "waiting", "异议不成立"),
        Transition("waiting", "done", "申请"),
    ),
    main=("announced", "waiting", "done"),
    accepts={
        "announced": frozenset({"withdraw", "tax_objects"}),
        "waiting": frozenset({"close", "tax_objects"}),
    },
)


@workflow.defn(name="announcing")
class Announcing(PublicNotices):
    """Its opening says what the notice takes; `tax_objects` stands for a register's call."""

    tables = {"1": TABLE}

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await self.conduct(
            {"announced": self.announce, "objected": self.handle, "waiting": self.await_close}
        )

    def opened(self, opening: Command) -> None:
        claims = "清算" in self.state.title
        self.state.memo["takes"] = opening.data.get("takes", "claim" if claims else "objection")

    async def announce(self) -> str:
        key = self.start_clock("D01", self.now())
        notice = self.publish_notice(
            "simple_deregistration",
            title=f"{self.state.title}简易注销公告",
            lines=[["企业名称", self.state.title]],
            cite="公司法第240条",
            clock=key,
            takes=self.state.memo["takes"],
        )
        await self.wait(lambda: self.objections_open() or not self.clock_running(key))
        if self.objections_open():
            self.end_notice(notice, STOPPED, "收到异议")
            return "objected"
        return "waiting"

    async def handle(self) -> str:
        for objection in self.objections_open():
            await self.handle_objection(objection, role="reviewer")
        upheld = any(o.state == UPHELD for o in self.state.objections)
        return "terminated" if upheld else "waiting"

    async def await_close(self) -> str:
        await self.wait(lambda: "closed" in self.state.memo)
        return "done"

    def check_close(self, command: Command) -> None:
        self.check_owner(command)

    def apply_close(self, command: Command) -> None:
        self.state.memo["closed"] = True
        self.record("ended", actor=command.actor, at=command.received_at, act_id=command.act_id)

    def check_tax_objects(self, command: Command) -> None:
        """Whenever it comes."""

    def apply_tax_objects(self, command: Command) -> None:
        notice = self.state.public_notices[0]
        self.department_objected(notice, "tax", at=command.received_at, reason="欠税")
        self.record("told", act_id=command.act_id)

    def forms(self) -> tuple[Any, ...]:
        return ()
