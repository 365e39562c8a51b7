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

from datetime import datetime
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import (
        CaseInput,
        CaseOutcome,
        Command,
        EffectState,
        OpenTask,
        RunningClock,
    )
    from domain.refusals import Refusal, Refused
    from domain.transitions import Stage, StageKind, Table, Transition
    from forms.base import TaskForm
    from forms.name_self_declaration import (
        Cancellation,
        CancellationOutcome,
        Examination,
        Examined,
    )

from workflows.kernel.approval import WITHDRAWN
from workflows.kernel.filing import Filing
from workflows.kernel.tasks import Leave

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
ENDS = {"registered": "used", "released": "released", "lapsed": "lapsed", "cancelled": "cancelled"}


@workflow.defn(name="name_self_declaration")
class NameSelfDeclaration(Filing):
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
        answer = (await self._asked("declare_name", pins=self.case.calendar_pins)).answer
        verdict = answer["verdict"]
        self.state.facts = []
        self.state.decision["check"] = verdict
        self.change(facts=answer["facts"], decision=dict(self.state.decision))
        self.record("name_compared", data={"outcome": answer["outcome"], "why": answer["why"]})
        if answer["outcome"] == "reserved":
            return self._reserved_from(answer)
        if answer["outcome"] == "pending":
            return "examining"
        self.tell("applicant", "name_not_free")
        return "choosing"

    async def _asked(self, kind: str, **args: Any) -> EffectState:
        """A question to the library; where a person gives up on it, it is asked again: nothing else can answer."""
        while True:
            seq = int(self.state.memo.get(kind, 0)) + 1
            self.state.memo[kind] = seq
            effect = await self.call(kind, seq=seq, **args)
            if effect.state == "done":
                return effect

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
        self.check_owner(command)

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
            self.aside(self._give_back())
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
            answer = (await self._asked("confirm_name", pins=self.case.calendar_pins)).answer
            return self._reserved_from(answer)
        await self._give_back()
        await self.serve(
            "refusal", reasons=[form.reasons], received_at=self.state.versions[-1].received_at
        )
        return "refused"

    async def _give_back(self) -> None:
        await self._asked("settle_name", wish="release")

    # -- 保留 ------------------------------------------------------------------------------------------

    def _reserved_from(self, answer: dict[str, Any]) -> str:
        """The reservation runs from the instant at which the library took the name."""
        own = self.row.clocks
        clock_id = (
            own.reservation_preapproved if self.state.memo["preapproval"] else own.reservation
        )
        assert clock_id is not None, "the catalogue row names both"
        key = self.start_clock(clock_id, datetime.fromisoformat(answer["held_from"]))
        self.state.memo["hold"] = key
        until = self.state.clocks[key].legal_end.isoformat()
        self.record("name_reserved", data={"until": until})
        self.aside(self._serve_reservation(key))
        return "reserved"

    async def _serve_reservation(self, key: str) -> None:
        await self.serve("reservation", clock=key)

    async def keep(self) -> str:
        """Until the library says that the name is no longer on hold, whatever came first."""
        self.state.memo.setdefault("looks", 0)
        while True:
            await self.wait(lambda: self.state.memo["looks"] > self.state.memo.get("looked", 0))
            self.state.memo["looked"] = self.state.memo["looks"]
            wish = self.state.memo.get("wish", "look")
            standing = (await self._asked("settle_name", wish=wish)).answer["state"]
            if (stage := ENDS.get(standing)) is not None:
                return await self._end(stage)
            if wish != "look":
                # A registration under this name is being decided: it stays, and may be given up later.
                self.state.memo["wish"] = "look"
                self.record("name_kept", data={"wish": wish})

    async def _end(self, stage: str) -> str:
        self.stop_clock(self.state.memo["hold"], "met" if stage == "used" else "closed")
        self.record("name_ended", data={"how": stage, "uscc": self.state.memo.get("uscc", "")})
        if stage == "lapsed":
            self.tell("applicant", "name_lapsed")
        if stage == "cancelled":
            await self.serve(
                "cancellation",
                reasons=[self.state.decision["reasons"]],
                clock=self.state.memo["hold"],
            )
        for number, case in enumerate(self.state.memo.get("users", []), 1):
            # Cases that named this reservation are told; one that is closed by now refuses, which is no matter.
            await self.tell_case(
                case,
                "related_ended",
                seq=number,
                item="name",
                case=self.case.case_id,
                outcome=stage,
            )
        return stage

    def _look(self) -> None:
        self.state.memo["looks"] = int(self.state.memo.get("looks", 0)) + 1

    def on_expired(self, clock: RunningClock, law: Any) -> None:
        self._look()

    # -- acts while the name is reserved ---------------------------------------------------------------

    def check_release_name(self, command: Command) -> None:
        self.check_owner(command)
        self._check_unwished()

    def _check_unwished(self) -> None:
        if self.state.memo.get("wish", "look") != "look":
            raise Refused(Refusal.NOT_ACCEPTED_NOW)

    def apply_release_name(self, command: Command) -> None:
        self.state.memo["wish"] = "release"
        self._look()
        self.record(
            "release_asked",
            actor=command.actor,
            at=command.received_at,
            act_id=command.act_id,
            data={"reason": str(command.data.get("reason", ""))[:2000]},
        )

    def check_library_changed(self, command: Command) -> None:
        """Another case of this bureau used the name, or began or ceased to rely on it."""
        if "system" not in command.actor.roles:
            raise Refused(Refusal.WRONG_ROLE)

    def apply_library_changed(self, command: Command) -> None:
        case, what = str(command.data["case"]), str(command.data["what"])
        if what == "claimed":
            users = [c for c in self.state.memo.get("users", []) if c != case]
            self.state.memo["users"] = [*users, case]
        else:
            self.state.memo["uscc"] = str(command.data.get("uscc", ""))
            self._look()
        self.record(
            "library_changed",
            at=command.received_at,
            act_id=command.act_id,
            data={"what": what, "case": case, "uscc": str(command.data.get("uscc", ""))},
        )

    def check_request_cancellation(self, command: Command) -> None:
        """Asked for by an officer of the procedure, with a reason; a head decides (岗位分离)."""
        posts = set(self.row.roles.values()) | {"window_head", "section_head"}
        if posts.isdisjoint(command.actor.roles):
            raise Refused(Refusal.WRONG_ROLE)
        if command.actor.office != self.case.office:
            raise Refused(Refusal.WRONG_OFFICE)
        if command.actor.person_id == self.state.owner:
            raise Refused(Refusal.OWN_CASE)
        if not str(command.data.get("reason", "")).strip():
            raise Refused(Refusal.INVALID_ANSWERS, "提出取消应当写明理由。")
        self._check_unwished()
        if any(t.form == Cancellation.code for t in self.state.tasks.values()):
            raise Refused(Refusal.NOT_ACCEPTED_NOW, "已有取消保留的申请等待批准。")

    def apply_request_cancellation(self, command: Command) -> None:
        reason = str(command.data["reason"])[:2000]
        self.take_duty("cancellation_asker", command)
        task = self.open_task(
            Cancellation,
            role=self.row.roles["cancellation"],
            context={"reason": reason, "asked_by": command.actor.name},
        )
        self.record(
            "cancellation_requested",
            actor=command.actor,
            at=command.received_at,
            act_id=command.act_id,
            data={"task": task.task_id},
            internal={"reason": reason},
        )

    def check_answers(self, task: OpenTask, answers: TaskForm, command: Command) -> None:
        super().check_answers(task, answers, command)
        if isinstance(answers, Cancellation):
            self._check_unwished()

    def apply_complete(self, command: Command) -> None:
        task = self.state.tasks[command.task_id or ""]
        super().apply_complete(command)
        if task.form != Cancellation.code:
            return
        # No step waits for this answer, so none is open that another act could undo.
        self._answers.pop(task.task_id, None)
        self._decided = False
        form = Cancellation.model_validate(command.data)
        self.record(
            "cancellation_decided",
            actor=command.actor,
            at=command.received_at,
            data={"decision": form.decision.value, "reasons": form.reasons},
        )
        if form.decision is CancellationOutcome.CANCEL:
            self.state.decision["reasons"] = form.reasons
            self.change(decision=dict(self.state.decision))
            self.state.memo["wish"] = "cancel"
            self._look()

    def message_text(self, kind: str, clock: Any) -> str:
        words = {
            "name_not_free": "申报的名称现在不能保留，请查看原因，另报名称或者作出承诺。",
            "name_lapsed": "名称保留期已经届满，名称不再为您保留。仍需要的，请重新申报。",
        }
        return words.get(kind) or super().message_text(kind, clock)
