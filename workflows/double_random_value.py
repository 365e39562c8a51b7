"""The public value of a plan of random inspection (公开数值): named by the plan, entered by one person, compared by another.

The rule and who may enter are this bureau's, 待核. A plan from before value rules is drawn as it was: any value younger than it.
"""

from datetime import date
from typing import Any, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import Command, Fact, TaskAnswer
    from domain.public_value import ValueRule
    from domain.refusals import Refusal, Refused
    from forms.double_random_draw import (
        PlanDecision,
        PlanOutcome,
        PublicValue,
        ValueCheck,
        ValueOutcome,
    )
    from law.zone import civil_date, day_zh

from workflows.ex_officio import ExOfficio
from workflows.kernel.answers import wrong
from workflows.public_notices import PublicNotices

OWN_RULE: Final = "本局规则（待核）"
DRAWER: Final = (
    "录入公开数值的人不能是提出计划的人，也不能是名单里的检查人员，请转由另一位负责人录入。"
    f"（{OWN_RULE}）"
)
COMPARER: Final = f"公开数值是您录入的，请转由另一位人员核对。（{OWN_RULE}）"
FEWEST_SOURCE: Final = 4


class PlannedValue(PublicNotices, ExOfficio):
    """Steps and checks of the stages `plan_proposed` and `plan_approved`."""

    @property
    def rule(self) -> ValueRule | None:
        """Which value the plan names; None where it was proposed before plans named one."""
        shown = self.state.memo.get("value_rule")
        return None if shown is None else ValueRule.of(shown)

    @property
    def returned_values(self) -> list[dict[str, str]]:
        """What was entered and not found to be as published, with the reason: on record, and published."""
        returned: list[dict[str, str]] = self.state.memo.get("returned_values", [])
        return returned

    def fact_of_value(self) -> list[Fact]:
        """Beside the law for whoever approves, and later enters."""
        if (rule := self.rule) is None:
            return []
        return [
            Fact(
                code="inspection_value",
                state="ok",
                fact=f"公开数值：{rule.text}",
                rule="批准以前写明出处、期号、日期和取法，批准以后不能更换",
                cite=OWN_RULE,
            )
        ]

    def announce_rule(self) -> None:
        """What was fixed is on the board before the value exists: the digest alone, no target is named."""
        if (rule := self.rule) is None:
            return
        issue = [["期号", rule.issue]] if rule.issue else []
        self.publish_notice(
            "random_draw",
            title=f"{self.state.title}：名单摘要和公开数值",
            lines=[
                ["抽查计划编号", self.state.numbers["receipt"]],
                ["名单摘要", self.state.memo["lists_sha256"]],
                ["数值的出处", rule.source],
                *issue,
                ["数值的公布日期", rule.day.isoformat()],
                ["取几位数字", str(rule.digits)],
            ],
            cite=self.row.basis,
            clock=None,
        )

    # -- entered, compared -----------------------------------------------------------------------------

    async def public_value(self) -> tuple[dict[str, Any], TaskAnswer]:
        """The value to draw from as it is recorded, and who entered it."""
        rule = self.rule
        if rule is None:
            form, given = await self._entered(self.row.roles["proposal"])
            return form.model_dump(mode="json"), given
        while True:
            form, given = await self._entered(self.row.roles["decision"], item=rule.text)
            said = self._as_planned(rule, form)
            self.record("value_entered", actor=given.actor, at=given.received_at, data=said)
            if await self._compared(said):
                return said, given

    async def _entered(self, role: str, **context: str) -> tuple[PublicValue, TaskAnswer]:
        decided = await self.decided(PublicValue, role=role, context=dict(context))
        assert decided is not None, "no term decides by silence"
        return decided

    def _as_planned(self, rule: ValueRule, form: PublicValue) -> dict[str, Any]:
        """In one spelling; what is not later than planned has no reason for it."""
        return {
            "value": rule.normal(form.value),
            "source": rule.source,
            "issue": rule.issue,
            "published_on": form.published_on.isoformat(),
            "reason": form.reason if form.published_on > rule.day else "",
        }

    async def _compared(self, said: dict[str, Any]) -> bool:
        """Whether it is as published; otherwise it is entered again."""
        decided = await self.decided(
            ValueCheck,
            role=self.row.roles["verification"],
            context={
                "item": f"{said['value']}，{said['published_on']}公布",
                "reason": said["reason"],
            },
        )
        assert decided is not None, "no term decides by silence"
        form, given = decided
        if form.outcome is ValueOutcome.AS_PUBLISHED:
            return True
        kept = {"value": said["value"], "reasons": form.reasons}
        self.state.memo["returned_values"] = [*self.returned_values, kept]
        self.record("value_returned", actor=given.actor, at=given.received_at, data=kept)
        return False

    # -- what is refused -------------------------------------------------------------------------------

    def check_approval(self, answers: PlanDecision, today: date) -> None:
        """Raises Refused: a value that is known already chooses nothing at random."""
        rule = self.rule
        if rule is None or answers.decision is not PlanOutcome.APPROVE or rule.day > today:
            return
        told = (
            f"计划写明的公开数值{day_zh(rule.day)}公布，批准时不能已经知道。请不批准，另行提出计划"
        )
        raise wrong("decision", told)

    def check_value(self, answers: PublicValue, command: Command) -> None:
        """By whom it may be entered, and that it is the value that the plan names. Raises Refused."""
        self.refuse_future(answers, "published_on", command)
        if (rule := self.rule) is None:
            self._check_unruled(answers)
            return
        actor = command.actor
        proposed = {d.person_id for d in self.state.duties if d.duty == "proposer"}
        if actor.person_id in proposed or actor.name in self.state.memo["listed"]:
            raise Refused(Refusal.SEPARATION_OF_DUTIES, DRAWER)
        errors = rule.faults(
            value=answers.value,
            source=answers.source,
            issue=answers.issue,
            published_on=answers.published_on,
            reason=answers.reason,
        )
        if errors:
            at = {f"/{field}": told for field, told in errors.items()}
            raise Refused(Refusal.INVALID_ANSWERS, "；".join(errors.values()), at)

    def _check_unruled(self, answers: PublicValue) -> None:
        if answers.published_on <= civil_date(self.case.opening.received_at):
            raise wrong("published_on", "公开数值应当在名单固定以后产生：公布日期须晚于立项日")
        if len(answers.source) < FEWEST_SOURCE:
            raise wrong("source", "请写明数值的出处")

    def check_comparer(self, command: Command) -> None:
        """Raises Refused where the person entered a value of this plan."""
        entered = {d.person_id for d in self.state.duties if d.duty == "drawer"}
        if command.actor.person_id in entered:
            raise Refused(Refusal.SEPARATION_OF_DUTIES, COMPARER)
