"""Change registration of a company (变更登记): name, domicile, legal representative, business scope, capital.

Regulation on the Registration of Market Entities (市场主体登记管理条例, Decree 746) arts. 19–20, 24, 26; 实施细则 arts.
15–16, 18, 20, 22–23, 31–36; 公司法 arts. 224. Clocks R01, R03, R05–R07, R09, R09b, R09c, R18.

    网上申请      网上受理        网上审核          身份认证             电子签章                        电子归档
    submitted ──────────▶ under_review ──▶ identity_pending ──▶ signature_pending ──▶ deciding ──▶ issuing ──▶ archiving ──▶ archived
      │ ▲  │                    │                │ one fails           │ one refuses      │ ▲         │
      ▼ │  └─▶ not_accepted     └────────────────┴─────▶ deciding ◀────┘                  │ └─────────┘ the register refuses
    correction                                                                             └──▶ refused

What the register holds of the enterprise is asked first: without an entry of this registrar there is nothing to change
(not accepted). What the persons sign names the old values; the register enters the change only while they still hold, so
of two changes of one item the second is refused.

Table 2 adds 容缺受理 (workflows/tolerant_registration.py): the new licence comes first, marked conditional until what was
promised is there: the old paper licence, handed back.
"""

from typing import Any, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import CaseInput, CaseOutcome, Command, EffectState, Fact
    from domain.entries import ended_text
    from domain.transitions import Stage, StageKind, Table, Transition
    from forms.approval import DecisionOutcome, Finding, Review
    from law.offices import registrar_of

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
from workflows.parties import IDENTITY_PENDING, SIGNATURE_PENDING
from workflows.tolerant_registration import TolerantRegistration

COMPANY: Final = "limited_company"

TABLE = Table(
    procedure="change_registration",
    version="1",
    stages=(
        SUBMITTED,
        CORRECTION,
        UNDER_REVIEW,
        IDENTITY_PENDING,
        SIGNATURE_PENDING,
        DECIDING,
        Stage(
            "issuing", "变更登记", "Registration", holder="register:market", doing="登记并换发执照"
        ),
        ARCHIVING,
        ARCHIVED,
        NOT_ACCEPTED,
        Stage("refused", "不予变更登记", "Refused", StageKind.BAD),
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
        Transition("signature_pending", "deciding", "应当签名的人已签名，或者有人拒绝签名"),
        Transition("signature_pending", "withdrawn", "申请人撤回"),
        Transition("deciding", "issuing", "准予变更登记"),
        Transition("deciding", "refused", "不予变更登记，书面说明理由"),
        Transition("deciding", "withdrawn", "申请人撤回"),
        Transition(
            "issuing", "deciding", "登记系统依法拒绝，或者名称保留已经终止、托管机构已经退出"
        ),
        Transition("issuing", "archiving", "已变更登记、换发执照并公示"),
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
        "submitted": WITHDRAW | RESERVE_AGAIN,
        "correction": CORRECT | RESERVE_AGAIN,
        "under_review": WITHDRAW | RESERVE_AGAIN,
        "identity_pending": WITHDRAW | RESERVE_AGAIN,
        "signature_pending": WITHDRAW | RESERVE_AGAIN,
        "deciding": WITHDRAW | RESERVE_AGAIN,
    },
)


@workflow.defn(name="change_registration")
class ChangeRegistration(TolerantRegistration, HostedDomicile):
    tables = {"1": TABLE, "2": tolerant(TABLE, "2", licence_first=True)}

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
                "deciding": self.decide_and_tell,
                "issuing": self.issue,
                "awaiting_supplement": self.await_supplements,
                "referred": self.await_taking_over,
                "archiving": self.archive,
            }
        )

    def opened(self, opening: Command) -> None:
        super().opened(opening)
        if not opening.data.get("facts", {}).get("reservation"):
            # A corrected file may change no name any more, or another one directly (实施细则 34).
            self.without_reservation()
        self.state.numbers |= {"uscc": opening.data.get("facts", {}).get("uscc", "")}
        self.change(numbers=dict(self.state.numbers))

    # -- 网上受理 ------------------------------------------------------------------------------------

    async def receive(self) -> str:
        """The entry first: only an existing company of this registrar can be changed here (实施细则 10, 18)."""
        checked = await self.call("change_checks", seq=self.state.versions[-1].version)
        if checked.state == "done" and (reason := self._nothing_to_change(checked)):
            await self.serve(
                "not_accepted",
                reasons=[reason],
                competent_body=self._elsewhere(checked),
                received_at=self.state.versions[-1].received_at,
            )
            return "not_accepted"
        self._keep_checks(checked)
        self.rely_on_name()
        return await self.accept()

    def _nothing_to_change(self, checked: EffectState) -> str:
        """Why there is nothing here that this office could change; empty where there is."""
        entry: dict[str, Any] = checked.answer.get("entry") or {}
        if not entry:
            return "登记系统中没有这个统一社会信用代码的企业，请核对营业执照。"
        if entry["status"] != "active":
            ended = ended_text(entry["status"])
            return f"该企业{ended}，不能申请变更登记。"
        if registrar := self._elsewhere(checked):
            return f"该企业由{registrar}登记，本机关没有管辖权，请向{registrar}申请。"
        if entry["entity_type"] != COMPANY:
            return "本事项办理有限责任公司的变更登记，该企业是其他类型的市场主体。"
        return ""

    def _elsewhere(self, checked: EffectState) -> str | None:
        """The registrar of another division that has the enterprise."""
        entry = checked.answer.get("entry") or {}
        division = entry.get("division", self.case.office)
        return None if division == self.case.office else registrar_of(division)

    def _keep_checks(self, checked: EffectState) -> None:
        """A corrected file has its own answer: what was found of the one before no longer counts."""
        before = set(self.state.memo.get("checked", ()))
        self.state.facts = [f for f in self.state.facts if f.code not in before]
        facts = [Fact.model_validate(f) for f in checked.answer.get("facts", ())]
        self.state.memo["checked"] = [f.code for f in facts]
        self.state.memo["entry"] = checked.answer.get("entry")
        self.state.memo.pop("hosting", None)
        if hosting := checked.answer.get("hosting"):
            self.state.memo["hosting"] = hosting
        self.put_facts(facts)
        self.record("facts_found", data={"facts": [f.code for f in facts if f.state != "ok"]})

    def after_review(self, form: Review) -> str:
        return "identity_pending" if form.finding is Finding.CONFORMS else "deciding"

    def application_data(self) -> dict[str, Any]:
        """What the persons sign names the old values too."""
        return {"before": self.state.memo.get("entry")}

    # -- 核准, 登记, 换发执照, 公示 ------------------------------------------------------------------------

    def lawful_to_grant(self) -> list[str]:
        bars = super().lawful_to_grant()
        if not self.state.memo.get("entry"):
            bars.append("登记系统对企业登记事项的核查结果还没有返回")
        return bars

    async def decide_and_tell(self) -> str:
        if await self.decide() is DecisionOutcome.REFUSE:
            return await self.refuse()
        return "issuing"

    async def issue(self) -> str:
        """The register enters the change and issues a new licence; the old one is void from then on."""
        attempt = int(self.state.memo.get("register_attempts", 0)) + 1
        self.state.memo["register_attempts"] = attempt
        if not await self.host_stands(attempt) or not await self.name_secured(attempt):
            return "deciding"
        before = self.state.memo["entry"]
        effect = await self.call(
            "change_enterprise", seq=attempt, before=before, **self.reserved_name()
        )
        if effect.state != "done":
            await self.name_not_used(attempt)
            self.note_register_refused(
                effect.answer.get("message"),
                rule="变更登记应当符合登记系统的法定校验",
                cite="条例第19条",
            )
            return "deciding"
        self.stop_clock(self.state.memo["decision_clock"])
        entry = effect.answer
        self._changed_entry(entry)
        await self.name_used(entry["uscc"])
        publication = None
        if self.row.clocks.publication:
            publication = self.start_clock(self.row.clocks.publication, self.now())
        await self.serve("grant", entry=entry, before=before)
        for seq, copy_kind in enumerate(("original", "duplicate"), 1):
            said = {"entry": entry, "before": before, "copy_kind": copy_kind, **self.conditions()}
            await self.serve("licence", seq=seq, **said)
        await self.until_done("publish_change", once_passed_over=99, entry=entry, before=before)
        self.stop_clock(publication)
        await self._tell_hosting()
        await self.open_hosting(entry["uscc"], self.state.title)
        return self.after_issue()

    async def _tell_hosting(self) -> None:
        """The domicile is no longer the host's: the case of that hosting ends, whatever it was waiting for."""
        if hosting := self.state.memo.get("hosting"):
            number = self.state.numbers.get("case", "")
            await self.tell_case(hosting, "address_changed", number=number)

    def _changed_entry(self, entry: dict[str, Any]) -> None:
        licence, voided = entry["licence_number"], entry.get("voided_licence_number")
        self.state.decision |= {
            "uscc": entry["uscc"],
            "changed_at": entry["changed_at"],
            "licence_number": licence,
            **({"voided_licence": voided} if voided else {}),
        }
        self.state.numbers |= {"licence": licence}
        # Under its new name from here on.
        self.state.title = str(entry["name"])
        self.change(
            title=self.state.title,
            decision=dict(self.state.decision),
            numbers=dict(self.state.numbers),
        )
        self.record(
            "registered",
            data={"uscc": entry["uscc"], "licence": licence, "voided": voided},
        )
