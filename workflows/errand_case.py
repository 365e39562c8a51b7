"""A case that has one thing done at another office: an errand there, its answer, what is told of it.

The office decides; the case passes on, waits, asks where no answer came, and tells the case that opened it how the thing
stands. An office that never answers: the register is asked, then an officer asks there and notes what was said.
"""

from datetime import date, datetime, time
from typing import Any, ClassVar, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import EffectState
    from forms.licence_item import DepartmentAnswer, Heard
    from law.zone import CST

from workflows.kernel.tasks import Leave
from workflows.opened import OpenedCase

ASK_AT = time(9, 0)
# Cases that were withdrawn before this went on saying that they wait for their office.
ENDS_THE_WAITING: Final = "errand_case-taken_back-v1"


class ErrandCase(OpenedCase):
    """Verbs; what is asked, where, and of whose application, is said by the procedure."""

    # The word by which events, messages and the decision call what is done: `item`, `part`.
    thing: ClassVar[str]
    # Where the application of `applied_in` has the legal representative.
    representative: ClassVar[str] = "legal_representative"
    _taking_back = False

    def forms(self) -> tuple[Any, ...]:
        return (DepartmentAnswer,)

    @property
    def register(self) -> str:
        """Whose desk it is."""
        raise NotImplementedError

    @property
    def applied_in(self) -> str:
        """The case whose application holds what is personal."""
        raise NotImplementedError

    @property
    def called(self) -> tuple[str, str, str]:
        """What is done: its code, its name, the office's name."""
        raise NotImplementedError

    def errand_facts(self) -> dict[str, Any]:
        """What every errand of the case says beside the enterprise."""
        return {}

    # -- at the office -------------------------------------------------------------------------------

    async def open_errand(self, errand: str, **facts: Any) -> EffectState:
        """Open an errand; taken back where the applicant withdraws meanwhile."""
        seq = int(self.state.memo.get("errand", 0)) + 1
        self.state.memo["errand"] = seq
        asked = {
            "register": self.register,
            "errand": errand,
            "facts": {
                "uscc": self.state.memo["uscc"],
                "name": self.state.memo["name"],
                **self.errand_facts(),
                **facts,
            },
            "from_form": {"legal_representative": self.representative},
            "of_case": self.applied_in,
        }
        try:
            return await self.call("open_errand", seq=seq, **asked)
        except Leave:
            self._begin_taking_back(seq, asked)
            raise

    def _begin_taking_back(self, seq: int, asked: dict[str, Any] | None = None) -> None:
        self._taking_back = True
        self.aside(self._take_back(seq, asked))

    def _move(self, to: str) -> None:
        """Withdrawn while no step waited for the office: its errand is taken back all the same."""
        super()._move(to)
        seq = int(self.state.memo.get("errand", 0))
        effect = self.state.effects.get(f"open_errand#{seq}")
        waits = effect is not None and effect.state == "waiting" and not self._taking_back
        if waits and self.table.stage(to).final and workflow.patched(ENDS_THE_WAITING):
            self._begin_taking_back(seq)

    async def _take_back(self, seq: int, asked: dict[str, Any] | None = None) -> None:
        """An errand that nobody wants any more; an office that never had it, or answered, refuses: the same.

        Args:
            asked: what the office was being asked at that moment. It may get it after all: asked to the end under the same
                key first, or taking it back could overtake it.
        """
        ends = workflow.patched(ENDS_THE_WAITING)
        if ends and asked is not None:
            await self.call("open_errand", seq=seq, **asked)
        await self.call(
            "withdraw_errand",
            seq=seq,
            register=self.register,
            opened_by=f"{self.case.case_id}:open_errand:{seq}",
            reason="申请人撤回",
        )
        effect = self.state.effects[f"open_errand#{seq}"]
        if ends and effect.state == "waiting":
            self.note_answer(effect, {"outcome": "taken_back"})

    async def answer(self, ask_at: datetime | None) -> EffectState:
        """The office's answer to the newest errand, however it comes; asked for from the instant on."""
        seq = int(self.state.memo["errand"])
        effect = self.state.effects[f"open_errand#{seq}"]
        if ask_at is not None:
            self.set_alarm("ask", ask_at)
        try:
            while effect.state == "waiting":
                await self.wait(lambda: effect.state != "waiting" or "ask" in self.state.memo)
                if self.state.memo.pop("ask", None) and effect.state == "waiting":
                    await self._ask(effect)
        except Leave:
            self._begin_taking_back(seq)
            raise
        finally:
            self.state.alarms.pop("ask", None)
        return effect

    def on_alarm(self, name: str) -> None:
        self.state.memo[name] = True

    async def _ask(self, effect: EffectState) -> None:
        """No callback so far: ask the register; where it knows nothing new, an officer asks."""
        asked = int(self.state.memo.get("asked", 0)) + 1
        self.state.memo["asked"] = asked
        found = await self.call(
            "errand_state", seq=asked, register=self.register, opened_by=effect.request_id
        )
        if effect.state != "waiting":
            return
        state = str(found.answer.get("state", "unknown"))
        if state not in {"unknown", "open", "withdrawn"}:
            told = {k: found.answer[k] for k in ("number", "code", "reason") if found.answer.get(k)}
            self.note_answer(effect, {"outcome": state, **told})
            return
        await self._ask_in_person(effect)

    async def _ask_in_person(self, effect: EffectState) -> None:
        _code, name, department = self.called
        task = self.open_task(
            DepartmentAnswer,
            role=self.row.roles["trouble"],
            context={"item": name, "department": department},
        )
        self.record(
            "task_opened",
            data={"task": task.task_id, "form": DepartmentAnswer.code, "role": task.role},
        )
        await self.wait(lambda: effect.state != "waiting" or task.task_id in self._answers)
        if task.task_id not in self._answers:
            self.drop_task(task, "answered")
            return
        form = DepartmentAnswer.model_validate(self._answers.pop(task.task_id).answers)
        # What was noted about somebody else's decision ends no stage by itself.
        self._decided = False
        if effect.state != "waiting":
            return
        if form.heard is Heard.WAIT:
            assert isinstance(form.ask_again_on, date)
            self.set_alarm("ask", datetime.combine(form.ask_again_on, ASK_AT, tzinfo=CST))
            return
        yes = form.heard is Heard.YES
        self.note_answer(
            effect,
            {
                "outcome": "yes" if yes else "refused",
                **({"number": form.document} if yes else {"reason": form.note}),
            },
        )

    def note_answer(self, effect: EffectState, answer: dict[str, Any]) -> None:
        effect.state = "done"
        effect.answer = {**effect.answer, **answer}
        self._show_waiting()
        self.record(
            "register_answered",
            data={
                "kind": effect.kind,
                "seq": effect.seq,
                "register": effect.register_name,
                "outcome": answer["outcome"],
            },
        )

    def said_yes(self, effect: EffectState) -> bool:
        return "code" not in effect.answer and "reason" not in effect.answer

    def reason_of(self, effect: EffectState) -> str:
        """The office's own words for its no."""
        answer = effect.answer
        return str(answer.get("reason") or answer.get("message") or answer.get("code", ""))

    # -- how it stands -------------------------------------------------------------------------------

    async def tell_standing(self, standing: str, *, number: str = "", reason: str = "") -> None:
        """Record it, and tell the applicant and the case that opened this one."""
        code, name, _department = self.called
        self.state.memo["standing"] = standing
        self.state.decision |= {self.thing: code, "standing": standing}
        self.change(decision=dict(self.state.decision), numbers=dict(self.state.numbers))
        self.tell("applicant", f"{self.thing}_{standing}")
        told = {"standing": standing, "number": number, "reason": reason}
        self.record_standing({self.thing: name, **told})
        await self.tell_opener(f"{self.thing}_standing", **told)

    def record_standing(self, told: dict[str, str]) -> None:
        """The event of the procedure that says so."""
        raise NotImplementedError
