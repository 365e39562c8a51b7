"""Handing over to inspection (移交执法检查, law.md §2.6): a task of the inspection post, acknowledged by a person.

    refer decided ──▶ task of the inspection post ──▶ taken over: by whom and when, in the record, told to who decided

The case does not end before somebody took it over: what was referred would otherwise lie nowhere.
"""

from datetime import datetime
from typing import Any, ClassVar, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import Command, Fact, OpenTask
    from domain.promises import Promise
    from domain.roles import Role
    from domain.transitions import Stage, Transition
    from forms.tolerance import Referral
    from law.zone import civil_date, day_zh

from workflows.kernel.approval import Approval

REFERRED = Stage(
    "referred", "移交检查", "Referred", holder="inspector", doing="接收移交的容缺超期事项"
)
TAKING_OVER: Final = (
    Transition("awaiting_supplement", "referred", "决定移交执法检查，检查岗位还没有接收"),
    Transition("referred", "archiving", "检查岗位已经接收"),
)
RULE: Final = "移交执法检查的，由检查岗位签收"
CITE: Final = "容缺受理规定（本局，待核）"


class Referrals(Approval):
    """What was referred, until it is taken over."""

    # The first version of the procedure's table whose cases ask for the acknowledgement (docs/adr/0004).
    referrals_since: ClassVar[str] = "2"

    def forms(self) -> tuple[Any, ...]:
        return (*super().forms(), Referral)

    @property
    def acknowledged(self) -> bool:
        """Whether cases of this table ask for the acknowledgement; older ones only send a message."""
        return int(self.table.version) >= int(self.referrals_since)

    @property
    def referrals(self) -> list[OpenTask]:
        """What nobody has taken over yet."""
        return [t for t in self.state.tasks.values() if t.form == Referral.code]

    def refer(self, promise: Promise, reasons: str, *, role: str) -> None:
        """A task for the inspection post of the same office; `role` is the post that decided and is told."""
        if not self.acknowledged:
            return
        task = self.open_task(
            Referral,
            role=Role.INSPECTOR,
            context={
                "promise": promise.seq,
                "material": promise.label,
                "asked_by": promise.decided_by,
                "reason": reasons,
                "told": role,
            },
        )
        self._show_referral(promise, "open", "还没有接收")
        self.record(
            "task_opened",
            data={"task": task.task_id, "form": Referral.code, "role": Role.INSPECTOR},
        )

    def _show_referral(self, promise: Promise, state: str, said: str) -> None:
        self.put_facts(
            [
                Fact(
                    code=f"referral_{promise.seq}",
                    state=state,
                    fact=f"{promise.label}超期，已移交执法检查：{said}",
                    rule=RULE,
                    cite=CITE,
                )
            ]
        )

    def apply_complete(self, command: Command) -> None:
        task = self.state.tasks[command.task_id or ""]
        super().apply_complete(command)
        if task.form != Referral.code:
            return
        self._answers.pop(task.task_id, None)
        seq = int(task.context["promise"])
        promise = next(p for p in self.state.promises if p.seq == seq)
        self._taken_over(promise, command, told=str(task.context["told"]))

    def _taken_over(self, promise: Promise, command: Command, *, told: str) -> None:
        at, who = command.received_at, command.actor
        plan = str(command.data["plan"])
        day = day_zh(civil_date(at))
        self._show_referral(promise, "ok", f"{who.name}于{day}接收，{plan}")
        text = f"{promise.label}超期移交检查：{who.name}已接收，{plan}"
        self.say("referral_taken", text, at, to=told)
        self.record(
            "referral_taken",
            actor=who,
            at=at,
            data={"part": promise.part, "label": promise.label},
            internal={"plan": plan},
        )

    async def await_taking_over(self) -> str:
        """The certificate stays marked; the inspection post knows that it is its turn."""
        await self.wait(lambda: not self.referrals)
        return "archiving"

    def held(self) -> bool:
        """An application that ends otherwise does not take the referral with it either."""
        return super().held() or bool(self.referrals)

    def say(self, kind: str, text: str, at: datetime, *, to: str = "applicant") -> None:
        """A message with words of its own, to whoever fills the role."""
        number = len(self._changes.messages) + 1
        self.change_row(
            "messages",
            {
                "message_id": f"{self.case.case_id}:{self.state.revision + 1}:{number}",
                "recipient": self.recipient(to, None),
                "kind": kind,
                "text": text,
                "at": at.isoformat(),
            },
        )
