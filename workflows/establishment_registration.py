"""Establishment registration, full electronic (设立登记·全程电子化), in its six named steps.

Regulation on the Registration of Market Entities (市场主体登记管理条例, Decree 746) arts. 12, 16, 19–21,
40; 实施细则 arts. 4, 16, 18, 25, 26.

    网上申请      网上受理        网上审核          身份认证             电子签章                        电子归档
    submitted ──────────▶ under_review ──▶ identity_pending ──▶ signature_pending ──▶ deciding ──▶ issuing ──▶ archiving ──▶ archived
      │ ▲  │                    │                │ one fails           │ one refuses      │ ▲         │
      ▼ │  └─▶ not_accepted     └────────────────┴─────▶ deciding ◀────┘                  │ └─────────┘ the register refuses
    correction                                                                             └──▶ refused

Table 2 adds 容缺受理 (workflows/tolerant_registration.py): nothing is registered before what was promised is there, so
`awaiting_supplement` stands between signature and decision.
"""

from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import CaseInput, CaseOutcome, Command, Fact
    from domain.transitions import Stage, StageKind, Table, Transition
    from domain.waits import applicants_waits
    from forms.approval import DecisionOutcome, Finding, Review
    from law.offices import office

from workflows.declared_name import RESERVE_AGAIN
from workflows.hosted_domicile import HostedDomicile
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
from workflows.kernel.tolerance import tolerant
from workflows.opened import OPENER_WITHDRAWN, OpenedCase
from workflows.parties import IDENTITY_PENDING, SIGNATURE_PENDING
from workflows.tolerant_registration import TolerantRegistration

# Acts while nothing is decided, of the applicant and of the case that opened this one.
OPEN = WITHDRAW | RESERVE_AGAIN | {OPENER_WITHDRAWN}

TABLE = Table(
    procedure="establishment_registration",
    version="1",
    stages=(
        SUBMITTED,
        CORRECTION,
        UNDER_REVIEW,
        IDENTITY_PENDING,
        SIGNATURE_PENDING,
        DECIDING,
        Stage("issuing", "核发执照", "Issue", holder="register:market", doing="登记并核发营业执照"),
        ARCHIVING,
        ARCHIVED,
        NOT_ACCEPTED,
        Stage("refused", "不予登记", "Refused", StageKind.BAD),
        WITHDRAWN,
    ),
    transitions=(
        *INTAKE,
        Transition("under_review", "identity_pending", "审查认为符合条件"),
        Transition("under_review", "deciding", "审查认为不符合条件"),
        Transition("under_review", "withdrawn", "申请人撤回"),
        Transition("identity_pending", "signature_pending", "全体人员已实名认证"),
        Transition("identity_pending", "deciding", "有人未通过认证"),
        Transition("identity_pending", "withdrawn", "申请人撤回"),
        Transition("signature_pending", "deciding", "全体签名，或者有人拒绝签名"),
        Transition("signature_pending", "withdrawn", "申请人撤回"),
        Transition("deciding", "issuing", "准予登记"),
        Transition("deciding", "refused", "不予登记，书面说明理由"),
        Transition("deciding", "withdrawn", "申请人撤回"),
        Transition("issuing", "deciding", "登记系统依法拒绝，或者托管机构已经退出"),
        Transition("issuing", "archiving", "执照已核发并公示"),
        Transition("archiving", "archived", "档案已接收"),
    ),
    main=(
        "submitted",
        "under_review",
        "identity_pending",
        "signature_pending",
        "deciding",
        "issuing",
        "archiving",
        "archived",
    ),
    accepts={
        "submitted": OPEN,
        "correction": CORRECT | OPEN,
        "under_review": OPEN,
        "identity_pending": OPEN,
        "signature_pending": OPEN,
        "deciding": OPEN,
    },
)


@workflow.defn(name="establishment_registration")
class EstablishmentRegistration(TolerantRegistration, HostedDomicile, OpenedCase):
    tables = {"1": TABLE, "2": tolerant(TABLE, "2", licence_first=False)}

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await self.conduct(
            {
                "submitted": self.receive,
                "correction": self.await_correction,
                "commitment_pending": self.await_commitment,
                "under_review": self.review,
                "identity_pending": self.authenticate,
                "signature_pending": self.sign,
                "awaiting_supplement": self.await_supplements,
                "deciding": self.decide_and_tell,
                "issuing": self.issue,
                "archiving": self.archive,
            }
        )

    def opened(self, opening: Command) -> None:
        super().opened(opening)
        self.state.memo["entity_type"] = opening.data.get("facts", {}).get("entity_type")

    # -- 网上受理 ------------------------------------------------------------------------------------

    async def receive(self) -> str:
        """Jurisdiction first (实施细则 4): a joint-stock company is not the district's to register."""
        if self.state.memo.get("entity_type") == "joint_stock_company":
            city = office(self.case.office).city_authority
            await self.serve(
                "not_accepted",
                reasons=[
                    f"股份有限公司由设区的市级以上登记机关登记，本机关没有管辖权，请向{city}申请。"
                ],
                competent_body=city,
                received_at=self.state.versions[-1].received_at,
            )
            return "not_accepted"
        self.aside(self._look_up_facts(), vital=False)
        self.rely_on_name()
        return await self.accept()

    async def _look_up_facts(self) -> None:
        """What the registers say of name, capital and persons (条例 12, 40): beside the law, early."""
        seq = self.state.versions[-1].version
        effect = await self.call("establishment_checks", seq=seq)
        if seq != self.state.versions[-1].version:
            # A newer version of the file has its own answer, whichever comes first.
            return
        facts = [Fact.model_validate(f) for f in effect.answer.get("facts", [])]
        self.put_facts(facts)
        self.record("facts_found", data={"facts": [f.code for f in facts if f.state != "ok"]})

    def after_review(self, form: Review) -> str:
        return "identity_pending" if form.finding is Finding.CONFORMS else "deciding"

    # -- 核准, 核发, 公示 --------------------------------------------------------------------------------

    def lawful_to_grant(self) -> list[str]:
        bars = super().lawful_to_grant()
        if not any(f.code == "person_bars" for f in self.state.facts):
            bars.append("登记系统对名称、任职限制的核查结果还没有返回")
        return bars

    async def decide_and_tell(self) -> str:
        if await self.decide() is DecisionOutcome.REFUSE:
            return await self.refuse()
        return "issuing"

    async def issue(self) -> str:
        """The register issues the USCC by its own rules; its day is the date of establishment."""
        attempt = int(self.state.memo.get("register_attempts", 0)) + 1
        self.state.memo["register_attempts"] = attempt
        if not await self.host_stands(attempt) or not await self.name_secured(attempt):
            return "deciding"
        effect = await self.call("register_enterprise", seq=attempt, **self.reserved_name())
        if effect.state != "done":
            await self.name_not_used(attempt)
            self.note_register_refused(
                effect.answer.get("message"),
                rule="登记应当符合登记系统的法定校验",
                cite="条例第19条",
            )
            return "deciding"
        self.stop_clock(self.state.memo["decision_clock"])
        entry = effect.answer
        self.state.decision |= {
            "uscc": entry["uscc"],
            "registered_at": entry["registered_at"],
            "licence_number": entry["licence_number"],
        }
        self.state.numbers |= {"uscc": entry["uscc"], "licence": entry["licence_number"]}
        self.change(decision=dict(self.state.decision), numbers=dict(self.state.numbers))
        self.record("registered", data={"uscc": entry["uscc"], "licence": entry["licence_number"]})
        await self.name_used(entry["uscc"])
        publication = None
        if self.row.clocks.publication:
            publication = self.start_clock(self.row.clocks.publication, self.now())
        await self.serve("grant", entry=entry)
        await self.serve("licence", seq=1, entry=entry, copy_kind="original")
        await self.serve("licence", seq=2, entry=entry, copy_kind="duplicate")
        if self.case.parent_case is not None:
            self.aside(self.tell_opener("licence_issued", **self._opening_told(entry)))
        await self.until_done("publish_establishment", once_passed_over=99, entry=entry)
        self.stop_clock(publication)
        await self.open_hosting(entry["uscc"], self.state.title)
        await self.open_follow_ups(uscc=entry["uscc"])
        return "archiving"

    def _opening_told(self, entry: dict[str, Any]) -> dict[str, Any]:
        """What an opening needs: who was registered, and when the file was accepted, waited, became a licence."""
        assert self.state.accepted_at is not None, "nothing is issued before acceptance"
        return {
            "name": self.state.title,
            "uscc": entry["uscc"],
            "accepted_at": self.state.accepted_at.isoformat(),
            "issued_at": self.now().isoformat(),
            "waits": [list(span) for span in applicants_waits(self.table, self.state.passed)],
        }
