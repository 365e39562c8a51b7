"""Simple deregistration (简易注销): companies, sole proprietorships, partnerships; individuals by their own short way.

公司法 240; 市场主体登记管理条例 33; 实施细则 47–49; 国市监注发〔2021〕45号 (待核). Clocks D01–D04, R01, N03. law.md §2.7.

    precheck ──▶ signature_pending ──▶ notice_running ──▶ notice_ended ──▶ window_open ──▶ window_grace ──▶ lapsed
      │            │ one refuses         │ objection                        └────────┬────────┘ application
      ▼            ▼                     ▼                                           ▼
    refused ◀── refused               objected ──▶ terminated                     applied ──▶ under_review ──▶ deciding
      ▲                                  ▲ objection                                 │ grounds    refused ◀──┘    │ ▲
      └───────────────────────────────── │ ──────────────────────────────────────────┘                          ▼ │ new ground
    precheck ──▶ push_running (个体工商户, 10 days) ──▶ applied                archived ◀── archiving ◀── deregistering

Every exclusion ground is asked of all registers three times: before the notice, at the application, and before the entry.
An objection in time ends the case; one that comes later is dealt with by a person, and may lead to a refusal.
"""

from typing import Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import CaseInput, CaseOutcome
    from domain.transitions import Stage, StageKind, Table, Transition
    from forms.approval import DecisionOutcome

from workflows.kernel.approval import ARCHIVING, DECIDING, UNDER_REVIEW, WITHDRAW, WITHDRAWN
from workflows.parties import SIGNATURE_PENDING
from workflows.simple_deregistration_notice import LeavingNotice

WITHDRAWS: Final = "申请人撤回"
APPLIES: Final = frozenset({"apply"})
LATE: Final = frozenset({"note_objection"})

TABLE = Table(
    procedure="simple_deregistration",
    version="1",
    stages=(
        Stage(
            "precheck", "条件核查", "Pre-check", holder="system", doing="向各登记系统核查适用条件"
        ),
        SIGNATURE_PENDING,
        Stage(
            "notice_running",
            "公示中",
            "Notice running",
            holder="system",
            doing="公示承诺书，等待异议期届满",
        ),
        Stage(
            "push_running",
            "部门核对",
            "Departments asked",
            holder="system",
            doing="推送税务等部门，等待异议期届满",
        ),
        Stage("objected", "有异议", "Objected", holder="system", doing="终止简易注销程序"),
        Stage(
            "notice_ended",
            "公示期满",
            "Notice ended",
            holder="register:tax",
            doing="向税务等部门收回推送",
        ),
        Stage(
            "window_open",
            "可以申请",
            "Window open",
            holder="applicant",
            doing="公示期满二十日内申请注销登记",
        ),
        Stage(
            "window_grace",
            "宽限期",
            "Grace period",
            holder="applicant",
            doing="在宽限期内申请注销登记",
        ),
        Stage("applied", "已申请", "Applied", holder="system", doing="再次核查适用条件"),
        UNDER_REVIEW,
        DECIDING,
        Stage(
            "deregistering", "注销登记", "Deregistering", holder="register:market", doing="注销登记"
        ),
        ARCHIVING,
        Stage("withdrawing", "撤回公告", "Withdrawing", holder="system", doing="撤回公告和推送"),
        Stage("deregistered", "已注销", "Deregistered", StageKind.GOOD),
        Stage("refused", "不予简易注销", "Refused", StageKind.BAD),
        Stage("terminated", "已终止", "Terminated", StageKind.BAD),
        Stage("lapsed", "逾期失效", "Lapsed", StageKind.BAD),
        WITHDRAWN,
    ),
    transitions=(
        Transition("precheck", "signature_pending", "没有发现不适用简易注销的情形"),
        Transition("precheck", "push_running", "个体工商户没有发现不适用的情形，推送税务等部门"),
        Transition("precheck", "refused", "有不适用简易注销的情形"),
        Transition("signature_pending", "notice_running", "全体投资人已签署承诺书"),
        Transition("signature_pending", "refused", "有人拒绝签署承诺书"),
        Transition("signature_pending", "withdrawn", WITHDRAWS),
        Transition("notice_running", "notice_ended", "公示期届满，没有异议"),
        Transition("notice_running", "objected", "公示期内有人提出异议"),
        Transition("notice_running", "withdrawing", WITHDRAWS),
        Transition("push_running", "applied", "期限届满，有关部门没有提出异议"),
        Transition("push_running", "objected", "有关部门提出异议"),
        Transition("push_running", "withdrawing", WITHDRAWS),
        Transition("objected", "terminated", "终止简易注销程序"),
        Transition("notice_ended", "window_open", "有关部门的推送已经收回"),
        Transition("window_open", "applied", "企业申请注销登记"),
        Transition("window_open", "window_grace", "二十日内没有申请"),
        Transition("window_open", "withdrawing", WITHDRAWS),
        Transition("window_grace", "applied", "企业在宽限期内申请注销登记"),
        Transition("window_grace", "lapsed", "宽限期内没有申请，公示失效"),
        Transition("applied", "under_review", "没有发现不适用简易注销的情形"),
        Transition("applied", "refused", "有不适用简易注销的情形"),
        Transition("under_review", "deciding", "审查完毕"),
        Transition("under_review", "withdrawing", WITHDRAWS),
        Transition("deciding", "deregistering", "准予注销登记"),
        Transition("deciding", "refused", "不予注销登记，书面说明理由"),
        Transition("deciding", "withdrawing", WITHDRAWS),
        Transition("deregistering", "deciding", "登记前核查发现不适用的情形，或者登记系统依法拒绝"),
        Transition("deregistering", "archiving", "已注销登记并公示"),
        Transition("archiving", "deregistered", "档案已接收"),
        Transition("withdrawing", "withdrawn", "公告和推送已撤回"),
    ),
    main=(
        "precheck",
        "signature_pending",
        "notice_running",
        "notice_ended",
        "window_open",
        "applied",
        "under_review",
        "deciding",
        "deregistering",
        "archiving",
        "deregistered",
    ),
    accepts={
        "precheck": APPLIES,
        "signature_pending": WITHDRAW | APPLIES,
        "notice_running": WITHDRAW | APPLIES,
        "push_running": WITHDRAW | APPLIES,
        "notice_ended": APPLIES | LATE,
        "window_open": WITHDRAW | APPLIES | LATE,
        "window_grace": APPLIES | LATE,
        "applied": APPLIES | LATE,
        "under_review": WITHDRAW | APPLIES | LATE,
        "deciding": WITHDRAW | APPLIES | LATE,
        "deregistering": APPLIES,
    },
)


@workflow.defn(name="simple_deregistration")
class SimpleDeregistration(LeavingNotice):
    tables = {"1": TABLE}

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await self.conduct(
            {
                "precheck": self.precheck,
                "signature_pending": self.commit,
                "notice_running": self.announce,
                "push_running": self.push_individual,
                "objected": self.terminate,
                "notice_ended": self.hear_departments,
                "window_open": self.await_application,
                "window_grace": self.await_in_grace,
                "applied": self.check_application,
                "under_review": self.review,
                "deciding": self.decide_and_tell,
                "deregistering": self.deregister,
                "archiving": self.archive,
                "withdrawing": self.take_back,
            }
        )

    # -- 条件核查 -----------------------------------------------------------------------------------------

    async def precheck(self) -> str:
        """Every ground at once (SD-01…16), each with its article, before anything is published."""
        self.aside(self._give_receipt())
        if await self.ask_grounds():
            return await self.turn_away("precheck_result")
        return "push_running" if self.individual else "signature_pending"

    async def _give_receipt(self) -> None:
        await self.serve("receipt", received_at=self.state.versions[0].received_at)

    async def commit(self) -> str:
        """全体投资人承诺书: each investor signs one and the same paper; without all there is no notice (条例 33)."""
        await self.sign()
        if not any(p.refused for p in self.state.parties):
            return "notice_running"
        self.note_refusal_to_sign()
        return await self.turn_away("precheck_result")

    # -- 申请 ---------------------------------------------------------------------------------------------

    async def await_application(self) -> str:
        """二十日内 (D02); what came while departments were still being heard counts."""
        window = self.state.memo["window"]
        await self.wait(lambda: self.application is not None or not self.clock_running(window))
        return "applied" if self.application else "window_grace"

    async def await_in_grace(self) -> str:
        """The grace of the catalogue's reading (D03a or D03b); after it the notice has lapsed: publish again."""
        grace = self.state.memo["grace"]
        await self.wait(lambda: self.application is not None or not self.clock_running(grace))
        if self.application:
            return "applied"
        await self.serve("lapse", clock=grace)
        return "lapsed"

    async def check_application(self) -> str:
        """The application is there: R01 runs, and every ground is asked again."""
        await self.begin_decision()
        if await self.ask_grounds():
            return await self.turn_away("refusal")
        return "under_review"

    # -- 核准, 注销登记 -------------------------------------------------------------------------------------

    async def decide_and_tell(self) -> str:
        """Whoever decides sees what the registers say now, not what they said at the application."""
        await self.ask_grounds()
        if await self.decide() is DecisionOutcome.REFUSE:
            return await self.refuse()
        return "deregistering"

    async def deregister(self) -> str:
        """Once more just before the entry: a case opened or a share frozen meanwhile sends it back to whoever decides."""
        attempt = int(self.state.memo.get("register_attempts", 0)) + 1
        self.state.memo["register_attempts"] = attempt
        if await self.ask_grounds():
            self.record("grounds_before_entry", data={"grounds": self.grounds})
            return "deciding"
        ended = await self.call("deregister_enterprise", seq=attempt, way="simple")
        if ended.state != "done":
            self.note_register_refused(
                ended.answer.get("message"),
                rule="注销登记应当符合登记系统的法定校验",
                cite="条例第31条",
            )
            return "deciding"
        self.stop_clock(self.state.memo["decision_clock"])
        self.note_end(ended.answer)
        await self.serve("grant", ended=ended.answer)
        await self.until_done("publish_deregistration", ended=ended.answer)
        return "archiving"

    async def archive(self) -> str:
        await super().archive()
        return "deregistered"
