"""Papers of a case: numbered, rendered as PDF/A, sealed, stored, each exactly once.

What a paper says is built from the case's rows by a builder per (procedure kind, paper); a procedure
adds its own in `activities/<stem>.py` with `@paper`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from temporalio import activity

from activities import papers
from activities.context import CaseView, Means, load
from activities.seal_provider import SealProvider
from domain.contracts import PaperOrder, PaperServed
from domain.verification import slug_of
from storage import numbers

# Returns the kind of `forms.papers.model` and its fields beside those every paper has.
Builder = Callable[[CaseView, PaperOrder], Awaitable[tuple[str, dict[str, Any]]]]
BUILDERS: dict[tuple[str, str], Builder] = {}
# The word of each paper's number series beside the procedure's own.
WORDS = {
    "receipt": "收",
    "acceptance": "受",
    "notice": "补",
    "not_accepted": "不受",
    "extension": "延",
    "suspension": "止",
    "resumption": "续",
    "grant": "准",
    "refusal": "不准",
    "renewed": "续",
    "licence": "证",
    "application": "申",
    "reservation": "保",
    "cancellation": "撤",
    "told": "告",
    "address_change": "限",
    "hosting_told": "告",
    "hosting_lead": "联",
    "address_order": "责",
    "liquidation_told": "清告",
    "compulsory_notice": "公",
    "stopped_told": "终告",
    "not_deregistered": "不注",
    "restored": "恢",
    "not_restored": "不恢",
    "ended": "终",
    "tolerance_notice": "容",
    "commitment": "诺",
    "supplement_receipt": "收补",
    "overrun_notice": "超",
    "order_to_publish": "责",
    "prior_notice": "告",
    "marking_notice": "标告",
    "listing": "列",
    "marking": "标",
    "not_listed": "不列",
    "revocation": "撤",
    "removal": "移",
    "precheck_result": "核",
    "announcement": "公",
    "termination_notice": "终",
    "lapse": "失",
    "annulment_notice": "公",
    "upward_report": "报",
    "supplementary_report": "补报",
    "hand_over": "调",
    "chase": "催",
    "follow_up": "督",
    "stop_use_order": "停",
    "instruction": "令",
    "hazard_report": "报",
    "government_report": "通",
    "penalty_lead": "移案",
    "report_noted": "收报",
    "closing": "销",
    "seizure_decision": "决",
    "release_decision": "解",
    "confiscation_notice": "处",
    "reminder": "提",
    "use_prohibited": "停",
    "overdue_order": "催",
    "changed": "变",
    "stopped": "停用",
    "restarted": "启",
    "scrapped": "注",
    "draw_record": "抽",
    "check_notice": "通",
    "inspection_result": "果",
    "rectification_order": "责",
}
# What others declare or sign is no paper of the office.
UNSEALED = frozenset({"application", "commitment"})

# 正本 and 副本 are two papers of equal force; a list must tell them apart.
COPIES = {"original": "（正本）", "duplicate": "（副本）"}


def paper(kind: str, *procedures: str) -> Callable[[Builder], Builder]:
    """Declare how a paper is built, for the named procedures or kinds of procedure."""

    def register(builder: Builder) -> Builder:
        for procedure in procedures:
            BUILDERS[(procedure, kind)] = builder
        return builder

    return register


def builder_of(view: CaseView, kind: str) -> Builder:
    """The procedure's own builder, else that of its kind (registration, licence)."""
    return BUILDERS.get((view.row.procedure, kind)) or BUILDERS[(view.row.kind, kind)]


def document_of(order: PaperOrder) -> str:
    return f"{order.case_id}:{order.kind}:{order.seq}"


async def content(view: CaseView, order: PaperOrder, number: str) -> tuple[str, dict[str, Any]]:
    """The kind of `forms.papers.model`, and all that the paper says: what every paper has, and its builder's own."""
    kind, fields = await builder_of(view, order.kind)(view, order)
    office = view.office
    return kind, {
        "number": number,
        "office": office.name,
        "recipient": view.case.title,
        "matter": view.row.title,
        "case_number": view.case.case_no or view.case.receipt_no,
        "issued_on": order.at.astimezone(numbers.SHANGHAI).date(),
        "verify_url": f"{view.means.public_url}/verify/{slug_of(document_of(order))}",
        "contact": f"{office.name}政务服务窗口，电话 {office.phone}，{office.hours}",
        "trial": view.means.trial,
        **fields,
    }


class PaperworkActivities:
    """One public activity: idempotent by (case, kind, seq)."""

    def __init__(self, means: Means, seals: SealProvider) -> None:
        self._means = means
        self._seals = seals

    @activity.defn(name="issue_paper")
    async def issue(self, order: PaperOrder) -> PaperServed:
        """Number (get-or-create), render with the order's instant (so the same bytes), seal, store."""
        view = await load(self._means, order.case_id)
        number = await self._number(view, order)
        kind, data = await content(view, order, number)
        title = view.row.papers.get(order.kind) or papers_title(view.row.procedure, order.kind)
        title += COPIES.get(str(order.data.get("copy_kind")), "")
        # Setting a page is CPU work: off the loop, where other effects wait for their answers.
        pdf = await asyncio.to_thread(papers.render, kind, data, timestamp=order.at)
        if order.kind not in UNSEALED:
            pdf = await self._seals.seal(pdf, signed_at=order.at)
        stored = await self._means.files.put(
            pdf, case_id=view.case_id, media_type="application/pdf", retention_class="permanent"
        )
        return PaperServed(
            document_id=document_of(order),
            kind=order.kind,
            number=number,
            title=title,
            sha256=stored.sha256,
            stored_id=stored.stored_id,
            size=stored.size,
            issued_at=order.at,
        )

    async def _number(self, view: CaseView, order: PaperOrder) -> str:
        if order.kind == "licence" and (given := order.data.get("entry", {}).get("licence_number")):
            return str(given)
        word = view.row.numbering.licence_word or view.row.numbering.word
        if order.kind != "licence":
            word = view.row.numbering.word + WORDS.get(order.kind, "")
        async with self._means.engine.begin() as connection:
            return await numbers.take(
                connection,
                case_id=view.case_id,
                kind=f"{order.kind}:{order.seq}" if order.kind != "licence" else "licence",
                series=f"{view.office.code}:{order.kind}:{word}",
                at=order.at,
                bureau=view.office.short,
                word=word,
            )


# What a registration's persons sign is no paper of the office: the catalogue's row does not name it.
APPLICATIONS = {
    "establishment_registration": "设立登记申请书",
    "change_registration": "变更登记申请书",
    "simple_deregistration": "全体投资人承诺书",
}
# Papers of every procedure, whose rows need not name them.
COMMON = {
    "suspension": "中止计算期限告知书",
    "resumption": "恢复计算期限告知书",
    "tolerance_notice": "容缺受理通知书",
    "commitment": "容缺后补承诺书",
    "supplement_receipt": "补正材料接收凭证",
    "overrun_notice": "超期告知书",
    "annulment_notice": "拟撤销登记公示",
}


def papers_title(procedure: str, kind: str) -> str:
    return APPLICATIONS.get(procedure, kind) if kind == "application" else COMMON.get(kind, kind)


def moment(value: Any) -> datetime:
    """An instant from an order's JSON."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
