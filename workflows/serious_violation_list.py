"""The list of serious violations (严重违法失信名单): a major penalty of a bad nature, after notice, hearing and consent.

市场监督管理严重违法失信名单管理办法 (总局令第44号, 2021-09-01, 未见全文，待核). Clocks K08b (longest term) and K09 (annulled with the penalty).
The consent of the next higher level is a switch of the catalogue's row.

    proposed ──▶ verifying ──▶ told ──▶ consent ──▶ deciding ──▶ listing ──▶ listed ──▶ delisting ──▶ archiving ──▶ archived
      │             │           │ ▲        │          │  ▲  └──────┘           │  the penalty fell, or the term is over
      │             │           ▼ │        │          │                        └─▶ archiving   repaired, and the term is over
      │             │         hearing      │          │
      └─────────────┴──────────────────────┴──────────┴──▶ not_listed
"""

from datetime import date, datetime
from typing import Any, ClassVar

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import CaseInput, CaseOutcome, Command
    from domain.credit import ListKind, Removal
    from domain.refusals import Refusal, Refused
    from domain.transitions import Stage, Table, Transition
    from forms.credit_lists import ListingOutcome
    from forms.serious_violation_list import (
        Annulment,
        Answered,
        Consent,
        ConsentOutcome,
        Hearing,
        Reply,
    )
    from law.credit_terms import SERIOUS
    from law.zone import civil_date, day_start, day_zh

from workflows.abnormal_operation_list import LISTING, NOT_LISTED, PROPOSED, TOLD, VERIFYING
from workflows.kernel.approval import ARCHIVED, ARCHIVING
from workflows.listing import Listing

TABLE = Table(
    procedure="serious_violation_list",
    version="1",
    stages=(
        PROPOSED,
        VERIFYING,
        TOLD,
        Stage("hearing", "听证", "Hearing", holder="section_head", doing="组织听证"),
        Stage("consent", "上级同意", "Consent", holder="registry_head", doing="报上一级部门同意"),
        Stage(
            "deciding",
            "列入决定",
            "Decision",
            holder="bureau_head",
            doing="作出列入或者不予列入的决定",
        ),
        LISTING,
        Stage("listed", "已列入", "Listed", holder="system", doing="等待公示期届满或者信用修复"),
        Stage("delisting", "移出公示", "Removal", holder="register:necips", doing="移出，不再公示"),
        ARCHIVING,
        ARCHIVED,
        NOT_LISTED,
    ),
    transitions=(
        Transition("proposed", "verifying", "登记状态核对完毕"),
        Transition("proposed", "not_listed", "不属于本机关列入，或者已经列入"),
        Transition("verifying", "told", "情形属实"),
        Transition("verifying", "not_listed", "情形不成立"),
        Transition("told", "hearing", "当事人要求听证"),
        Transition("told", "consent", "已听取陈述申辩"),
        Transition("hearing", "consent", "听证结束"),
        Transition("consent", "deciding", "上一级部门同意，或者不需要同意"),
        Transition("consent", "not_listed", "上一级部门不同意"),
        Transition("deciding", "listing", "决定列入"),
        Transition("deciding", "not_listed", "决定不予列入"),
        Transition("listing", "deciding", "公示系统不予接收"),
        Transition("listing", "listed", "已列入并公示"),
        Transition("listed", "delisting", "处罚被撤销，或者公示期届满"),
        Transition("listed", "archiving", "信用已经修复，原公示期届满"),
        Transition("delisting", "archiving", "已移出"),
        Transition("archiving", "archived", "档案已接收"),
    ),
    main=(
        "proposed",
        "verifying",
        "told",
        "consent",
        "deciding",
        "listing",
        "listed",
        "delisting",
        "archiving",
        "archived",
    ),
    accepts={"listed": frozenset({"entry_removed", "entry_restored", "annul_penalty"})},
)


@workflow.defn(name="serious_violation_list")
class SeriousViolationList(Listing):
    tables = {"1": TABLE}
    list_kind: ClassVar[ListKind] = ListKind.SERIOUS

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await self.conduct(
            {
                "proposed": self.propose,
                "verifying": self.verify,
                "told": self.tell_party,
                "hearing": self.hear,
                "consent": self.ask_consent,
                "deciding": self.decide_listing,
                "listing": self.enter,
                "listed": self.stand,
                "delisting": self.delist,
                "archiving": self.archive,
            }
        )

    def forms(self) -> tuple[Any, ...]:
        return (*super().forms(), Reply, Hearing, Consent, Annulment)

    async def propose(self) -> str:
        return "not_listed" if await self.begin() else "verifying"

    # -- 告知, 听证, 上级同意 ---------------------------------------------------------------------------

    async def tell_party(self) -> str:
        """事先告知: grounds, and the right to be heard and to a hearing."""
        await self.serve("prior_notice")
        decided = await self.decided(Reply, role=self.row.roles["verification"])
        assert decided is not None, "no term decides by silence"
        form, given = decided
        self.keep_decision(statement=form.model_dump(mode="json"))
        self.record(
            "party_replied",
            actor=given.actor,
            at=given.received_at,
            data={"answered": form.answered.value},
            internal={"record": form.record},
        )
        return "hearing" if form.answered is Answered.HEARING else "consent"

    async def hear(self) -> str:
        decided = await self.decided(Hearing, role=self.row.roles["hearing"])
        assert decided is not None
        form, given = decided
        self.keep_decision(hearing=form.model_dump(mode="json"))
        self.record(
            "hearing_held",
            actor=given.actor,
            at=given.received_at,
            data={"held_on": form.checked_on.isoformat()},
            internal={"record": form.record},
        )
        return "consent"

    async def ask_consent(self) -> str:
        if not self.row.higher_consent:
            return "deciding"
        decided = await self.decided(Consent, role=self.row.roles["consent"])
        assert decided is not None
        form, given = decided
        consented = form.outcome is ConsentOutcome.CONSENTED
        self.keep_decision(consent=form.model_dump(mode="json"))
        if not consented:
            reason = f"上一级市场监督管理部门不同意列入（{form.document}）"
            self.keep_decision(decision=ListingOutcome.DO_NOT_ENTER.value, reasons=reason)
        self.record(
            "consent_recorded",
            actor=given.actor,
            at=given.received_at,
            data={"outcome": form.outcome.value, "document": form.document},
        )
        if consented:
            return "deciding"
        await self.serve("not_listed")
        return "not_listed"

    # -- 已列入 ----------------------------------------------------------------------------------------

    def term_lines(self, listed: dict[str, Any]) -> list[list[str]]:
        key = self.start_clock(SERIOUS.longest, datetime.fromisoformat(listed["listed_at"]))
        self.state.memo["longest"] = key
        return self._until()

    def _until(self) -> list[list[str]]:
        clock = self.state.clocks[self.state.memo["longest"]]
        return [["公示期最长到（待核）", day_zh(clock.legal_end)]]

    async def stand(self) -> str:
        """Until the penalty falls or the longest term is over; a repair takes it out of sight meanwhile."""
        key = self.state.memo["longest"]
        await self.wait(lambda: "annulled" in self.state.memo or not self.clock_running(key))
        if "annulled" not in self.state.memo and self.removed:
            return "archiving"
        return "delisting"

    def check_entry_restored(self, command: Command) -> None:
        """Told by the repair's case that the repair was revoked."""
        if "system" not in command.actor.roles:
            raise Refused(Refusal.WRONG_ROLE)
        if not self.removed or command.data.get("entry") != self.state.memo["entry"]:
            raise Refused(Refusal.UNKNOWN_CALLBACK)

    def apply_entry_restored(self, command: Command) -> None:
        del self.state.memo["removed"]
        self.keep_decision(removed="", removed_by="")
        self.announce(self.state.memo["entry"], self._until())
        self.record(
            "entry_restored",
            at=command.received_at,
            act_id=command.act_id,
            data={"entry": self.state.memo["entry"], "number": command.data.get("number", "")},
        )

    def check_annul_penalty(self, command: Command) -> None:
        """An officer records that the penalty was annulled: when, and by which paper."""
        self.check_officer(command)
        document = str(command.data.get("document", "")).strip()
        try:
            day = date.fromisoformat(str(command.data.get("annulled_on", "")))
        except ValueError as wrong:
            told = "请填写处罚被撤销的日期。"
            raise Refused(Refusal.INVALID_ANSWERS, told, {"/annulled_on": told}) from wrong
        if day > civil_date(command.received_at):
            told = "日期还没有到"
            raise Refused(Refusal.INVALID_ANSWERS, told, {"/annulled_on": told})
        if "annulled" in self.state.memo:
            raise Refused(Refusal.NOT_ACCEPTED_NOW)
        if len(document) < 4:
            told = "请填写撤销处罚的文书文号。"
            raise Refused(Refusal.INVALID_ANSWERS, told, {"/document": told})

    def apply_annul_penalty(self, command: Command) -> None:
        day, document = str(command.data["annulled_on"]), str(command.data["document"])[:64]
        self.state.memo["annulled"] = {"on": day, "document": document}
        self.take_duty("proposer", command)
        self.record(
            "penalty_annulled",
            actor=command.actor,
            at=command.received_at,
            act_id=command.act_id,
            data={"annulled_on": day, "document": document},
        )

    async def delist(self) -> str:
        annulled: dict[str, str] | None = self.state.memo.get("annulled")
        how, reasons, clock = Removal.EXPIRED, "公示期届满", None
        if annulled is not None:
            clock = self.start_clock("K09", day_start(date.fromisoformat(annulled["on"])))
            decided = await self.decided(
                Annulment, role=self.row.roles["decision"], clock=clock, context=annulled
            )
            assert decided is not None
            form, _given = decided
            how, reasons = Removal.ANNULLED, form.reasons
        if not self.removed:
            await self._take_off(how)
        self.stop_clock(clock)
        self.stop_clock(self.state.memo["longest"])
        await self.serve("removal", how=how.value, reasons=reasons, annulled=annulled)
        return "archiving"

    async def _take_off(self, how: Removal) -> None:
        await self.until_done(
            "remove_from_list",
            entry=self.state.memo["entry"],
            ground=how.value,
            decision_number=self.state.numbers["case"],
        )
        self.left_list(how.value, "")
