"""Papers of the list of serious violations (严重违法失信名单): notice with the right to a hearing, decision, removal."""

from datetime import date
from typing import Final

from activities.context import CaseView
from activities.credit_lists import lines
from activities.paper_fields import Fields, full_stop, remedies
from activities.paperwork import moment, paper
from domain.contracts import PaperOrder
from forms.serious_violation_list import PENALTY_LABELS, Application
from law.credit_terms import longest_end
from law.zone import civil_date, day_zh

STEM: Final = "serious_violation_list"


def application(view: CaseView) -> Application:
    assert isinstance(view.form, Application)
    return view.form


def _penalty(form: Application) -> list[dict[str, str]]:
    return [
        {"label": "处罚决定书", "value": f"{form.penalised_by}{form.penalty_decision}"},
        {"label": "处罚种类", "value": PENALTY_LABELS[form.penalty][0]},
        {"label": "处罚决定日期", "value": day_zh(form.penalised_on)},
    ]


@paper("prior_notice", STEM)
async def prior_notice(view: CaseView, order: PaperOrder) -> Fields:
    form, found = application(view), view.case.decision["verified"]
    return "office_letter", {
        "name": view.row.papers["prior_notice"],
        "paragraphs": [
            "你（单位）受到下列行政处罚。经核实，违法行为性质恶劣、情节严重、社会危害较大，本机关拟将你（单位）列入严重违法失信名单，"
            "通过国家企业信用信息公示系统公示。",
            f"事实和理由：{full_stop(form.nature)}核实情况：{full_stop(found['record'])}",
            "在本机关作出决定之前，你（单位）有权陈述、申辩，并有权要求听证。可以到本机关窗口、邮寄或者电话提出。",
            "列入期间，不适用告知承诺、容缺受理、简易注销，并受到其他管理措施。",
        ],
        "entries": [*lines(view), *_penalty(form)],
        "basis": view.row.basis,
    }


@paper("listing", STEM)
async def listing(view: CaseView, order: PaperOrder) -> Fields:
    form, entry, decision = application(view), order.data["entry"], view.case.decision
    listed_at = moment(entry["listed_at"])
    heard = {
        "nothing": "你（单位）没有提出陈述、申辩，没有要求听证。",
        "stated": f"你（单位）提出了陈述、申辩，经复核：{full_stop(decision['statement']['record'])}",
        "hearing": "你（单位）要求听证，本机关已经组织听证，听取了意见。",
    }
    consent = decision.get("consent")
    agreed = f"经上一级市场监督管理部门同意（{consent['document']}），" if consent else ""
    until = longest_end("major_penalty", listed_at).legal_end
    return "office_letter", {
        "name": view.row.papers["listing"],
        "paragraphs": [
            f"你（单位）受到下列行政处罚，违法行为性质恶劣、情节严重、社会危害较大。{agreed}本机关决定将你（单位）列入严重违法失信名单，"
            "并通过国家企业信用信息公示系统公示。事实和理由：" + full_stop(decision["reasons"]),
            heard[decision["statement"]["answered"]],
            f"公示期最长到{day_zh(until)}（待核）。满最短公示期、履行义务、纠正违法行为的，可以申请信用修复；处罚被撤销的，撤销列入。",
        ],
        "entries": [
            *lines(view),
            *_penalty(form),
            {"label": "记录编号", "value": entry["entry_number"]},
            {"label": "列入日期", "value": day_zh(civil_date(listed_at))},
        ],
        "basis": view.row.basis,
        "remedies": remedies(view),
    }


@paper("not_listed", STEM)
async def not_listed(view: CaseView, order: PaperOrder) -> Fields:
    return "office_letter", {
        "name": view.row.papers["not_listed"],
        "paragraphs": [
            "本机关曾告知拟将你（单位）列入严重违法失信名单。经复核，决定不予列入。",
            full_stop(view.case.decision["reasons"]),
        ],
        "entries": [*lines(view), *_penalty(application(view))],
        "basis": view.row.basis,
    }


@paper("removal", STEM)
async def removal(view: CaseView, order: PaperOrder) -> Fields:
    annulled = order.data.get("annulled")
    why = "公示期届满，"
    if annulled:
        day = day_zh(date.fromisoformat(annulled["on"]))
        why = f"列入所依据的行政处罚已于{day}被撤销（{annulled['document']}），撤销列入，"
    return "office_letter", {
        "name": view.row.papers["removal"],
        "paragraphs": [
            f"{why}本机关已将你（单位）移出严重违法失信名单，国家企业信用信息公示系统不再公示该条记录。",
            *([full_stop(order.data["reasons"])] if annulled else []),
        ],
        "entries": [
            *lines(view),
            {"label": "记录编号", "value": view.case.decision["entry"]},
        ],
        "basis": view.row.basis,
    }
