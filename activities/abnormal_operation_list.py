"""Papers of the list of abnormal operations (经营异常名录), and of the mark of an individual: order, notice, decision."""

from datetime import date
from typing import Final

from activities.context import CaseView
from activities.credit_lists import LISTS_CITE, lines
from activities.paper_fields import Fields, due, full_stop, remedies
from activities.paperwork import moment, paper
from domain.contracts import PaperOrder
from forms.abnormal_operation_list import Application
from law.zone import civil_date, day_zh

STEM: Final = "abnormal_operation_list"
RULES: Final = "《企业经营异常名录管理办法》（2025年修订，待核）"


def application(view: CaseView) -> Application:
    assert isinstance(view.form, Application)
    return view.form


def _what(view: CaseView) -> str:
    """被列入经营异常名录, or of an individual 被标记为经营异常状态."""
    return "标记为经营异常状态" if view.case.decision.get("marked") else "列入经营异常名录"


@paper("order_to_publish", STEM)
async def order_to_publish(view: CaseView, order: PaperOrder) -> Fields:
    form = application(view)
    return "office_letter", {
        "name": view.row.papers["order_to_publish"],
        "paragraphs": [
            f"经查，你（单位）应当公示的下列信息没有公示：{full_stop(form.information or '')}",
            "现责令你（单位）在下列期限内通过国家企业信用信息公示系统公示。逾期不公示的，"
            f"经核实后{_what(view)}。",
        ],
        "entries": lines(view)[:2],
        "due": due(view, order.data["clock"]),
        "due_label": "公示的最后一天",
        "basis": f"{LISTS_CITE}；{RULES}",
        "remedies": remedies(view),
    }


@paper("prior_notice", STEM)
@paper("marking_notice", STEM)
async def prior_notice(view: CaseView, order: PaperOrder) -> Fields:
    found = view.case.decision["verified"]
    return "office_letter", {
        "name": view.row.papers[order.kind],
        "paragraphs": [
            f"经核实，你（单位）存在下列情形。本机关拟将你（单位）{_what(view)}，通过国家企业信用信息公示系统公示。",
            "在本机关作出决定之前，你（单位）有权陈述、申辩；情形已经改正的，请提交证明。"
            "可以到本机关窗口、邮寄或者电话提出。",
        ],
        "entries": [
            *lines(view),
            {"label": "核实日期", "value": day_zh(date.fromisoformat(found["checked_on"]))},
            {"label": "核实情况", "value": found["record"]},
        ],
        "basis": f"{LISTS_CITE}；{RULES}",
    }


@paper("listing", STEM)
@paper("marking", STEM)
async def listing(view: CaseView, order: PaperOrder) -> Fields:
    entry, statement = order.data["entry"], view.case.decision["statement"]
    heard = {
        "nothing": "你（单位）没有提出陈述、申辩。",
        "rejected": f"你（单位）提出了陈述、申辩，经复核不予采纳：{full_stop(statement['record'])}",
        "adopted": f"你（单位）提出了陈述、申辩，经复核：{full_stop(statement['record'])}",
    }
    return "office_letter", {
        "name": view.row.papers[order.kind],
        "paragraphs": [
            f"经核实，你（单位）存在下列情形，本机关决定将你（单位）{_what(view)}，并通过国家企业信用信息公示系统公示。"
            "事实和理由：" + full_stop(view.case.decision["reasons"]),
            heard[statement["stated"]],
            "情形改正后，可以向本机关申请"
            + ("恢复正常记载状态" if entry["marked"] else "移出")
            + "。没有移出的，不适用简易注销、容缺受理。",
        ],
        "entries": [
            *lines(view),
            {"label": "记录编号", "value": entry["entry_number"]},
            {
                "label": "标记日期" if entry["marked"] else "列入日期",
                "value": day_zh(civil_date(moment(entry["listed_at"]))),
            },
        ],
        "basis": f"{LISTS_CITE}；{RULES}",
        "remedies": remedies(view),
    }


@paper("not_listed", STEM)
async def not_listed(view: CaseView, order: PaperOrder) -> Fields:
    return "office_letter", {
        "name": view.row.papers["not_listed"],
        "paragraphs": [
            f"本机关曾告知拟将你（单位）{_what(view)}。经复核，决定不予{_what(view)}。",
            full_stop(view.case.decision["reasons"]),
        ],
        "entries": lines(view),
        "basis": f"{LISTS_CITE}；{RULES}",
    }
