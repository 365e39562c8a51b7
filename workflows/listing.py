"""What both lists share: the ground is verified, the party told and heard, somebody else decides, NECIPS enters it.

The procedures, `abnormal_operation_list` and `serious_violation_list`, say when, on what ground and how it ends.
"""

from datetime import datetime
from typing import Any, ClassVar

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import Command, Fact, OpenTask, TaskAnswer
    from domain.credit import (
        ListGround,
        ListKind,
        Removal,
        ground_name,
        list_name,
        removal_in_words,
    )
    from domain.public_notices import STOPPED
    from domain.refusals import Refusal, Refused
    from forms.base import TaskForm
    from forms.credit_lists import (
        Established,
        GoneOutcome,
        ListingDecision,
        ListingOutcome,
        PartyGone,
        Statement,
        Verification,
    )
    from law.zone import civil_date

from workflows.ex_officio import ExOfficio
from workflows.public_notices import PublicNotices


class Listing(PublicNotices, ExOfficio):
    """Steps of the stages `verifying`, `told`, `deciding`, `listing`, `listed`."""

    list_kind: ClassVar[ListKind]

    def forms(self) -> tuple[Any, ...]:
        return (Verification, Statement, ListingDecision, PartyGone)

    @property
    def decision_clock(self) -> str | None:
        """The term for the decision, where the law sets one and it runs already."""
        return self.state.memo.get("decision_clock")

    @property
    def marked(self) -> bool:
        """An individual is marked, not listed."""
        return bool(self.state.memo.get("marked"))

    async def check_party(self) -> str:
        """What the registers have of the party; why there is nothing to list, or ""."""
        said = await self.registers_say(
            "list_checks", list=self.list_kind.value, ground=self.state.memo["ground"]
        )
        if not self.state.memo["known"]:
            return ""
        entry = said.get("entry") or {}
        individual = entry.get("entity_type") == "individual"
        self.state.memo["marked"] = individual and self.list_kind is ListKind.ABNORMAL
        self.keep_decision(
            ground=self.state.memo["ground"],
            list=list_name(self.list_kind, marked=self.marked),
            marked=self.marked,
        )
        return self.nothing_to_do(entry) or ("已经因同一事由列入。" if said["listed"] else "")

    async def begin(self) -> str:
        """The case's number, and what the registers say; "" where the case goes on."""
        await self.number_case()
        reason = await self.check_party()
        if reason:
            self.keep_decision(decision=ListingOutcome.DO_NOT_ENTER.value, reasons=reason)
            self.record("not_listed", data={"reasons": reason})
        return reason

    # -- 核实 ----------------------------------------------------------------------------------------

    async def verify(self) -> str:
        decided = await self.decided(
            Verification,
            role=self.row.roles["verification"],
            clock=self.decision_clock,
            context={"ground": self.state.memo["ground"]},
        )
        assert decided is not None, "no term decides by silence"
        form, given = decided
        found = form.model_dump(mode="json")
        self.keep_decision(verified=found)
        self.record(
            "ground_verified",
            actor=given.actor,
            at=given.received_at,
            data={"finding": form.finding.value, "checked_on": found["checked_on"]},
            internal={"record": form.record},
        )
        if form.finding is Established.NOT_ESTABLISHED:
            self.stop_clock(self.decision_clock)
            self.keep_decision(decision=ListingOutcome.DO_NOT_ENTER.value, reasons=form.record)
            return "not_listed"
        self.verified(given)
        return "told"

    def verified(self, given: TaskAnswer) -> None:
        """What follows at once from the finding (a term that it starts)."""

    # -- 列入前告知, 陈述申辩 --------------------------------------------------------------------------

    async def tell_party(self) -> str:
        await self.serve(
            "marking_notice" if self.marked else "prior_notice", clock=self.decision_clock
        )
        decided = await self.decided(
            Statement, role=self.row.roles["verification"], clock=self.decision_clock
        )
        assert decided is not None
        form, given = decided
        self.keep_decision(statement=form.model_dump(mode="json"))
        self.record(
            "party_heard",
            actor=given.actor,
            at=given.received_at,
            data={"stated": form.stated.value},
            internal={"record": form.record},
        )
        return "deciding"

    # -- 决定, 列入 ------------------------------------------------------------------------------------

    async def decide_listing(self) -> str:
        decided = await self.decided(
            ListingDecision, role=self.row.roles["decision"], clock=self.decision_clock
        )
        assert decided is not None
        form, given = decided
        self.note_decision(form, given)
        if form.decision is ListingOutcome.ENTER:
            return "listing"
        self.stop_clock(self.decision_clock)
        await self.serve("not_listed")
        return "not_listed"

    def check_answers(self, task: OpenTask, answers: TaskForm, command: Command) -> None:
        super().check_answers(task, answers, command)
        entering = isinstance(answers, ListingDecision) and (
            answers.decision is ListingOutcome.ENTER
        )
        if entering and (bars := self.lawful_to_grant()):
            raise Refused(Refusal.GRANT_NOT_LAWFUL, "不能列入：" + "；".join(bars))

    async def enter(self) -> str:
        """NECIPS enters it; what it refuses goes back to whoever decides."""
        attempt = int(self.state.memo.get("enter_attempts", 0)) + 1
        self.state.memo["enter_attempts"] = attempt
        entered = await self.call(
            "enter_in_list",
            seq=attempt,
            list=self.list_kind.value,
            ground=self.state.memo["ground"],
            name=self.state.title,
            decision_number=self.state.numbers["case"],
        )
        if entered.state != "done":
            self._entry_refused(str(entered.answer.get("message", "")))
            return "deciding"
        self.stop_clock(self.decision_clock)
        listed = entered.answer
        self.state.memo |= {"entry": listed["entry_number"], "listed_at": listed["listed_at"]}
        self.state.numbers |= {"entry": listed["entry_number"]}
        self.keep_decision(listed_at=listed["listed_at"], entry=listed["entry_number"])
        self.change(numbers=dict(self.state.numbers))
        self.record(
            "entered_in_list",
            data={
                "list": list_name(self.list_kind, marked=self.marked),
                "entry": listed["entry_number"],
                "ground": self.state.memo["ground"],
            },
        )
        self.announce(listed["entry_number"], self.term_lines(listed))
        await self.serve("marking" if self.marked else "listing", entry=listed)
        return "listed"

    def announce(self, entry: str, term: list[list[str]]) -> None:
        """On the board as long as the entry stands, whatever ends it; it only tells."""
        name = list_name(self.list_kind, marked=self.marked)
        notice = self.publish_notice(
            f"{self.list_kind.value}_listed",
            title=f"{self.state.title}：{name}",
            lines=[
                ["名称", self.state.title],
                ["统一社会信用代码", self.state.memo["uscc"]],
                ["名录、名单", name],
                ["情形", ground_name(ListGround(self.state.memo["ground"]))],
                ["记录编号", entry],
                *term,
            ],
            cite=self.row.basis,
            clock=None,
        )
        self.state.memo["notice"] = notice.notice_id

    def term_lines(self, listed: dict[str, Any]) -> list[list[str]]:
        """Until when the entry stands at the longest, where the law says so; its clock starts here."""
        return []

    def _entry_refused(self, message: str) -> None:
        fact = Fact(
            code="entry_refused",
            state="bad",
            fact=f"公示系统不予接收：{message}",
            rule="列入应当通过国家企业信用信息公示系统公示",
            cite=self.row.basis,
            source="necips",
        )
        self.put_facts([fact])

    # -- 移出 ------------------------------------------------------------------------------------------

    @property
    def removed(self) -> bool:
        return "removed" in self.state.memo

    def check_entry_removed(self, command: Command) -> None:
        """Told by the case that had the entry removed."""
        if "system" not in command.actor.roles:
            raise Refused(Refusal.WRONG_ROLE)
        if command.data.get("entry") != self.state.memo.get("entry"):
            raise Refused(Refusal.UNKNOWN_CALLBACK)
        if self.removed:
            raise Refused(Refusal.NOT_ACCEPTED_NOW)

    def apply_entry_removed(self, command: Command) -> None:
        self.left_list(str(command.data["how"]), str(command.data.get("number", "")), command)

    # -- the party is deregistered -----------------------------------------------------------------------

    @property
    def party_gone(self) -> bool:
        """Deregistered, and no officer has said yet what that means here."""
        return bool(self.state.memo.get("party_ended"))

    def check_party_ended(self, command: Command) -> None:
        """Told by the case that deregistered the party."""
        if "system" not in command.actor.roles:
            raise Refused(Refusal.WRONG_ROLE)

    def apply_party_ended(self, command: Command) -> None:
        at = datetime.fromisoformat(str(command.data["at"]))
        told = {"number": str(command.data["number"]), "on": civil_date(at).isoformat()}
        self.state.memo["party_ended"] = told
        self.record("party_ended", at=command.received_at, act_id=command.act_id, data=told)

    async def ends_with_party(self) -> bool:
        """The entry at NECIPS stays in the record as it is; our notice ends with the case."""
        decided = await self.decided(
            PartyGone,
            role=self.row.roles["verification"],
            context=dict(self.state.memo["party_ended"]),
        )
        assert decided is not None, "no term decides by silence"
        form, given = decided
        self.state.memo["party_ended"] = None
        self.record(
            "party_end_considered",
            actor=given.actor,
            at=given.received_at,
            data={"decision": form.decision.value, "reasons": form.reasons},
        )
        if form.decision is GoneOutcome.KEEP:
            return False
        self.keep_decision(ended="deregistered", reasons=form.reasons)
        self.end_notice(self.notice(self.state.memo["notice"]), STOPPED, "当事人已经注销")
        return True

    def left_list(self, how: str, number: str, by: Command | None = None) -> None:
        """The entry is shown no longer; `how` is why, `number` the case that had it removed."""
        self.state.memo["removed"] = how
        self.keep_decision(removed=how, removed_by=number)
        self.end_notice(
            self.notice(self.state.memo["notice"]), STOPPED, removal_in_words(Removal(how))
        )
        told = {"how": how, "number": number, "entry": self.state.memo["entry"]}
        if by is None:
            self.record("removed_from_list", data=told)
        else:
            self.record("removed_from_list", at=by.received_at, act_id=by.act_id, data=told)
