"""企业开办“一次办” (law.md §2.2): one application, the registration first, then everything besides at the same time.

优化营商环境条例 art. 19; the district's plan: 1.5 days from acceptance to licence. Registration and parts are cases of
their own; a part that fails never touches the licence.

    registering ──▶ handling ──▶ archiving ──▶ archived
       │  │            │
       │  └────────────┴──▶ withdrawn
       └──▶ not_registered
"""

import asyncio
from datetime import datetime
from typing import Any, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.related import related_id
    from domain.contracts import CaseInput, CaseOutcome, Command
    from domain.transitions import Stage, StageKind, Table, Transition
    from law.opening_time import OpeningTime, opening_time, whole_minutes
    from law.startup_parts import ENDS, Standing, part_of

from workflows.kernel.approval import ARCHIVED, ARCHIVING, WITHDRAWN, Approval
from workflows.kernel.tasks import Leave
from workflows.opened import OPENER_WITHDRAWN, OpeningCase

REGISTRATION: Final = "registration"
TABLE = Table(
    procedure="enterprise_startup_onestop",
    version="1",
    stages=(
        Stage(
            "registering",
            "设立登记",
            "Registration",
            holder="related:registration",
            doing="办理设立登记，进度见登记办件",
        ),
        Stage(
            "handling",
            "分项办理",
            "Part by part",
            holder="system",
            doing="等待各部门办理所选事项",
        ),
        ARCHIVING,
        ARCHIVED,
        Stage("not_registered", "没有登记", "Not registered", StageKind.BAD),
        WITHDRAWN,
    ),
    transitions=(
        Transition("registering", "handling", "营业执照已核发"),
        Transition("registering", "not_registered", "登记没有准予，各事项不再办理"),
        Transition("registering", "withdrawn", "申请人撤回"),
        Transition("handling", "archiving", "所选事项均已有结果"),
        Transition("handling", "withdrawn", "申请人撤回未办成的事项"),
        Transition("archiving", "archived", "档案已接收"),
    ),
    main=("registering", "handling", "archiving", "archived"),
    accepts={
        "registering": frozenset({"withdraw", "licence_issued"}),
        "handling": frozenset({"withdraw", "part_standing"}),
    },
)


@workflow.defn(name="enterprise_startup_onestop")
class EnterpriseStartupOnestop(Approval, OpeningCase):
    tables = {"1": TABLE}

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await self.conduct(
            {"registering": self.register, "handling": self.handle, "archiving": self.archive}
        )

    def forms(self) -> tuple[Any, ...]:
        """No officer decides here: each related case has its own tasks."""
        return ()

    def opened(self, opening: Command) -> None:
        facts = opening.data.get("facts", {})
        self.state.memo["reservation"] = facts.get("reservation")
        self.state.memo["host"] = facts.get("host")
        self.state.decision["parts"] = [{"part": part} for part in facts.get("parts", [])]
        for entry in self.parts:
            self._stands(entry, Standing.QUEUED)

    # -- the parts as the case keeps them: codes and standings; names are the catalogue's -----------------

    @property
    def parts(self) -> list[dict[str, Any]]:
        kept: list[dict[str, Any]] = self.state.decision["parts"]
        return kept

    def _stands(self, entry: dict[str, Any], standing: Standing, **more: str) -> None:
        """Set how a part stands; the event that follows shows it."""
        entry |= {"standing": standing.value, "since": self.now().isoformat(), **more}
        self.change(decision=dict(self.state.decision))

    def _told_of(self, entry: dict[str, Any]) -> dict[str, str]:
        return {
            "part": part_of(entry["part"]).name,
            "standing": entry["standing"],
            "number": entry.get("number", ""),
            "reason": entry.get("reason", ""),
        }

    # -- 设立登记 ------------------------------------------------------------------------------------

    async def register(self) -> str:
        """The registration is a case of its own; the reserved name and the host of the domicile go along with it."""
        found = {key: self.state.memo.get(key) for key in ("reservation", "host")}
        known = {key: value for key, value in found.items() if value}
        facts: dict[str, Any] = {"facts": known} if known else {}
        await self.open_related(REGISTRATION, "establishment_registration", fill={}, **facts)
        related = self.state.related[REGISTRATION]
        try:
            await self.wait(lambda: "uscc" in self.state.memo or related.state == "ended")
        except Leave:
            self._end_parts(Standing.NOT_BEGUN)
            self.aside(self._take_back())
            raise
        if "uscc" in self.state.memo:
            return "handling"
        self._end_parts(Standing.NOT_BEGUN)
        if related.outcome == "withdrawn":
            return "withdrawn"
        self.state.decision |= {"decision": "refuse"}
        self.change(decision=dict(self.state.decision))
        self.tell("applicant", "parts_not_begun")
        return "not_registered"

    async def _take_back(self) -> None:
        await self.take_back_opened(OPENER_WITHDRAWN, "企业开办“一次办”已撤回")

    def _end_parts(self, standing: Standing) -> None:
        for entry in self.parts:
            if not Standing(entry["standing"]).settled:
                self._stands(entry, standing)

    def check_licence_issued(self, command: Command) -> None:
        self.check_from_related(command)

    def apply_licence_issued(self, command: Command) -> None:
        """Who was registered, and how long it took (企业开办注册登记时间): the plan's figure."""
        data = command.data
        self.state.memo |= {"name": data["name"], "uscc": data["uscc"]}
        self.state.title = str(data["name"])
        self.state.numbers["uscc"] = str(data["uscc"])
        took = self._measured(data)
        figure = {
            "worked_minutes": whole_minutes(took.worked),
            "waiting_minutes": whole_minutes(took.waiting),
            "days": round(took.days, 2),
            "meets": took.meets_target,
        }
        span = {key: data[key] for key in ("accepted_at", "issued_at")}
        self.state.decision |= {"uscc": data["uscc"], "opening": {**span, **figure}}
        self.change(
            title=self.state.title,
            numbers=dict(self.state.numbers),
            decision=dict(self.state.decision),
        )
        self.tell("applicant", "licence_issued")
        self.record("opening_measured", at=command.received_at, act_id=command.act_id, data=figure)

    def _measured(self, data: dict[str, Any]) -> OpeningTime:
        instant = datetime.fromisoformat
        return opening_time(
            instant(data["accepted_at"]),
            instant(data["issued_at"]),
            [(instant(begin), instant(end)) for begin, end in data["waits"]],
            self._calendars,
        )

    # -- 分项办理 ------------------------------------------------------------------------------------

    async def handle(self) -> str:
        """All parts at once; one that waits keeps no other one waiting."""
        queued = [e for e in self.parts if e["standing"] == Standing.QUEUED.value]
        await asyncio.gather(*(self._begin(entry) for entry in queued))
        try:
            await self.wait(self._all_settled)
        except Leave:
            self.aside(self._take_back())
            raise
        self.state.decision["decision"] = "settled"
        self.change(decision=dict(self.state.decision))
        return "archiving"

    async def _begin(self, entry: dict[str, Any]) -> None:
        """The event that opens the part's case shows it under way; the part tells it to people once its office has it."""
        entry["case"] = str(related_id(self.case.case_id, entry["part"]))
        self._stands(entry, Standing.HANDLING)
        await self.open_related(
            entry["part"],
            "startup_part",
            fill={
                "part": entry["part"],
                "name": self.state.memo["name"],
                "uscc": self.state.memo["uscc"],
                "registration": self.state.related[REGISTRATION].case_id,
            },
        )

    def _all_settled(self) -> bool:
        return all(Standing(e["standing"]).settled for e in self.parts) and all(
            related.state == "ended" for related in self.state.related.values()
        )

    def check_part_standing(self, command: Command) -> None:
        self.check_from_related(command)

    def apply_part_standing(self, command: Command) -> None:
        data = command.data
        entry = next(e for e in self.parts if e["part"] == data["key"])
        self._stands(
            entry,
            Standing(str(data["standing"])),
            number=str(data.get("number", "")),
            reason=str(data.get("reason", ""))[:500],
        )
        self.record(
            "part_standing",
            at=command.received_at,
            act_id=command.act_id,
            data=self._told_of(entry),
        )

    def apply_related_ended(self, command: Command) -> None:
        """A part that ended without telling (withdrawn) is told by its end."""
        super().apply_related_ended(command)
        entry = next((e for e in self.parts if e["part"] == command.data["item"]), None)
        standing = ENDS.get(str(command.data.get("outcome", "")))
        if entry is not None and standing is not None and entry["standing"] != standing.value:
            self._stands(entry, standing)
            self.record("part_standing", at=command.received_at, data=self._told_of(entry))

    def message_text(self, kind: str, clock: Any) -> str:
        words = {
            "licence_issued": "营业执照已经核发，您选择的其他事项已经同时送交各部门。",
            "parts_not_begun": "设立登记没有准予，其他事项没有开始办理。理由见登记办件。",
        }
        return words.get(kind) or super().message_text(kind, clock)
