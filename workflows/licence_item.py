"""What the cases of licence items share (law.md §2.4): an errand at the department, its answer, what is told of it.

The department decides; the case passes on, watches the term, asks where no answer came, and tells the separation that
opened it and NECIPS how the item stands. A department that never answers: the clock's ladder, then an officer asks.
"""

from datetime import date, datetime, time
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import Command, EffectState
    from domain.refusals import Refusal, Refused
    from domain.transitions import Stage, StageKind
    from forms.licence_item import DepartmentAnswer, Heard
    from law import licence_items
    from law.licence_standing import BARS_COMMITMENT, Standing
    from law.licence_types import LicenceItem
    from law.zone import CST

from workflows.kernel.case import CaseWorkflow
from workflows.kernel.tasks import Leave

DEPARTMENTS = "departments"
# What NECIPS takes of the standings (registers.licences); a no is nobody else's business.
PUBLIC = frozenset(
    {
        Standing.FILED,
        Standing.GRANTED,
        Standing.GRANTED_ON_COMMITMENT,
        Standing.VERIFIED,
        Standing.REVOKED,
    }
)
ASK_AT = time(9, 0)
WITHDRAW = frozenset({"withdraw", "separation_withdrawn"})

SUBMITTING = Stage(
    "submitting", "提交部门", "To department", holder="system", doing="送交许可主管部门"
)
AT_DEPARTMENT = Stage(
    "at_department",
    "部门办理",
    "At department",
    holder="register:departments",
    doing="审查并作出决定",
)
REFUSED = Stage("refused", "不予办理", "Refused", StageKind.BAD)


class LicenceItemCase(CaseWorkflow):
    """Verbs of an item's case; its stages are the procedure's."""

    good: Standing

    def forms(self) -> tuple[Any, ...]:
        return (DepartmentAnswer,)

    def opened(self, opening: Command) -> None:
        facts = opening.data.get("facts", {})
        self.state.memo |= {
            key: str(facts.get(key, ""))
            for key in ("name", "uscc", "item", "edition", "separation")
        }

    @property
    def item(self) -> LicenceItem:
        """The row of the edition that the case was opened under."""
        return licence_items.item(self.state.memo["item"], self.state.memo["edition"])

    # -- 提交部门 ------------------------------------------------------------------------------------

    async def submit_as(self, errand: str) -> str:
        """The errand that decides the item; its term is the item's own clock."""
        clock = self.item.clocks.decision
        if clock is not None and "decision_clock" not in self.state.memo:
            self.state.memo["decision_clock"] = self.start_clock(clock, self.now())
        effect = await self.open_errand(errand)
        if effect.state != "waiting":
            return await self.refused_by(effect)
        return "at_department"

    async def open_errand(self, errand: str, **facts: Any) -> EffectState:
        """Open an errand; where a person gives up on the register it is tried again: nothing else can answer."""
        while True:
            seq = int(self.state.memo.get("errand", 0)) + 1
            self.state.memo["errand"] = seq
            try:
                effect = await self.call(
                    "open_errand",
                    seq=seq,
                    register=DEPARTMENTS,
                    errand=errand,
                    facts={
                        "uscc": self.state.memo["uscc"],
                        "name": self.state.memo["name"],
                        "department": self.item.department,
                        "item": self.item.id,
                        **facts,
                    },
                    from_form={"legal_representative": "legal_representative"},
                    of_case=self.state.memo["separation"],
                )
            except Leave:
                self.aside(self._take_back(seq))
                raise
            if effect.state != "given_up":
                return effect

    async def _take_back(self, seq: int) -> None:
        """An errand that nobody wants any more; a department that never had it, or answered, refuses: the same."""
        await self.call(
            "withdraw_errand",
            seq=seq,
            register=DEPARTMENTS,
            opened_by=f"{self.case.case_id}:open_errand:{seq}",
            reason="申请人撤回",
        )

    # -- 部门办理 ------------------------------------------------------------------------------------

    async def answer(self, clock: str | None) -> EffectState:
        """The department's answer to the newest errand, however it comes."""
        seq = int(self.state.memo["errand"])
        effect = self.state.effects[f"open_errand#{seq}"]
        if clock is not None:
            self.set_alarm("ask", self.state.clocks[clock].ends_at)
        try:
            while effect.state == "waiting":
                await self.wait(lambda: effect.state != "waiting" or "ask" in self.state.memo)
                if self.state.memo.pop("ask", None) and effect.state == "waiting":
                    await self._ask(effect)
        except Leave:
            self.aside(self._take_back(seq))
            raise
        finally:
            self.state.alarms.pop("ask", None)
        return effect

    def on_alarm(self, name: str) -> None:
        self.state.memo[name] = True

    async def _ask(self, effect: EffectState) -> None:
        """The term is over without a callback: ask the register; where it knows nothing new, an officer asks."""
        asked = int(self.state.memo.get("asked", 0)) + 1
        self.state.memo["asked"] = asked
        found = await self.call(
            "errand_state", seq=asked, register=DEPARTMENTS, opened_by=effect.request_id
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
        task = self.open_task(
            DepartmentAnswer,
            role=self.row.roles["trouble"],
            context={"item": self.item.name, "department": self.item.department_name},
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

    async def refused_by(self, effect: EffectState) -> str:
        """不予…: with the department's own reason; who may not commit is told so and goes the normal way."""
        self.stop_clock(self.state.memo.get("decision_clock"))
        code = str(effect.answer.get("code", ""))
        reason = str(effect.answer.get("reason") or effect.answer.get("message") or code)
        self.state.decision |= {"decision": "refuse", "reasons": reason, "code": code}
        self.change(decision=dict(self.state.decision))
        if code in BARS_COMMITMENT and "barred" in {s.id for s in self.table.stages}:
            await self.stand(Standing.HANDLING, reason=reason)
            return "barred"
        await self.stand(Standing.REFUSED, reason=reason)
        return "refused"

    # -- how the item stands ---------------------------------------------------------------------------

    async def stand(self, standing: Standing, *, number: str = "", reason: str = "") -> None:
        """Record it, tell the applicant, the separation and, where it is public, NECIPS."""
        item = self.item
        self.state.memo["standing"] = standing.value
        self.state.decision |= {"item": item.id, "standing": standing.value}
        if number:
            self.state.decision["licence_number"] = number
            self.state.numbers["licence"] = number
        self.change(decision=dict(self.state.decision), numbers=dict(self.state.numbers))
        self.tell("applicant", f"item_{standing.value}")
        self.record(
            "item_standing",
            data={
                "item": item.name,
                "standing": standing.value,
                "number": number,
                "reason": reason,
            },
        )
        told = int(self.state.memo.get("told", 0)) + 1
        self.state.memo["told"] = told
        if self.case.parent_case is not None:
            await self.tell_case(
                self.case.parent_case,
                "item_standing",
                seq=told,
                case=self.case.case_id,
                key=self.case.parent_item or "",
                standing=standing.value,
                number=number,
                reason=reason,
            )
        if standing in PUBLIC:
            self.aside(self._publish(standing, number, told))

    async def _publish(self, standing: Standing, number: str, seq: int) -> None:
        await self.call(
            "publish_licence_items",
            seq=seq,
            facts={
                "uscc": self.state.memo["uscc"],
                "name": self.state.memo["name"],
                "items": [
                    {
                        "item": self.item.id,
                        "name": self.item.name,
                        "department": self.item.department,
                        "standing": standing.value,
                        "number": number or None,
                    }
                ],
            },
        )

    def message_text(self, kind: str, clock: Any) -> str:
        name = self.item.name
        words = {
            "item_filed": f"“{name}”已经备案，可以经营该项目。",
            "item_granted": f"“{name}”已经取得许可，可以经营该项目。",
            "item_granted_on_commitment": f"“{name}”已经以告知承诺方式取得许可，可以经营该项目；部门随后核查。",
            "item_verified": f"“{name}”核查通过。",
            "item_rectifying": f"“{name}”核查发现与承诺不符，请在期限内整改并报告。",
            "item_refused": f"“{name}”没有办成，请查看部门的理由。没有取得的，不得经营该项目。",
            "item_revoked": f"“{name}”的许可已被撤销，请立即停止经营该项目。",
            "item_handling": f"“{name}”不适用告知承诺，按一般程序办理；取得许可前不得经营该项目。",
        }
        return words.get(kind) or super().message_text(kind, clock)

    # -- withdrawn with the separation -----------------------------------------------------------------

    def check_separation_withdrawn(self, command: Command) -> None:
        if "system" not in command.actor.roles:
            raise Refused(Refusal.WRONG_ROLE)

    def apply_separation_withdrawn(self, command: Command) -> None:
        self.apply_withdraw(command)
