"""Replacing what was drawn (更换, SOD-16): a reason on record, another person's consent, the next reserve of the draw.

Whoever was drawn may leave, fall ill or lose the certificate at any time; a check that only the two drawn can finish would never end.
A reserve who does not serve or holds no valid certificate is passed over, with the reason on record; where none is left the head
names a colleague (this bureau's rules, 待核). Table 1 knows the request before the check is prepared alone.
"""

from datetime import datetime
from typing import Any, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import Actor, Command
    from domain.refusals import Refusal, Refused
    from forms.double_random_check import Consent, Replacement, ReplacementRequest
    from forms.double_random_inspection import Scope
    from law.zone import civil_date

from workflows.double_random_follow_ups import FollowUps
from workflows.kernel.answers import read, wrong

BEFORE: Final = ("noticed", "unannounced")
"""The check was prepared, and is not made yet."""
ASKING: Final = (*BEFORE, "checked", "rectify_ordered")
"""Stages in which the officers drawn have something to do, and anybody may say that one of them cannot."""
ASKED: Final = frozenset({"ask_replacement"})


class Replacements(FollowUps):
    """Stage `replacing`, and the act `ask_replacement`."""

    @property
    def inspectors(self) -> list[str]:
        """Who checks: as drawn, or put in a place by consent."""
        drawn: list[str] = self.state.memo["inspectors"]
        return drawn

    @property
    def looks_at_reserves(self) -> bool:
        """Cases of table 1 take the next reserve, whoever that is."""
        return self.case.table_version != "1"

    # -- asked -----------------------------------------------------------------------------------------

    def check_ask_replacement(self, command: Command) -> None:
        """By any inspector of the office: whoever was drawn may be the one who is gone."""
        self.check_officer(command)
        if self.row.roles["verification"] not in command.actor.roles:
            raise Refused(Refusal.WRONG_ROLE)
        self.check_duty("assigner", command.actor.person_id)
        asked = read(ReplacementRequest, command.data)
        if asked.inspector is not None:
            self.check_replaceable(asked.inspector)
        elif self.state.stage not in BEFORE:
            raise wrong("inspector", "检查已经进行，不能再更换检查对象；更换人员的，写明哪一名")

    def apply_ask_replacement(self, command: Command) -> None:
        asked = ReplacementRequest.model_validate(command.data)
        self.take_duty("assigner", command)
        self.ask(
            asked.inspector,
            asked.reason,
            command.actor,
            command.received_at,
            act_id=command.act_id,
            back=self.state.stage,
        )
        self._leave = "replacing"

    def check_replaceable(self, inspector: str) -> None:
        """Raises Refused."""
        if inspector not in self.inspectors:
            raise wrong("inspector", "不是本件抽取的检查人员")
        if not self.looks_at_reserves and not self.state.memo["reserves"]:
            raise wrong("inspector", "没有候补人员，请更换检查对象")

    def ask(
        self,
        inspector: str | None,
        reason: str,
        actor: Actor,
        at: datetime,
        *,
        act_id: str | None = None,
        back: str = "task_assigned",
    ) -> None:
        """Put it on record.

        Args:
            inspector: who is to be replaced; None for the target.
            back: the stage that it is asked in.
        """
        what = inspector or self.state.title
        self.state.memo["replacing"] = {
            "inspector": inspector,
            "what": what,
            "reason": reason[:500],
            "back": back,
        }
        self.record(
            "replacement_asked",
            actor=actor,
            at=at,
            act_id=act_id,
            data={"manner": "replace_inspector" if inspector else "replace_target"},
            internal={"what": what, "reason": reason},
        )

    # -- decided ---------------------------------------------------------------------------------------

    def check_consent(self, answers: Replacement) -> None:
        """Raises Refused where the colleague named cannot take the place, whatever the registers say."""
        if answers.successor is None:
            return
        if not self.looks_at_reserves:
            raise wrong("successor", "本件由候补接替，请不要填写")
        if answers.outcome is not Consent.CONSENT or not self.state.memo["replacing"]["inspector"]:
            raise wrong("successor", "只在同意更换检查人员时填写")
        if answers.successor in self.inspectors:
            raise wrong("successor", "已经是本件的检查人员")
        if answers.successor in self.state.memo.get("recused", ()):
            raise wrong("successor", "计划写明需要回避本检查对象，请另行指定")

    async def decide_replacement(self) -> str:
        """A head consents or not; who takes the place was drawn with all the others."""
        asked = self.state.memo["replacing"]
        decided = await self.decided(
            Replacement,
            role=self.row.roles["decision"],
            context={"item": asked["what"], "reason": asked["reason"]},
        )
        assert decided is not None
        form, given = decided
        consents, inspector = form.outcome is Consent.CONSENT, asked["inspector"]
        successor, passed_over = "", list[list[str]]()
        if consents and inspector:
            successor, passed_over = await self._successor(form.successor)
        if successor:
            self.inspectors[self.inspectors.index(inspector)] = successor
            self.keep_decision(inspectors=list(self.inspectors))
        self.record(
            "replacement_decided",
            actor=given.actor,
            at=given.received_at,
            data={
                "outcome": form.outcome.value,
                "what": "inspector" if inspector else "target",
                "replaced": consents and bool(successor or not inspector),
            },
            internal={
                "gone": asked["what"],
                "successor": successor,
                "passed_over": passed_over,
                "reasons": form.reasons,
            },
        )
        if consents and not inspector:
            return "replaced"
        if consents and not successor:
            self.tell("section_head", "no_reserve")
        back = str(asked.get("back", "task_assigned"))
        # Who comes new to it prepares the check again; the target is told who comes.
        return "task_assigned" if successor and back in BEFORE else back

    async def _successor(self, named: str | None) -> tuple[str, list[list[str]]]:
        """Who takes the place, "" for nobody; who was passed over, each with the reason."""
        reserves: list[str] = self.state.memo["reserves"]
        if not self.looks_at_reserves:
            return reserves.pop(0), []
        asked = {
            "names": [*reserves, *([named] if named else [])],
            "equipment": self.state.memo["scope"] == Scope.EQUIPMENT.value,
            "day": civil_date(self.now()).isoformat(),
        }
        answer: dict[str, Any] = (await self.until_done("officers_able", **asked)).answer
        why_not: dict[str, str] = answer["why_not"]
        passed_over: list[list[str]] = []
        while reserves:
            name = reserves.pop(0)
            why = "已经是本件的检查人员" if name in self.inspectors else why_not[name]
            if not why:
                return name, passed_over
            passed_over.append([name, why])
        if named and not why_not[named]:
            return named, passed_over
        if named:
            passed_over.append([named, why_not[named]])
        return "", passed_over

    def message_text(self, kind: str, clock: Any) -> str:
        if kind != "no_reserve":
            return super().message_text(kind, clock)
        gone = self.state.memo["replacing"]["what"]
        return (
            f"{self.state.title}的双随机抽查：没有候补能接替{gone}，人员没有更换。"
            "请检查人员再次申请，由您指定一名在职、持证的人员，或者在检查以前更换检查对象。"
        )
