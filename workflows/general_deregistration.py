"""General deregistration (一般注销): from the dissolution over liquidation and tax clearance to the end of the entry.

公司法 229–237; 市场主体登记管理条例 31, 32; 实施细则 44–46; 个人独资企业法 27; 合伙企业法 90. Clocks D10–D16, D19, D20, R01, N03.

    解散事由             公示          清算组成立                    公示清算组        通知债权人
    dissolution_event ▶ publicised ▶ liquidation_group_formed ▶ group_published ▶ creditors_notified ┐
          │ no liquidation: individual, merger                                                       ▼
          └──▶ tax_cleared                        claims_open ◀── creditor_notice_published  债权人公告
    清税         清算报告           清算结束           │ 债权申报期届满
    tax_cleared ◀ report_confirmed ◀ assets_settled ◀─┘
       │ 申请
       ▼
    applied ⇄ correction ▶ under_review ▶ deciding ▶ issuing ▶ archiving ▶ deregistered

Which of these stages a case walks follows from the entity's type in the market register (`law.liquidation`). Until the
assets are settled a company can go on (revived, 公司法 230), or ends in bankruptcy (公司法 237).
"""

from datetime import date
from typing import Any, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import CaseInput, CaseOutcome, Command, Fact
    from domain.refusals import Refusal, Refused
    from domain.transitions import Stage, StageKind, Table, Transition
    from forms.approval import DecisionOutcome, Review
    from law.liquidation import Step, way_of
    from law.offices import registrar_of
    from law.zone import civil_date

from workflows.kernel.approval import (
    ARCHIVING,
    CORRECT,
    CORRECTION,
    DECIDING,
    NOT_ACCEPTED,
    UNDER_REVIEW,
    WITHDRAW,
    WITHDRAWN,
)
from workflows.liquidation import Liquidation
from workflows.party_ended import PartyEnded

STEPS: Final = WITHDRAW | {"liquidation_step"}
# Where the liquidation group works: the company may still go on, or turn out to be bankrupt.
LIQUIDATING: Final = (
    "liquidation_group_formed",
    "group_published",
    "creditors_notified",
    "claims_open",
)


def _doing(code: str, title: str, english: str, doing: str) -> Stage:
    return Stage(code, title, english, holder="applicant", doing=doing)


TABLE = Table(
    procedure="general_deregistration",
    version="1",
    stages=(
        _doing("dissolution_event", "解散事由出现", "Dissolved", "办理解散后的下一步"),
        _doing("publicised", "已公示解散", "Dissolution published", "成立清算组"),
        _doing(
            "liquidation_group_formed", "清算组已成立", "Group formed", "公示清算组成员、通知债权人"
        ),
        _doing("group_published", "已公示清算组", "Group published", "通知债权人、发布债权人公告"),
        _doing("creditors_notified", "已通知债权人", "Creditors notified", "发布债权人公告"),
        Stage(
            "creditor_notice_published",
            "债权人公告",
            "Announcement",
            holder="register:necips",
            doing="公示债权人公告",
        ),
        _doing("claims_open", "债权申报", "Claims open", "登记债权，申报期届满后清偿债务"),
        _doing("assets_settled", "清算结束", "Liquidation ended", "确认清算报告"),
        _doing("report_confirmed", "清算报告已确认", "Report confirmed", "办结税务注销"),
        _doing("tax_cleared", "已清税", "Tax cleared", "申请注销登记"),
        Stage("applied", "收件", "Received", holder="acceptor", doing="核对材料，决定是否受理"),
        CORRECTION,
        UNDER_REVIEW,
        DECIDING,
        Stage("issuing", "注销登记", "Entry", holder="register:market", doing="办理注销登记"),
        ARCHIVING,
        Stage("deregistered", "已注销", "Deregistered", StageKind.GOOD),
        NOT_ACCEPTED,
        Stage("refused", "不予注销登记", "Refused", StageKind.BAD),
        Stage("revived", "公司存续", "Company goes on", StageKind.GOOD),
        Stage("bankruptcy", "转入破产程序", "Bankruptcy", StageKind.BAD),
        WITHDRAWN,
    ),
    transitions=(
        Transition("dissolution_event", "publicised", "公司：解散事由已公示"),
        Transition("dissolution_event", "liquidation_group_formed", "合伙企业：清算人已确定"),
        Transition("dissolution_event", "creditors_notified", "个人独资企业：债权人已通知"),
        Transition("dissolution_event", "tax_cleared", "个体工商户：不清算，已清税"),
        Transition("dissolution_event", "not_accepted", "没有可以在本机关注销的登记"),
        Transition("publicised", "liquidation_group_formed", "清算组已成立"),
        Transition("publicised", "tax_cleared", "合并、分立：不清算，已清税"),
        Transition("liquidation_group_formed", "group_published", "清算组成员已公示"),
        Transition("group_published", "creditors_notified", "债权人已通知"),
        Transition("group_published", "creditor_notice_published", "合伙企业：债权人公告已发布"),
        Transition("creditors_notified", "creditor_notice_published", "债权人公告已发布"),
        Transition("creditors_notified", "claims_open", "个人独资企业：没有无法通知的债权人"),
        Transition("creditor_notice_published", "claims_open", "公示系统已公示"),
        Transition("claims_open", "assets_settled", "债权申报期届满，债务已清偿"),
        Transition("assets_settled", "report_confirmed", "清算报告已确认"),
        Transition("report_confirmed", "tax_cleared", "税务机关已出具清税证明"),
        Transition("tax_cleared", "applied", "申请注销登记"),
        Transition("applied", "correction", "材料不齐或不符合法定形式，一次告知"),
        Transition("correction", "applied", "申请人补正后再次提交"),
        Transition("applied", "not_accepted", "依法不属于本机关办理"),
        Transition("applied", "under_review", "材料齐全，符合法定形式"),
        Transition("under_review", "deciding", "审查完毕"),
        Transition("deciding", "issuing", "准予注销登记"),
        Transition("deciding", "refused", "不予注销登记，书面说明理由"),
        Transition("issuing", "deciding", "登记系统依法拒绝"),
        Transition("issuing", "archiving", "已注销登记并公示，营业执照作废"),
        Transition("archiving", "deregistered", "档案已接收"),
        *(
            Transition(stage, "revived", "公司存续，没有分配财产")
            for stage in ("dissolution_event", "publicised", *LIQUIDATING)
        ),
        *(Transition(stage, "bankruptcy", "财产不足清偿债务") for stage in LIQUIDATING),
        *(
            Transition(stage, "withdrawn", "申请人撤回")
            for stage in (
                "dissolution_event",
                "publicised",
                *LIQUIDATING,
                "assets_settled",
                "report_confirmed",
                "tax_cleared",
                "applied",
                "correction",
                "under_review",
                "deciding",
            )
        ),
    ),
    main=(
        "dissolution_event",
        "publicised",
        "liquidation_group_formed",
        "group_published",
        "creditors_notified",
        "creditor_notice_published",
        "claims_open",
        "assets_settled",
        "report_confirmed",
        "tax_cleared",
        "applied",
        "under_review",
        "deciding",
        "issuing",
        "archiving",
        "deregistered",
    ),
    accepts={
        **dict.fromkeys(
            (
                "dissolution_event",
                "publicised",
                *LIQUIDATING,
                "assets_settled",
                "report_confirmed",
            ),
            STEPS,
        ),
        "tax_cleared": CORRECT,
        "applied": WITHDRAW,
        "correction": CORRECT,
        "under_review": WITHDRAW,
        "deciding": WITHDRAW,
    },
)


@workflow.defn(name="general_deregistration")
class GeneralDeregistration(PartyEnded, Liquidation):
    tables = {"1": TABLE}

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        walked = dict.fromkeys(
            ("publicised", *LIQUIDATING, "assets_settled", "report_confirmed"), self.liquidate
        )
        return await self.conduct(
            {
                **walked,
                "dissolution_event": self.begin,
                "creditor_notice_published": self.announce,
                "tax_cleared": self.await_application,
                "applied": self.receive,
                "correction": self.await_corrected,
                "under_review": self.review,
                "deciding": self.decide_and_tell,
                "issuing": self.issue,
                "archiving": self.close_and_archive,
            }
        )

    def opened(self, opening: Command) -> None:
        facts = opening.data.get("facts", {})
        self.state.memo["facts"] = dict(facts)
        self.state.numbers |= {"uscc": str(facts.get("uscc", ""))}
        self.change(numbers=dict(self.state.numbers))

    # -- the entry, and by it the way ------------------------------------------------------------------

    async def begin(self) -> str:
        """The entry first: what it is decides which steps come next (实施细则 44)."""
        if "liquidation" not in self.state.memo:
            asked = await self.call("deregistration_entry")
            entry: dict[str, Any] = asked.answer.get("entry") or {}
            if asked.state == "done" and (reason := self._nothing_to_end(entry)):
                await self.serve(
                    "not_accepted",
                    reasons=[reason],
                    competent_body=_elsewhere(entry, self.case.office),
                    received_at=self.state.versions[-1].received_at,
                )
                return "not_accepted"
            facts = self.state.memo["facts"]
            way = way_of(str(facts["entity_kind"]), str(facts["cause"]))
            assert way is not None, "the form offers no other type"
            dissolved_on = date.fromisoformat(facts["dissolved_on"])
            self.begin_liquidation(way, str(facts["cause"]), dissolved_on)
            self.aside(self._tell_way())
        return await self.liquidate()

    def _nothing_to_end(self, entry: dict[str, Any]) -> str:
        """Why there is nothing here that this office could end; empty where there is."""
        facts = self.state.memo["facts"]
        if not entry:
            return "登记系统中没有这个统一社会信用代码的主体，请核对营业执照。"
        if entry["status"] == "deregistered":
            return "该主体已经注销，不用再申请。"
        if registrar := _elsewhere(entry, self.case.office):
            return f"该主体由{registrar}登记，本机关没有管辖权，请向{registrar}申请。"
        if entry["entity_type"] != facts["entity_kind"]:
            return "申请书写的主体类型与登记的不一致，请核对营业执照后重新申请。"
        if entry["name"] != self.state.title:
            return f"申请书写的名称与登记的“{entry['name']}”不一致，请核对营业执照后重新申请。"
        if (entry["status"] == "revoked") != (facts["cause"] == "revoked"):
            return (
                "申请书写的解散原因与登记系统中是否被吊销营业执照的记载不一致，请核对后重新申请。"
            )
        return ""

    async def _tell_way(self) -> None:
        if self.way.liquidates:
            await self.serve("receipt", clock=None, received_at=self.state.versions[0].received_at)
        keys = [key for key in self.kept["clocks"].values()]
        apply_clock = self.kept.get("apply_clock")
        await self.serve(
            "liquidation_told",
            way=self.way.code,
            clocks=[*keys, *([apply_clock] if apply_clock else [])],
        )

    # -- 申请注销登记, 受理 -------------------------------------------------------------------------------

    async def await_application(self) -> str:
        """With a liquidation the file is completed by its report; without one it was complete from the start."""
        if self.way.liquidates:
            before = self.state.memo.setdefault("before", self.state.versions[-1].version)
            await self.wait(lambda: self.state.versions[-1].version > before)
        return "applied"

    def check_resubmit(self, command: Command) -> None:
        super().check_resubmit(command)
        facts, known = command.data.get("facts", {}), self.state.memo["facts"]
        fixed = ("uscc", "entity_kind", "cause", "dissolved_on")
        if any(facts.get(f) != known[f] for f in fixed):
            told = "主体、解散原因和解散日期已经按原申请办理，不能改动；写错的，请撤回后重新申请"
            raise Refused(Refusal.INVALID_ANSWERS, told)
        if self.way.liquidates:
            ended = self.day_of(Step.SETTLE_ASSETS).isoformat()
            if facts.get("liquidation_ended_on") != ended:
                told = f"请填写清算结束日期，应当与填报的{ended}一致，并上传清算报告"
                raise Refused(Refusal.INVALID_ANSWERS, told, {"/liquidation_ended_on": told})

    async def receive(self) -> str:
        """The application in time or late (D15, D16, D19), the registers' facts, then acceptance (实施细则 18)."""
        if "applied" not in self.done:
            received = civil_date(self.state.versions[-1].received_at)
            self.done["applied"] = {"on": received.isoformat()}
            if (key := self.kept.get("apply_clock")) is not None:
                self.judge("applied", key, received)
            self.show_liquidation()
        await self._look()
        return await self.accept()

    async def await_corrected(self) -> str:
        await self.await_correction()
        return "applied"

    async def _look(self) -> None:
        """What the registers say now of what must be there before the entry ends (条例 32; 实施细则 46)."""
        seq = int(self.state.memo.get("looks", 0)) + 1
        self.state.memo["looks"] = seq
        seen = await self.call("deregistration_checks", seq=seq)
        if seen.state == "done":
            self.state.memo["entry"] = seen.answer["entry"]
            self.put_facts([Fact.model_validate(f) for f in seen.answer["facts"]])
        claims = sum(o.kind == "claim" for o in self.state.objections)
        if claims:
            self.put_facts([_claims(claims)])

    # -- 审查, 核准, 注销登记 ------------------------------------------------------------------------------

    def after_review(self, form: Review) -> str:
        return "deciding"

    def lawful_to_grant(self) -> list[str]:
        bars = super().lawful_to_grant()
        if not self.state.memo.get("entry"):
            bars.append("登记系统的核查结果还没有返回")
        return bars

    async def decide_and_tell(self) -> str:
        await self._look()
        if await self.decide() is DecisionOutcome.REFUSE:
            self._end_notices()
            return await self.refuse()
        return "issuing"

    async def issue(self) -> str:
        """The register ends the entry; the licence is void, the name barred for a year (N03)."""
        attempt = int(self.state.memo.get("register_attempts", 0)) + 1
        self.state.memo["register_attempts"] = attempt
        effect = await self.call("deregister_enterprise", seq=attempt, way="general")
        if effect.state != "done":
            self.note_register_refused(
                effect.answer.get("message"),
                rule="注销登记应当符合登记系统的法定校验",
                cite="条例第32条",
            )
            return "deciding"
        self.stop_clock(self.state.memo["decision_clock"])
        ended = effect.answer
        self.state.decision |= {
            "deregistered_at": ended["deregistered_at"],
            "voided_licence": ended.get("voided_licence_number"),
            "voids_licences_of": ended["uscc"],
            "voids_as": "cancelled",
        }
        self.change(decision=dict(self.state.decision))
        self.record("deregistered", data={"voided": ended.get("voided_licence_number")})
        publication = None
        if self.row.clocks.publication:
            publication = self.start_clock(self.row.clocks.publication, self.now())
        await self.serve("grant", ended=ended)
        # The first try has the number of the entry, as it always had.
        self.state.memo["tried_publish_deregistration"] = attempt - 1
        published = await self.until_done(
            "publish_deregistration", once_passed_over=attempt, ended=ended
        )
        if published.state == "done":
            self.stop_clock(publication)
        await self.tell_listings(ended)
        return "archiving"

    def _end_notices(self) -> None:
        """What stood on our board for as long as the liquidation went on has told what it had to."""
        for notice in self.notices_running():
            self.end_notice(notice, "expired")

    async def close_and_archive(self) -> str:
        self._end_notices()
        await self.archive()
        return "deregistered"


def _elsewhere(entry: dict[str, Any], office: str) -> str | None:
    """The registrar of another division that has the entity."""
    division = entry.get("division", office)
    return None if division == office else registrar_of(division)


def _claims(count: int) -> Fact:
    return Fact(
        code="claims",
        state="open",
        fact=f"有 {count} 名债权人在公示期内申报债权，请核对清算报告是否已经处理",
        rule="债权人应当在申报期内申报债权，清算组应当登记债权",
        cite="公司法第235条",
    )
