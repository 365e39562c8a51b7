"""A name on hold (企业名称登记管理规定 18): kept until it is used, given up, cancelled, or its time is over.

Whatever comes first, the library of names decides; the case asks it, and ends as it says.
"""

from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import Command, EffectState, OpenTask, RunningClock
    from domain.refusals import Refusal, Refused
    from forms.base import TaskForm
    from forms.name_self_declaration import Cancellation, CancellationOutcome

from workflows.kernel.filing import Filing

ENDS: Final = MappingProxyType(
    {"registered": "used", "released": "released", "lapsed": "lapsed", "cancelled": "cancelled"}
)


class NameHold(Filing):
    """What may happen to a name while it is on hold; whether it is to be held is the procedure's."""

    async def asked(self, kind: str, **args: Any) -> EffectState:
        """A question to the library; where a person gives up on it, it is asked again: nothing else can answer."""
        while True:
            seq = int(self.state.memo.get(kind, 0)) + 1
            self.state.memo[kind] = seq
            effect = await self.call(kind, seq=seq, **args)
            if effect.state == "done":
                return effect

    async def give_back(self) -> None:
        await self.asked("settle_name", wish="release")

    # -- 保留 ------------------------------------------------------------------------------------------

    def reserved_from(self, answer: dict[str, Any]) -> str:
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
            standing = (await self.asked("settle_name", wish=wish)).answer["state"]
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
