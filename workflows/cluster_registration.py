"""Cluster registration (集群注册, 住所托管): the host (托管机构), from its admission to the day on which it hosts nobody.

条例 11: one domicile per entity, which the province may relax; what is asked of a host is local rule (law.md §2.5, 待核).
The hosted enterprises are cases of their own, `cluster_hosting`. The stage of this case is the host's standing:
intake of registrations reads it (`storage.cluster_hosts`).

    submitted ──▶ under_review ──▶ site_check ──▶ deciding ──▶ issuing ──▶ hosting ──▶ leaving ──▶ archiving ──▶ archived
      │ ▲  │           └───────────────────────▶ │ ▲   │  ▲       │        │ ▲         ▲  all enterprises have moved
      ▼ │  └─▶ not_accepted                      │ │   │  └───────┘        ▼ │         │
    correction                                   │ └───┘   not lawful     paused ──────┘
                                                 └──▶ refused
"""

from typing import Any, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import CaseInput, CaseOutcome, Command, EffectState, Fact
    from domain.entries import ended_text
    from domain.transitions import Stage, StageKind, Table, Transition
    from forms.approval import DecisionOutcome, Finding
    from law.offices import registrar_of

from workflows.cluster_host import ClusterHost
from workflows.kernel.approval import (
    ARCHIVED,
    ARCHIVING,
    CORRECT,
    CORRECTION,
    DECIDING,
    INTAKE,
    NOT_ACCEPTED,
    SITE_CHECK,
    SUBMITTED,
    UNDER_REVIEW,
    WITHDRAW,
    WITHDRAWN,
)

# Acts of the hosted enterprises' cases, in every stage in which there may be some.
HOSTED: Final = frozenset({"hosted_joined", "hosted_left"})
KEEPING: Final = HOSTED | {"report_hosted"}

TABLE = Table(
    procedure="cluster_registration",
    version="1",
    stages=(
        SUBMITTED,
        CORRECTION,
        UNDER_REVIEW,
        SITE_CHECK,
        DECIDING,
        Stage("issuing", "准入登记", "Admission", holder="system", doing="核对登记状态，制作文书"),
        Stage("hosting", "托管中", "Hosting", holder="applicant", doing="履行托管责任"),
        Stage(
            "paused",
            "暂停新增",
            "Paused",
            holder="applicant",
            doing="按要求改正；现有企业的托管照常",
        ),
        Stage("leaving", "退出托管", "Leaving", holder="applicant", doing="协助托管企业变更住所"),
        ARCHIVING,
        ARCHIVED,
        NOT_ACCEPTED,
        Stage("refused", "不予准入", "Refused", StageKind.BAD),
        WITHDRAWN,
    ),
    transitions=(
        *INTAKE,
        Transition("under_review", "site_check", "核查托管地址"),
        Transition("under_review", "deciding", "审查认为不符合条件"),
        Transition("under_review", "withdrawn", "申请人撤回"),
        Transition("site_check", "deciding", "核查完毕"),
        Transition("site_check", "withdrawn", "申请人撤回"),
        Transition("deciding", "issuing", "准予准入"),
        Transition("deciding", "refused", "不予准入，书面说明理由"),
        Transition("deciding", "withdrawn", "申请人撤回"),
        Transition("issuing", "deciding", "登记状态在决定后变化"),
        Transition("issuing", "hosting", "列入托管机构名录"),
        Transition("hosting", "paused", "登记机关暂停新增托管企业"),
        Transition("paused", "hosting", "恢复新增托管企业"),
        Transition("hosting", "leaving", "托管机构申请退出"),
        Transition("paused", "leaving", "托管机构申请退出"),
        Transition("leaving", "archiving", "托管企业均已变更住所"),
        Transition("archiving", "archived", "档案已接收"),
    ),
    main=(
        "submitted",
        "under_review",
        "site_check",
        "deciding",
        "issuing",
        "hosting",
        "leaving",
        "archiving",
        "archived",
    ),
    accepts={
        "submitted": WITHDRAW,
        "correction": CORRECT,
        "under_review": WITHDRAW,
        "site_check": WITHDRAW,
        "deciding": WITHDRAW,
        "hosting": KEEPING | {"pause_hosting", "leave_hosting"},
        "paused": KEEPING | {"resume_hosting", "leave_hosting"},
        "leaving": KEEPING,
    },
)


@workflow.defn(name="cluster_registration")
class ClusterRegistration(ClusterHost):
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
                "site_check": self.check_site,
                "deciding": self.decide_and_tell,
                "issuing": self.issue,
                "hosting": self.host,
                "paused": self.host,
                "leaving": self.leave,
                "archiving": self.archive,
            }
        )

    def opened(self, opening: Command) -> None:
        facts = opening.data.get("facts", {})
        self.state.memo |= {"address": facts.get("address", "")}
        self.state.numbers |= {"uscc": facts.get("uscc", "")}
        self.change(numbers=dict(self.state.numbers))

    # -- admission -----------------------------------------------------------------------------------

    async def receive(self) -> str:
        """The market register first: only an enterprise of this registrar can be admitted here."""
        checked = await self._checked()
        entry: dict[str, Any] = checked.answer.get("entry") or {}
        if checked.state == "done" and (reason := self._no_host(entry)):
            await self.serve(
                "not_accepted",
                reasons=[reason],
                competent_body=self._elsewhere(entry),
                received_at=self.state.versions[-1].received_at,
            )
            return "not_accepted"
        return await self.accept()

    async def _checked(self) -> EffectState:
        """What the registers say of the host now, each fact beside its rule."""
        seq = int(self.state.memo.get("checks", 0)) + 1
        self.state.memo["checks"] = seq
        checked = await self.call("host_checks", seq=seq)
        facts = [Fact.model_validate(f) for f in checked.answer.get("facts", ())]
        self.state.memo["known"] = bool(facts)
        self.put_facts(facts)
        self.record("facts_found", data={"facts": [f.code for f in facts if f.state != "ok"]})
        return checked

    def _no_host(self, entry: dict[str, Any]) -> str:
        """Why there is nothing to admit; empty where there is."""
        if not entry:
            return "登记系统中没有这个统一社会信用代码的企业，请核对营业执照。"
        if entry["status"] != "active":
            ended = ended_text(entry["status"])
            return f"该企业{ended}，不能成为托管机构。"
        if registrar := self._elsewhere(entry):
            return f"该企业由{registrar}登记，本机关没有管辖权，请向{registrar}申请。"
        if entry["entity_type"] == "individual":
            return "托管机构应当是企业，个体工商户不能成为托管机构。"
        return ""

    def _elsewhere(self, entry: dict[str, Any]) -> str | None:
        division = entry.get("division", self.case.office)
        return None if division == self.case.office else registrar_of(division)

    def after_review(self, form: Any) -> str:
        """Whether mail arrives at an address is seen on the spot alone."""
        return "site_check" if form.finding is Finding.CONFORMS else "deciding"

    def lawful_to_grant(self) -> list[str]:
        bars = super().lawful_to_grant()
        if not self.state.memo.get("known"):
            bars.append("登记系统对托管机构的核查结果还没有返回")
        found = self.state.decision.get("site_check")
        if found is None:
            bars.append("还没有现场核查")
        elif found != Finding.CONFORMS.value:
            bars.append("现场核查认为不符合条件")
        return bars

    async def decide_and_tell(self) -> str:
        if await self.decide() is DecisionOutcome.REFUSE:
            return await self.refuse()
        return "issuing"

    async def issue(self) -> str:
        """Asked once more: between application and decision an enterprise may have ended, or another been admitted."""
        checked = await self._checked()
        if checked.state != "done" or self.lawful_to_grant():
            return "deciding"
        self.stop_clock(self.state.memo["decision_clock"])
        self.state.decision["address"] = self.state.memo["address"]
        await self.serve("grant")
        certificate = await self.serve("licence")
        self.state.numbers["licence"] = certificate.number
        self.change(numbers=dict(self.state.numbers))
        return self.admit()
