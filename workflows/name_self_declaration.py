"""Name self-declaration (企业名称自主申报): the system compares and reserves; nobody approves.

企业名称登记管理规定 (Decree 734) arts. 6–18: prohibited and restricted words 11, 12; commitment 16; same names 17;
reservation of two months, or one year where an approval comes first, 18.

    searching ──────────────▶ reserved ──▶ used         an entity is registered under it
      │ ▲  │                   ▲   ├─────▶ released     the applicant gives it up
      ▼ │  └──▶ examining ─────┘   ├─────▶ lapsed       its time is over (N01, N02)
    choosing         └──▶ refused  └─────▶ cancelled    reserved against the rules
      └──▶ withdrawn ◀─┘

What a name's library says decides, in one transaction of its own: the workflow asks and keeps the answer.
"""

from typing import Any, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import CaseInput, CaseOutcome, Command
    from domain.refusals import Refusal, Refused
    from domain.transitions import Stage, StageKind, Table, Transition
    from forms.name_self_declaration import Cancellation, Examination, Examined

from workflows.kernel.approval import WITHDRAWN
from workflows.kernel.tasks import Leave
from workflows.name_hold import NameHold

MOST_SEARCHES: Final = 100
SEARCHED_ENOUGH: Final = (
    "本件已经多次比对，结果没有变化。请另报一个名称，或者撤回后等名称可以使用时再申报。"
)

TABLE = Table(
    procedure="name_self_declaration",
    version="1",
    stages=(
        Stage("searching", "查询比对", "Comparison", holder="system", doing="与名称库比对"),
        Stage(
            "choosing", "待调整", "To be changed", holder="applicant", doing="另报名称或者作出承诺"
        ),
        Stage("examining", "人工审核", "Examination", holder="reviewer", doing="审核名称"),
        Stage("reserved", "保留中", "Reserved", holder="applicant", doing="以此名称办理登记"),
        Stage("used", "已登记使用", "Used", StageKind.GOOD),
        Stage("released", "已放弃", "Released", StageKind.BAD),
        Stage("lapsed", "保留期届满", "Lapsed", StageKind.BAD),
        Stage("cancelled", "已取消保留", "Cancelled", StageKind.BAD),
        Stage("refused", "不予通过", "Not passed", StageKind.BAD),
        WITHDRAWN,
    ),
    transitions=(
        Transition("searching", "reserved", "可以使用"),
        Transition("searching", "choosing", "不合规定、与他人相同，或者近似而没有承诺"),
        Transition("searching", "examining", "含有须人工审核的字词"),
        Transition("choosing", "searching", "申请人另报名称、作出承诺或者要求再查"),
        Transition("choosing", "withdrawn", "申请人撤回"),
        Transition("examining", "reserved", "审核认为可以使用"),
        Transition("examining", "refused", "不予通过，书面说明理由"),
        Transition("examining", "withdrawn", "申请人撤回"),
        Transition("reserved", "used", "以此名称登记"),
        Transition("reserved", "released", "申请人放弃"),
        Transition("reserved", "lapsed", "保留期届满"),
        Transition("reserved", "cancelled", "违反规定，取消保留"),
    ),
    main=("searching", "reserved", "used"),
    accepts={
        "choosing": frozenset({"withdraw", "resubmit", "search_again"}),
        "examining": frozenset({"withdraw"}),
        "reserved": frozenset({"release_name", "request_cancellation", "library_changed"}),
    },
)


@workflow.defn(name="name_self_declaration")
class NameSelfDeclaration(NameHold):
    tables = {"1": TABLE}

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await self.conduct(
            {
                "searching": self.search,
                "choosing": self.choose,
                "examining": self.examine,
                "reserved": self.keep,
            }
        )

    def forms(self) -> tuple[Any, ...]:
        return (Examination, Cancellation)

    def opened(self, opening: Command) -> None:
        facts = opening.data.get("facts", {})
        self.state.memo["preapproval"] = bool(facts.get("needs_preapproval"))

    # -- 查询比对, 待调整 ------------------------------------------------------------------------------

    async def search(self) -> str:
        """The library's answer; a repeated question finds the name that the case already holds."""
        version = self.state.versions[-1].version
        effect = await self.asked("declare_name", pins=self.calendar_pins, version=version)
        answer, verdict = effect.answer, effect.answer["verdict"]
        self.state.facts = []
        self.state.decision["check"] = verdict
        self.change(facts=answer["facts"], decision=dict(self.state.decision))
        self.record("name_compared", data={"outcome": answer["outcome"], "why": answer["why"]})
        if answer["outcome"] == "reserved":
            return self.reserved_from(answer)
        if answer["outcome"] == "pending":
            return "examining"
        self.tell("applicant", "name_not_free")
        return "choosing"

    async def choose(self) -> str:
        """The ball is with the applicant: no term of law runs, and nothing is kept for them."""
        version, again = len(self.state.versions), int(self.state.memo.get("again", 0))
        await self.wait(
            lambda: (
                len(self.state.versions) > version or int(self.state.memo.get("again", 0)) > again
            )
        )
        return "searching"

    def check_search_again(self, command: Command) -> None:
        """Each comparison stays on record and in the case: somebody who asks without end is sent on another way."""
        self.check_owner(command)
        if int(self.state.memo.get("again", 0)) >= MOST_SEARCHES:
            raise Refused(Refusal.NOT_ACCEPTED_NOW, SEARCHED_ENOUGH)

    def apply_search_again(self, command: Command) -> None:
        """Nothing changed in the declaration, but perhaps in the library: a name lapsed, another was given up."""
        self.state.memo["again"] = int(self.state.memo.get("again", 0)) + 1
        self.record(
            "search_asked", actor=command.actor, at=command.received_at, act_id=command.act_id
        )

    # -- 人工审核 --------------------------------------------------------------------------------------

    async def examine(self) -> str:
        """A name that articles 8, 11 and 12 leave to a person; it is on hold until then."""
        try:
            decided = await self.decided(Examination, role=self.row.roles["review"])
        except Leave:
            self.aside(self.give_back())
            raise
        assert decided is not None, "no term of law decides by silence"
        form, given = decided
        self.state.decision |= {
            "decision": "grant" if form.decision is Examined.USABLE else "refuse",
            "reasons": form.reasons,
            "basis": form.basis,
            "reviewer": given.actor.name,
            "decided_at": given.received_at.isoformat(),
        }
        self.change(decision=dict(self.state.decision))
        self.record(
            "name_examined",
            actor=given.actor,
            at=given.received_at,
            data={"decision": form.decision.value, "reasons": form.reasons, "basis": form.basis},
        )
        if form.decision is Examined.USABLE:
            answer = (await self.asked("confirm_name", pins=self.calendar_pins)).answer
            return self.reserved_from(answer)
        await self.give_back()
        await self.serve(
            "refusal", reasons=[form.reasons], received_at=self.state.versions[-1].received_at
        )
        return "refused"

    def message_text(self, kind: str, clock: Any) -> str:
        words = {
            "name_not_free": "申报的名称现在不能保留，请查看原因，另报名称或者作出承诺。",
            "name_lapsed": "名称保留期已经届满，名称不再为您保留。仍需要的，请重新申报。",
        }
        return words.get(kind) or super().message_text(kind, clock)
