"""What the cases of licence items share (law.md §2.4): an errand at the department, its answer, what is told of it.

The department decides; the case passes on, watches the term, asks where no answer came, and tells the separation that
opened it and NECIPS how the item stands. A department that never answers: the clock's ladder, then an officer asks.
"""

from datetime import datetime
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.clocks import Cause
    from domain.contracts import Command, EffectState, RunningClock
    from domain.transitions import Stage, StageKind
    from law import licence_items
    from law.licence_standing import BARS_COMMITMENT, Standing
    from law.licence_types import LicenceItem

from workflows.errand_case import ErrandCase
from workflows.kernel.terms import Revision

# Older cases asked the department at the end that the term had when the errand was opened.
FOLLOWS_THE_END = "licence-item-asks-at-revised-end-v1"
DEPARTMENTS = "departments"
# More than is told of an item.
TOLD = 100
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


class LicenceItemCase(ErrandCase):
    """Verbs of an item's case; its stages are the procedure's."""

    thing = "item"

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

    @property
    def register(self) -> str:
        return DEPARTMENTS

    @property
    def applied_in(self) -> str:
        return str(self.state.memo["separation"])

    @property
    def called(self) -> tuple[str, str, str]:
        return self.item.id, self.item.name, self.item.department_name

    def errand_facts(self) -> dict[str, Any]:
        return {"department": self.item.department, "item": self.item.id}

    # -- 提交部门, 部门办理 ---------------------------------------------------------------------------

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
        """Where a person gives up on the register it is tried again: nothing else can answer."""
        while True:
            effect = await super().open_errand(errand, **facts)
            if effect.state != "given_up":
                return effect

    async def answered_by(self, clock: str | None) -> EffectState:
        """The department's answer; asked for when the clock's term is over, also where that moves meanwhile."""
        if clock is None:
            return await self.answer(None)
        self.state.memo["asks_at_end_of"] = clock
        try:
            return await self.answer(self._end_to_ask_at(clock))
        finally:
            self.state.memo.pop("asks_at_end_of", None)

    def _end_to_ask_at(self, clock: str) -> datetime | None:
        """None of a clock that stands still: the alarm is set when it runs on."""
        running = self.state.clocks[clock]
        if running.paused and workflow.patched(FOLLOWS_THE_END):
            return None
        return running.ends_at

    def revise_clock(self, clock: RunningClock, cause: Cause, **why: Any) -> Revision:
        """The department is asked at the end as it is now: while the clock stands still, there is none."""
        revised = super().revise_clock(clock, cause, **why)
        follows = self.state.memo.get("asks_at_end_of") == clock.key
        if follows and workflow.patched(FOLLOWS_THE_END):
            self.state.alarms.pop("ask", None)
            if not clock.paused:
                self.set_alarm("ask", clock.ends_at)
        return revised

    def on_alarm(self, name: str) -> None:
        """Once it has been asked, the next instant is the officer's."""
        super().on_alarm(name)
        if name == "ask":
            self.state.memo.pop("asks_at_end_of", None)

    async def decided_as(self, standing: Standing, following: str) -> str:
        """The department's yes, after which the item stands so and `following` comes; or its no."""
        clock = self.state.memo.get("decision_clock")
        effect = await self.answered_by(clock)
        if not self.said_yes(effect):
            return await self.refused_by(effect)
        self.stop_clock(clock)
        self.state.memo["licence_number"] = str(effect.answer.get("number", ""))
        await self.stand(standing, number=self.state.memo["licence_number"])
        return following

    async def refused_by(self, effect: EffectState) -> str:
        """不予…: with the department's own reason; who may not commit is told so and goes the normal way."""
        self.stop_clock(self.state.memo.get("decision_clock"))
        code = str(effect.answer.get("code", ""))
        reason = self.reason_of(effect)
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
        if number:
            self.state.decision["licence_number"] = number
            self.state.numbers["licence"] = number
        await self.tell_standing(standing.value, number=number, reason=reason)
        if standing in PUBLIC:
            self.aside(self._publish(standing, number, int(self.state.memo["told"])))

    def record_standing(self, told: dict[str, str]) -> None:
        self.record("item_standing", data=told)

    async def _publish(self, standing: Standing, number: str, seq: int) -> None:
        """What NECIPS refuses is looked at by an officer; the case does not end before it is public."""
        self.owed.add("publish_licence_items")
        facts = {
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
        }
        first = seq
        while True:
            published = await self.call("publish_licence_items", seq=seq, facts=facts)
            if not await self.to_be_tried_again(published, once_passed_over=first):
                return
            # Beyond the numbers of what else is told, each of which has tries of its own.
            seq += TOLD

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
        self.check_opener_withdrawn(command)

    def apply_separation_withdrawn(self, command: Command) -> None:
        self.apply_opener_withdrawn(command)
