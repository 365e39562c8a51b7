"""What is applied for to leave a list or to stop a publication: accepted, verified, decided, and then NECIPS shows it no longer.

The procedures, `abnormal_list_removal` and `credit_repair`, say what must be so before it is granted and what follows.
"""

from typing import Any, ClassVar, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import Command, EffectState, Fact
    from domain.credit import Removal
    from domain.transitions import Stage, Transition
    from forms.approval import DecisionOutcome
    from law.offices import registrar_of

from workflows.kernel.approval import (
    CORRECTION,
    INTAKE,
    NOT_ACCEPTED,
    SUBMITTED,
    WITHDRAWN,
    Approval,
)

DECIDING: Final = Stage("deciding", "决定", "Decision", holder="approver", doing="作出决定")
UNDER_REVIEW: Final = Stage(
    "under_review", "核实", "Verification", holder="inspector", doing="核实申请的情况"
)
BEFORE: Final = (SUBMITTED, CORRECTION, UNDER_REVIEW, DECIDING)
ENDS: Final = (NOT_ACCEPTED, WITHDRAWN)
MOVES: Final = (
    *INTAKE,
    Transition("under_review", "deciding", "核实完毕"),
    Transition("under_review", "withdrawn", "申请人撤回"),
    Transition("deciding", "removing", "决定移出、停止公示"),
    Transition("deciding", "refused", "决定不予，书面说明理由"),
    Transition("deciding", "withdrawn", "申请人撤回"),
    Transition("removing", "deciding", "公示系统不予接收"),
)


class ListRelief(Approval):
    """Steps of the stages `submitted` to `removing`."""

    inquiry: ClassVar[str]
    why: ClassVar[Removal]
    # Whoever registered the entity decides; else whoever entered the record, wherever the entity is registered.
    by_registrar: ClassVar[bool] = True

    def opened(self, opening: Command) -> None:
        facts = dict(opening.data.get("facts", {}))
        self.state.memo |= facts
        self.state.numbers |= {"uscc": str(facts["uscc"])}
        self.change(numbers=dict(self.state.numbers))

    async def receive(self) -> str:
        """What NECIPS and the register have first: without an entry there is nothing to take away."""
        checked = await self._checked()
        if checked.state == "done" and (reason := self.nothing_to_remove(checked)):
            await self.serve(
                "not_accepted",
                reasons=[reason],
                competent_body=self._elsewhere(checked),
                received_at=self.state.versions[-1].received_at,
            )
            return "not_accepted"
        return await self.accept()

    async def _checked(self) -> EffectState:
        seq = int(self.state.memo.get("checks", 0)) + 1
        self.state.memo["checks"] = seq
        checked = await self.call(self.inquiry, seq=seq)
        facts = [Fact.model_validate(f) for f in checked.answer.get("facts", ())]
        if checked.state == "done":
            self.state.memo["entry"] = checked.answer.get("entry")
            self.state.memo["listing_case"] = checked.answer.get("listing_case")
        self.put_facts(facts)
        self.record("facts_found", data={"facts": [f.code for f in facts if f.state != "ok"]})
        return checked

    def nothing_to_remove(self, checked: EffectState) -> str:
        """Why there is nothing here that this office could take away; empty where there is."""
        entity: dict[str, Any] = checked.answer.get("entity") or {}
        if not entity:
            return "登记系统中没有这个统一社会信用代码的市场主体，请核对营业执照。"
        if registrar := self._elsewhere(checked):
            return f"该市场主体由{registrar}登记，请向{registrar}申请。"
        if checked.answer.get("entry") is None:
            return str(checked.answer["missing"])
        return ""

    def _elsewhere(self, checked: EffectState) -> str | None:
        entity = checked.answer.get("entity") or {}
        division = str(entity.get("division", self.case.office))
        self.state.memo["division"] = division
        if not self.by_registrar or division == self.case.office:
            return None
        return registrar_of(division)

    def lawful_to_grant(self) -> list[str]:
        bars = super().lawful_to_grant()
        if not self.state.memo.get("entry"):
            bars.append("公示系统的核查结果还没有返回")
        return bars

    async def decide_and_tell(self) -> str:
        if await self.decide() is DecisionOutcome.REFUSE:
            return await self.refuse()
        return "removing"

    async def remove(self) -> str:
        """NECIPS shows it no longer; the paper follows. What it refuses goes back to whoever decides."""
        attempt = int(self.state.memo.get("remove_attempts", 0)) + 1
        self.state.memo["remove_attempts"] = attempt
        entry = self.state.memo["entry"]
        removed = await self.call(
            "remove_from_list",
            seq=attempt,
            entry=entry["number"],
            ground=self.why.value,
            decision_number=self.state.numbers["case"],
        )
        if removed.state != "done":
            self._removal_refused(str(removed.answer.get("message", "")))
            return "deciding"
        self.stop_clock(self.state.memo["decision_clock"])
        self.state.memo["removed_at"] = removed.answer["removed_at"]
        self.state.decision["removed_at"] = removed.answer["removed_at"]
        self.change(decision=dict(self.state.decision))
        self.record(
            "removed_from_list",
            data={"how": self.why.value, "number": "", "entry": entry["number"]},
        )
        await self.serve("grant", entry=entry, removed_at=removed.answer["removed_at"])
        return await self.after_removal()

    async def after_removal(self) -> str:
        """Where the case goes on."""
        raise NotImplementedError

    async def tell_listing(self, kind: str, **data: Any) -> None:
        """The case that entered it, where it is one of ours."""
        if case := self.state.memo.get("listing_case"):
            entry = self.state.memo["entry"]["number"]
            number = self.state.numbers.get("case", "")
            await self.tell_case(str(case), kind, entry=entry, number=number, **data)

    def _removal_refused(self, message: str) -> None:
        fact = Fact(
            code="removal_refused",
            state="bad",
            fact=f"公示系统不予接收：{message}",
            rule="移出、停止公示通过国家企业信用信息公示系统办理",
            cite=self.row.basis,
            source="necips",
        )
        self.put_facts([fact])
