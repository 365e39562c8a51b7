"""Establishment registration, full electronic (设立登记·全程电子化), in its six named steps.

Regulation on the Registration of Market Entities (市场主体登记管理条例, Decree 746) arts. 12, 16, 19–21,
40; 实施细则 arts. 4, 16, 18, 25, 26.

    网上申请      网上受理        网上审核          身份认证             电子签章                        电子归档
    submitted ──────────▶ under_review ──▶ identity_pending ──▶ signature_pending ──▶ deciding ──▶ issuing ──▶ archiving ──▶ archived
      │ ▲  │                    │                │ one fails           │ one refuses      │ ▲         │
      ▼ │  └─▶ not_accepted     └────────────────┴─────▶ deciding ◀────┘                  │ └─────────┘ the register refuses
    correction                                                                             └──▶ refused
"""

import asyncio
from datetime import datetime, time
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import (
        CaseInput,
        CaseOutcome,
        Command,
        EffectState,
        Fact,
        PaperServed,
        Party,
    )
    from domain.transitions import Stage, StageKind, Table, Transition
    from forms.approval import DecisionOutcome, Finding, Review
    from law.offices import office
    from law.zone import CST, civil_date

from workflows.declared_name import RESERVE_AGAIN, DeclaredName
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

CHASE_AT = time(9, 0)
CHASES = 5

TABLE = Table(
    procedure="establishment_registration",
    version="1",
    stages=(
        SUBMITTED,
        CORRECTION,
        UNDER_REVIEW,
        Stage("identity_pending", "身份认证", "Authentication", holder="parties", doing="实名认证"),
        Stage("signature_pending", "电子签章", "Signature", holder="parties", doing="电子签名"),
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
        Transition("issuing", "deciding", "登记系统依法拒绝"),
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
        "submitted": WITHDRAW | RESERVE_AGAIN,
        "correction": CORRECT | RESERVE_AGAIN,
        "under_review": WITHDRAW | RESERVE_AGAIN,
        "identity_pending": WITHDRAW | RESERVE_AGAIN,
        "signature_pending": WITHDRAW | RESERVE_AGAIN,
        "deciding": WITHDRAW | RESERVE_AGAIN,
    },
)


@workflow.defn(name="establishment_registration")
class EstablishmentRegistration(DeclaredName):
    tables = {"1": TABLE}

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await self.conduct(
            {
                "submitted": self.receive,
                "correction": self.await_correction,
                "under_review": self.review,
                "identity_pending": self.authenticate,
                "signature_pending": self.sign,
                "deciding": self.decide_and_tell,
                "issuing": self.issue,
                "archiving": self.archive,
            }
        )

    def opened(self, opening: Command) -> None:
        super().opened(opening)
        self.state.memo["entity_type"] = opening.data.get("facts", {}).get("entity_type")
        self.state.parties = [
            Party.model_validate(p) for p in opening.data.get("facts", {}).get("parties", [])
        ]
        self._show_parties()

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

    # -- 身份认证, 电子签章 ------------------------------------------------------------------------------

    async def authenticate(self) -> str:
        """Every listed person (实施细则 16) confirms in person; wait, and chase on working days."""
        self._chase_next()
        pending = [(n, p) for n, p in enumerate(self.state.parties, 1) if not p.authenticated_at]
        await asyncio.gather(
            *(self.call("open_authentication", seq=n, party=p.party_id) for n, p in pending)
        )
        await self.wait(
            lambda: (
                all(p.authenticated_at or p.refused for p in self.state.parties)
                or any(p.refused for p in self.state.parties)
            )
        )
        return self._parties_settled("authenticated", "signature_pending")

    async def sign(self) -> str:
        """Legal representative and all shareholders sign one and the same application."""
        self._chase_next()
        paper = await self.serve("application")
        signers = [(n, p) for n, p in enumerate(self.state.parties, 1) if p.signs]
        for n, party in signers:
            # One after another: each signature is added to the file that the ones before signed.
            if party.signed_at is None:
                await self.call(
                    "open_signing", seq=n, party=party.party_id, document=paper.document_id
                )
        await self.wait(
            lambda: (
                all(p.signed_at or p.refused for _, p in signers)
                or any(p.refused for _, p in signers)
            )
        )
        if not any(p.refused for _, p in signers):
            signed = await self.call("fetch_signed", last=self.state.memo["last_signing"])
            self.keep_paper(
                PaperServed(
                    document_id=f"{self.case.case_id}:signed_application:1",
                    kind="signed_application",
                    number=paper.number,
                    title=f"{paper.title}（已签名）",
                    sha256=signed.answer["sha256"],
                    stored_id=signed.answer["stored_id"],
                    size=signed.answer["size"],
                    issued_at=self.now(),
                )
            )
        return self._parties_settled("signed", "deciding")

    def _parties_settled(self, what: str, onward: str) -> str:
        self.state.alarms.pop("chase", None)
        refused = [p for p in self.state.parties if p.refused]
        if not refused:
            return onward
        names = "、".join(p.name for p in refused)
        words = "未通过实名认证" if what == "authenticated" else "拒绝签名"
        self.put_facts(
            [
                Fact(
                    code=f"parties_{what}",
                    state="bad",
                    fact=f"{names}{words}：{refused[0].refused}",
                    rule="相关人员应当实名认证并签名",
                    cite="实施细则第16条",
                )
            ]
        )
        self.record("parties_failed", data={"what": what, "names": names})
        return "deciding"

    def on_callback(self, effect: EffectState, command: Command) -> None:
        party = next((p for n, p in enumerate(self.state.parties, 1) if n == effect.seq), None)
        if party is None:
            return
        outcome = effect.answer.get("outcome")
        if outcome == "confirmed":
            party.authenticated_at = command.received_at
        elif outcome == "signed":
            party.signed_at = command.received_at
            self.state.memo["last_signing"] = f"{effect.kind}#{effect.seq}"
        else:
            party.refused = str(effect.answer.get("reason") or outcome)[:500]
        self._show_parties()

    def _show_parties(self) -> None:
        self.change(parties=[p.model_dump(mode="json") for p in self.state.parties])

    def _chase_next(self) -> None:
        day = self._calendars.next_workday(civil_date(self.now()))
        self.set_alarm("chase", datetime.combine(day, CHASE_AT, tzinfo=CST))

    def on_alarm(self, name: str) -> None:
        if self.state.stage not in {"identity_pending", "signature_pending"}:
            return
        signing = self.state.stage == "signature_pending"
        missing = [
            p.name
            for p in self.state.parties
            if not p.refused
            and (
                (signing and p.signs and not p.signed_at)
                or (not signing and not p.authenticated_at)
            )
        ]
        chased = int(self.state.memo.get(f"chased_{self.state.stage}", 0)) + 1
        self.state.memo[f"chased_{self.state.stage}"] = chased
        if missing:
            self.tell("applicant", "chase_signature" if signing else "chase_identity")
            self.record("parties_chased", data={"names": missing, "time": chased})
        if missing and chased < CHASES:
            self._chase_next()

    def message_text(self, kind: str, clock: Any) -> str:
        words = {
            "chase_identity": "还有人员没有完成实名认证，请提醒他们尽快办理。",
            "chase_signature": "还有人员没有完成电子签名，请提醒他们尽快办理。",
            "notice_given": "您的申请需要补正，请查看一次性告知书。",
            "reserve_again": "所用名称的保留已经终止。请重新申报名称，再把新的办件编号提供给本件。",
        }
        return words.get(kind) or super().message_text(kind, clock)

    # -- 核准, 核发, 公示 --------------------------------------------------------------------------------

    def lawful_to_grant(self) -> list[str]:
        bars = super().lawful_to_grant()
        if not any(f.code == "person_bars" for f in self.state.facts):
            bars.append("登记系统对名称、任职限制的核查结果还没有返回")
        if not all(p.authenticated_at for p in self.state.parties):
            bars.append("还有人员没有实名认证")
        if not all(p.signed_at for p in self.state.parties if p.signs):
            bars.append("还有人员没有签名")
        return bars

    async def decide_and_tell(self) -> str:
        if await self.decide() is DecisionOutcome.REFUSE:
            return await self.refuse()
        return "issuing"

    async def issue(self) -> str:
        """The register issues the USCC by its own rules; its day is the date of establishment."""
        attempt = int(self.state.memo.get("register_attempts", 0)) + 1
        self.state.memo["register_attempts"] = attempt
        if not await self.name_secured(attempt):
            return "deciding"
        effect = await self.call("register_enterprise", seq=attempt, **self.reserved_name())
        if effect.state != "done":
            await self.name_not_used(attempt)
            self.put_facts(
                [
                    Fact(
                        code="register_refused",
                        state="bad",
                        fact=f"登记系统拒绝：{effect.answer.get('message', '')}",
                        rule="登记应当符合登记系统的法定校验",
                        cite="条例第19条",
                    )
                ]
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
        for attempt in range(1, 100):
            published = await self.call("publish_establishment", seq=attempt, entry=entry)
            if published.state == "done":
                break
        self.stop_clock(publication)
        await self.open_follow_ups(uscc=entry["uscc"])
        return "archiving"
