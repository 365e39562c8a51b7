"""Use registration of special equipment (特种设备使用登记): first, changed, stopped, used again, scrapped. law.md §2.14.

特种设备安全法 arts. 33, 40, 83. Clocks Q02 (acceptance), Q03 and O03 (decision: fifty-one sets and more, or by unit), both
from TSG 08-2017 (待核). Q01 bounds the unit: an application that comes too late is accepted, and the fact is noted.

    submitted ──▶ under_review ──▶ deciding ──▶ issuing ──▶ [awaiting_supplement] ──▶ archiving ──▶ archived
      │ ▲ │ │        ▲               │  ▲          │
      ▼ │ │ └──▶ commitment_pending  │  └──────────┘ the platform refuses
    correction └──▶ not_accepted     └──▶ refused

The platform is asked about every device before the review and again before the decision. It enters all devices of a
decision or none; then they stand in our own register, and their recurring duties begin, go on or end.
"""

from types import MappingProxyType
from typing import Any, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import CaseInput, CaseOutcome, Command, EffectState, Fact
    from domain.device_uses import CERTIFIED, FIRST_TIME, PAPER_OF, Matter
    from domain.transitions import Stage, StageKind, Table, Transition
    from forms.approval import DecisionOutcome

from workflows.kernel.approval import (
    ARCHIVED,
    ARCHIVING,
    CORRECT,
    CORRECTION,
    DECIDING,
    INTAKE,
    NOT_ACCEPTED,
    SUBMITTED,
    UNDER_REVIEW,
    WITHDRAW,
    WITHDRAWN,
)
from workflows.kernel.tolerance import Tolerance, tolerant

ENDED_BY: Final = MappingProxyType(
    {
        Matter.STOP: "设备已经停用",
        Matter.SCRAP: "设备已经报废注销",
        Matter.TRANSFER: "设备已经过户",
    }
)

TABLE = tolerant(
    Table(
        procedure="se_use_registration",
        version="1",
        stages=(
            SUBMITTED,
            CORRECTION,
            UNDER_REVIEW,
            DECIDING,
            Stage(
                "issuing",
                "登记发证",
                "Registration",
                holder="register:equipment",
                doing="登记并制发使用登记证、通知书",
            ),
            ARCHIVING,
            ARCHIVED,
            NOT_ACCEPTED,
            Stage("refused", "不予登记", "Refused", StageKind.BAD),
            WITHDRAWN,
        ),
        transitions=(
            *INTAKE,
            Transition("under_review", "deciding", "审查完毕"),
            Transition("under_review", "withdrawn", "申请人撤回"),
            Transition("deciding", "issuing", "准予登记"),
            Transition("deciding", "refused", "不予登记，书面说明理由"),
            Transition("deciding", "withdrawn", "申请人撤回"),
            Transition("issuing", "deciding", "监管平台依法拒绝"),
            Transition("issuing", "archiving", "已登记并送达"),
            Transition("archiving", "archived", "档案已接收"),
        ),
        main=("submitted", "under_review", "deciding", "issuing", "archiving", "archived"),
        accepts={
            "submitted": WITHDRAW,
            "correction": CORRECT,
            "under_review": WITHDRAW,
            "deciding": WITHDRAW,
        },
    ),
    "1",
    licence_first=True,
)


@workflow.defn(name="se_use_registration")
class UseRegistration(Tolerance):
    tables = {"1": TABLE}
    referrals_since = "1"

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await self.conduct(
            {
                "submitted": self.accept,
                "correction": self.await_correction,
                "commitment_pending": self.await_commitment,
                "under_review": self.look_and_review,
                "deciding": self.decide_and_tell,
                "issuing": self.issue,
                "awaiting_supplement": self.await_supplements,
                "referred": self.await_taking_over,
                "archiving": self.archive,
            }
        )

    def opened(self, opening: Command) -> None:
        super().opened(opening)
        facts = opening.data.get("facts", {})
        self.state.memo["uses"] = {k: facts.get(k) for k in ("matter", "sets")}
        self.state.numbers |= {"uscc": str(facts.get("uscc", ""))}
        self.change(numbers=dict(self.state.numbers))

    @property
    def matter(self) -> Matter:
        return Matter(self.state.memo["uses"]["matter"])

    def deciding_clock(self) -> str:
        """Of many sets, and of what is registered by unit, the row's longer term."""
        bulk = self.row.bulk
        assert bulk is not None, "the row says from how many on"
        many = int(self.state.memo["uses"]["sets"]) > bulk.over
        by_unit = self.matter is Matter.FIRST_BY_UNIT
        return bulk.clock if many or by_unit else super().deciding_clock()

    # -- the platform's word ---------------------------------------------------------------------------

    async def look_and_review(self) -> str:
        await self._look()
        return await self.review()

    async def _look(self) -> None:
        """What is found now takes the place of what was found before: an inspection may have run out meanwhile."""
        looked = int(self.state.memo.get("looked", 0)) + 1
        self.state.memo["looked"] = looked
        checked = await self.call("use_checks", seq=looked)
        found = [Fact.model_validate(f) for f in checked.answer.get("facts", ())]
        before = set(self.state.memo.get("checked", ()))
        self.state.facts = [f for f in self.state.facts if f.code not in before]
        self.state.memo["checked"] = [f.code for f in found]
        self.put_facts(found)
        self.record("facts_found", data={"facts": [f.code for f in found if f.state != "ok"]})

    def lawful_to_grant(self) -> list[str]:
        bars = super().lawful_to_grant()
        if not self.state.memo.get("checked"):
            bars.append("监管平台对设备的核查结果还没有返回")
        return bars

    # -- 核准, 登记, 发证 --------------------------------------------------------------------------------

    async def decide_and_tell(self) -> str:
        await self._look()
        if await self.decide() is DecisionOutcome.REFUSE:
            return await self.refuse()
        return "issuing"

    async def issue(self) -> str:
        """The platform enters it; what it refuses for good goes back to who decides, with its reason."""
        attempt = int(self.state.memo.get("register_attempts", 0)) + 1
        self.state.memo["register_attempts"] = attempt
        kind = "register_use" if self.matter in FIRST_TIME else "change_use"
        effect = await self.call(kind, seq=attempt)
        if effect.state != "done":
            self.note_register_refused(
                effect.answer.get("message"),
                rule="使用登记应当符合监管平台的法定校验",
                cite="特种设备安全法第33条",
            )
            return "deciding"
        self.stop_clock(self.state.memo["decision_clock"])
        if self.matter in ENDED_BY:
            await self._leave_duties()
        entered = await self.until_done("enter_uses")
        await self._tell_inspected(entered)
        given = [str(number) for number in entered.answer.get("numbers", ())]
        self._note_entered(given)
        await self.serve(PAPER_OF[self.matter], numbers=given)
        if self.matter in CERTIFIED:
            await self._certify(given)
        return self.after_issue()

    async def _leave_duties(self) -> None:
        """Whoever is at a duty that has ended hears of it."""
        ended = await self.until_done("leave_duties")
        for case in ended.answer.get("cases", ()):
            await self.tell_case(str(case), "duty_ended", reason=ENDED_BY[self.matter])

    async def _tell_inspected(self, entered: EffectState) -> None:
        """An inspection that came with the application has done what a case still waits for."""
        number = self.state.numbers.get("case", "")
        for case, until in entered.answer.get("inspected", ()):
            said = {"done_on": entered.answer["today"], "valid_until": until, "result": "passed"}
            await self.tell_case(
                str(case),
                "duty_fulfilled",
                number=number,
                body="使用登记申请所附的检验证明",
                **said,
            )

    def _note_entered(self, given: list[str]) -> None:
        if given:
            self.state.numbers |= {"licence": given[0]}
            self.change(numbers=dict(self.state.numbers))
        sets = int(self.state.memo["uses"]["sets"])
        self.keep_decision(matter=self.matter.value, sets=sets)
        self.record("use_entered", data={"matter": self.matter.value, "sets": sets})

    async def _certify(self, given: list[str]) -> None:
        """A certificate for each device; by unit one for all."""
        said: dict[str, Any] = self.conditions()
        if self.matter is Matter.FIRST_BY_UNIT:
            await self.serve("licence", device=0, entry={"licence_number": given[0]}, **said)
            return
        for n, number in enumerate(given, 1):
            entry = {"licence_number": number}
            await self.serve("licence", seq=n, device=n, entry=entry, **said)
