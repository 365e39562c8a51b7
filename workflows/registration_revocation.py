"""Annulment of a false registration (撤销登记), on application of whoever it harms or after a broken promise.

登记管理条例 arts. 40, 41; 实施细则 arts. 50–58; for a licence 行政许可法 art. 69. Clocks R11–R14.

    submitted ──▶ investigating ──▶ deciding ──▶ revoking ──▶ archiving ──▶ archived
      │  ▲ │       │ ▲    (R12)       ▲ │ └──▶ refused  (not proven, or harm to the public interest: art. 41)
      ▼  │ │       ▼ │                │ └─ the register refuses
    correction    public_notice (45 days, R13: the parties cannot be reached)
           └──▶ not_accepted

The head decides, never who investigated. While the case is suspended (中止, art. 54) R12 stands still: act `suspend_clock`.
"""

from datetime import datetime
from typing import Any, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import (
        SYSTEM,
        Actor,
        CaseInput,
        CaseOutcome,
        Command,
        Fact,
        FileVersion,
        OpenTask,
    )
    from domain.refusals import Refusal, Refused
    from domain.transitions import Stage, StageKind, Table, Transition
    from forms.base import TaskForm
    from forms.registration_revocation import (
        Investigation,
        InvestigationFinding,
        RevocationDecision,
        RevocationOutcome,
        Target,
    )
    from law.offices import registrar_of

from workflows.kernel.approval import (
    ARCHIVED,
    ARCHIVING,
    CORRECT,
    CORRECTION,
    INTAKE,
    NOT_ACCEPTED,
    SUBMITTED,
    WITHDRAW,
    WITHDRAWN,
    Approval,
)
from workflows.public_notices import PublicNotices

NOTICE: Final = "registration_revocation"
CITE: Final = "登记管理条例第40条；实施细则第53条"
# Older cases published their notice without a paper of it.
NOTICE_ON_PAPER: Final = "registration_revocation-notice-on-paper-v1"

TABLE = Table(
    procedure="registration_revocation",
    version="1",
    stages=(
        SUBMITTED,
        CORRECTION,
        Stage("investigating", "调查", "Investigation", holder="reviewer", doing="调查登记是否虚假"),
        Stage("public_notice", "公示", "Public notice", holder="system", doing="公示期间等待异议"),
        Stage("deciding", "决定", "Decision", holder="registry_head", doing="决定是否撤销"),
        Stage("revoking", "撤销登记", "Annulment", holder="register:market", doing="登记系统作废并公示"),
        ARCHIVING,
        ARCHIVED,
        NOT_ACCEPTED,
        Stage("refused", "不予撤销", "Refused", StageKind.BAD),
        WITHDRAWN,
    ),
    transitions=(
        *(t for t in INTAKE if t.to != "under_review"),
        Transition("submitted", "investigating", "有初步证据，受理并调查"),
        Transition("investigating", "public_notice", "联系不上当事人，公示"),
        Transition("public_notice", "investigating", "公示期满"),
        Transition("investigating", "deciding", "调查完毕"),
        Transition("investigating", "withdrawn", "申请人撤回"),
        Transition("public_notice", "withdrawn", "申请人撤回"),
        Transition("deciding", "revoking", "决定撤销"),
        Transition("deciding", "refused", "不予撤销，书面说明理由"),
        Transition("deciding", "withdrawn", "申请人撤回"),
        Transition("revoking", "deciding", "登记系统拒绝"),
        Transition("revoking", "archiving", "登记已撤销并公示"),
        Transition("archiving", "archived", "档案已接收"),
    ),
    main=("submitted", "investigating", "deciding", "revoking", "archiving", "archived"),
    accepts={
        "submitted": WITHDRAW,
        "correction": CORRECT,
        "investigating": WITHDRAW,
        "public_notice": WITHDRAW,
        "deciding": WITHDRAW,
    },
)  # fmt: skip


@workflow.defn(name="registration_revocation")
class RegistrationRevocation(PublicNotices, Approval):
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
                "investigating": self.investigate,
                "public_notice": self.give_notice,
                "deciding": self.decide_and_tell,
                "revoking": self.revoke,
                "archiving": self.archive,
            }
        )

    def forms(self) -> tuple[Any, ...]:
        return (*super().forms(), Investigation, RevocationDecision)

    def opened(self, opening: Command) -> None:
        super().opened(opening)
        facts = opening.data.get("facts", {})
        self.state.decision |= {"target": facts.get("target"), "ground": facts.get("ground")}
        self.state.numbers |= {"uscc": str(facts.get("uscc", ""))}
        self.change(numbers=dict(self.state.numbers), decision=dict(self.state.decision))

    def check_withdraw(self, command: Command) -> None:
        super().check_withdraw(command)
        if self.case.parent_case is not None:
            told = "撤销程序由登记机关启动，当事人不能撤回。"
            raise Refused(Refusal.NOT_ACCEPTED_NOW, told)

    @property
    def of_licence(self) -> bool:
        return bool(self.state.decision["target"] == Target.LICENCE.value)

    # -- acceptance (R11) -----------------------------------------------------------------------------

    def _start_intake_clock(self, version: FileVersion) -> str:
        assert self.row.clocks.acceptance is not None
        key = self.start_clock(
            self.row.clocks.acceptance, version.received_at, subject=f"v{version.version}"
        )
        self.state.memo["intake_clock"] = key
        return key

    async def receive(self) -> str:
        """What the register has first: only a registration of this registrar can be annulled here."""
        checked = await self.call("revocation_checks", seq=self.state.versions[-1].version)
        if checked.state == "done" and (reason := self._nothing_there(checked.answer)):
            elsewhere = checked.answer["elsewhere"]
            await self.serve(
                "not_accepted",
                reasons=[reason],
                competent_body=registrar_of(elsewhere) if elsewhere else None,
                received_at=self.state.versions[-1].received_at,
            )
            return "not_accepted"
        self.state.memo["entry"] = checked.answer.get("entry")
        self.put_facts([Fact.model_validate(f) for f in checked.answer.get("facts", ())])
        to = await self.accept()
        return "investigating" if to == "under_review" else to

    def _nothing_there(self, found: dict[str, Any]) -> str:
        if found["elsewhere"]:
            return f"该企业由{registrar_of(found['elsewhere'])}登记，本机关没有管辖权。"
        if not found["entry"]:
            what = "本局没有颁发过这个编号的许可证" if self.of_licence else "登记系统中没有这个企业"
            return f"{what}，请核对后再申请。"
        if found["entry"]["status"] in ("annulled", "revoked") and not self.of_licence:
            return "该企业的登记已经被撤销，或者已经被吊销营业执照。"
        return ""

    async def accepted(self, at: datetime, *, by: Actor = SYSTEM, deemed: bool = False) -> None:
        self.stop_clock(self.state.memo["intake_clock"])
        self.state.memo["decision_clock"] = self.start_clock(self.row.leading_clock, at)
        await super().accepted(at, by=by, deemed=deemed)

    # -- investigation (R12), public notice (R13) -------------------------------------------------------

    async def investigate(self) -> str:
        decided = await self.decided(
            Investigation,
            role=self.row.roles["review"],
            clock=self.state.memo["decision_clock"],
            context={"noticed": bool(self.state.public_notices)},
        )
        assert decided is not None, "no term decides by silence"
        form, given = decided
        if form.finding is InvestigationFinding.UNREACHABLE:
            return "public_notice"
        self.state.decision |= {
            "finding": form.finding.value,
            "reviewer": given.actor.name,
            "responsible": list(form.responsible),
        }
        self.change(decision=dict(self.state.decision))
        # For the head alone, beside the task.
        self.state.memo["report"] = form.report
        return "deciding"

    async def give_notice(self) -> str:
        """45 days on NECIPS and on the bureau's own board; who objects is heard at once."""
        if not self.state.public_notices:
            await self._publish_notice()
        notice_id = self.state.public_notices[-1].notice_id
        while True:
            await self.wait(lambda: self.notice_over(notice_id) or bool(self.objections_open()))
            waiting = self.objections_open()
            if not waiting:
                return "investigating"
            objection = await self.handle_objection(
                waiting[0],
                role=self.row.roles["review"],
                clock=self.state.memo["decision_clock"],
            )
            upheld = objection.state == "upheld"
            self.put_facts(
                [
                    Fact(
                        code=f"objection_{objection.number or objection.objection_id[:8]}",
                        state="bad" if upheld else "ok",
                        fact="公示期间的异议成立" if upheld else "公示期间的异议不成立",
                        rule="公示期内无人提出异议的，可以撤销",
                        cite=CITE,
                    )
                ]
            )

    async def _publish_notice(self) -> None:
        assert self.row.clocks.publication is not None
        title = f"关于{self.state.title}拟撤销登记的公示"
        published = await self.publish_with_days(
            "publish_revocation_notice",
            self.row.clocks.publication,
            title=title,
            text=f"因无法联系当事人，依照{CITE}公示。对撤销有异议的，请在公示期内提出。",
        )
        self.publish_notice(
            NOTICE,
            title=title,
            lines=[["名称", self.state.title], ["统一社会信用代码", self.state.numbers["uscc"]]],
            cite=CITE,
            clock=published.clock,
            takes="objection",
        )
        if workflow.patched(NOTICE_ON_PAPER):
            await self.serve("annulment_notice", clock=published.clock)

    def check_answers(self, task: OpenTask, answers: TaskForm, command: Command) -> None:
        super().check_answers(task, answers, command)
        if isinstance(answers, Investigation):
            again = answers.finding is InvestigationFinding.UNREACHABLE
            if again and self.state.public_notices:
                told = "已经公示过，请按公示的结果作出调查结论。"
                raise Refused(Refusal.INVALID_ANSWERS, told, {"/finding": told})
        elif isinstance(answers, RevocationDecision):
            self._check_decision(answers)

    def _check_decision(self, answers: RevocationDecision) -> None:
        proven = self.state.decision.get("finding") == InvestigationFinding.PROVEN.value
        if answers.decision is RevocationOutcome.REVOKE:
            bars = self.lawful_to_grant()
            if not proven:
                bars.append("调查没有认定虚假登记")
            if bars:
                raise Refused(Refusal.GRANT_NOT_LAWFUL, f"不能撤销：{'；'.join(bars)}")

    # -- decision and what it brings ---------------------------------------------------------------------

    async def decide_and_tell(self) -> str:
        decided = await self.decided(
            RevocationDecision,
            role=self.row.roles["decision"],
            clock=self.state.memo["decision_clock"],
            context={
                "investigation": self.state.decision["finding"],
                "responsible": self.state.decision["responsible"],
                "reason": self.state.memo["report"],
            },
        )
        assert decided is not None
        form, given = decided
        self.note_decision(form, given)
        return "revoking" if form.decision is RevocationOutcome.REVOKE else await self.refuse()

    async def revoke(self) -> str:
        """The register enters it, the licence is void, those responsible are barred (R14), NECIPS shows it."""
        attempt = int(self.state.memo.get("register_attempts", 0)) + 1
        self.state.memo["register_attempts"] = attempt
        number = self.state.numbers["case"]
        entry: dict[str, Any] = self.state.memo["entry"]
        told = {"number": number, "decided_at": self.state.decision["decided_at"]}
        voided = entry["licence_number"]
        if not self.of_licence:
            responsible = self.state.decision["responsible"]
            effect = await self.call(
                "annul_registration", seq=attempt, responsible=responsible, **told
            )
            if effect.state != "done":
                self.note_register_refused(
                    effect.answer.get("message"),
                    rule="撤销应当符合登记系统的校验",
                    cite="登记管理条例第40条",
                )
                return "deciding"
            voided = effect.answer["voided_licence_number"]
            await self.until_done("publish_annulment", number=number, entry=effect.answer)
        self.stop_clock(self.state.memo["decision_clock"])
        # Read by whoever checks a licence (storage/verification.py).
        uscc = self.state.numbers["uscc"]
        self.state.decision |= (
            {"revoked_licence": voided}
            if self.of_licence
            else {"voids_licences_of": uscc, "voids_as": "revoked"}
        )
        self.change(decision=dict(self.state.decision))
        self.record("annulled", data={"licence": voided, "target": self.state.decision["target"]})
        await self.serve(
            "grant",
            decided_at=self.state.decision["decided_at"],
            voided=voided,
            reasons=[self.state.decision["reasons"]],
            responsible=self.state.decision["responsible"],
        )
        return "archiving"
