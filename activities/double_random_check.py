"""Of one drawn target's check (双随机抽查): its publication at NECIPS, its papers, and a proposal to list."""

from datetime import date
from typing import Any, Final

from activities.context import CaseView
from activities.paper_fields import Fields, full_stop, remedies
from activities.paperwork import paper
from activities.register_calls import effect, inquiry
from activities.related_filing import filled_by
from domain.contracts import PaperOrder, RegisterCall
from domain.officer_certificates import EQUIPMENT_CHECK, OTHER_CHECK, of_name
from domain.related import RelatedOrder
from forms.double_random_check import Application
from forms.double_random_results import result_name
from law.zone import day_zh
from registers import ports
from storage.officer_certificates import inspectors

STEM: Final = "double_random_check"


def check(view: CaseView) -> Application:
    assert isinstance(view.form, Application)
    return view.form


@effect("publish_inspection")
async def publish_inspection(view: CaseView, order: RegisterCall) -> ports.PublishNotice:
    """一公开 on NECIPS. args: `result` in words, `checked_on`, `since`. Until when, no text that was read says: it stays."""
    form = check(view)
    checked = day_zh(date.fromisoformat(order.args["checked_on"]))
    return ports.PublishNotice(
        case_ref=order.case_id,
        kind=STEM,
        uscc=form.uscc,
        subject_name=form.name,
        title=f"{form.name}双随机抽查结果",
        text=f"抽查计划：{form.plan_name}（{form.plan}）。检查日期：{checked}。检查结果：{order.args['result']}。",
        open_from=date.fromisoformat(order.args["since"]),
    )


@inquiry("officers_able")
async def officers_able(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """`why_not`: name → why the person could not take part in the check on the day, "" for who could; no register is asked.

    args: `names`, `equipment` (whether units of special equipment are checked), `day`.
    """
    names, day = order.args["names"], date.fromisoformat(order.args["day"])
    demand = EQUIPMENT_CHECK if order.args["equipment"] else OTHER_CHECK
    async with view.means.engine.connect() as connection:
        serving = await inspectors(connection, view.case.office, names)
    held = [c for one in serving for c in one.certificates]
    known = {one.name for one in serving}
    why_not = {
        name: (demand.missing(name, of_name(held, name), day) or "")
        if name in known
        else f"{name}不是本机关在职的检查人员"
        for name in names
    }
    return {"why_not": why_not}


@filled_by("abnormal_operation_list")
async def proposal(view: CaseView, order: RelatedOrder) -> dict[str, Any]:
    """From the check that found the ground: the entity, and what the officers wrote."""
    form = check(view)
    return {"uscc": form.uscc, "name": form.name, **order.data["fill"]}


def _lines(form: Application) -> list[dict[str, str]]:
    return [
        {"label": "名称", "value": form.name},
        {"label": "统一社会信用代码", "value": form.uscc},
        {"label": "抽查计划", "value": f"{form.plan_name}（{form.plan}）"},
    ]


@paper("check_notice", STEM)
async def check_notice(view: CaseView, order: PaperOrder) -> Fields:
    form = check(view)
    visit = day_zh(date.fromisoformat(order.data["visit_on"]))
    return "office_letter", {
        "name": view.row.papers["check_notice"],
        "paragraphs": [
            "你（单位）经随机抽取列为检查对象。检查人员将出示执法证件，请安排人员配合并备好有关资料。",
            "检查事项：" + full_stop(form.matters),
        ],
        "entries": [
            *_lines(form),
            {"label": "检查日期", "value": visit},
            {"label": "检查人员", "value": "、".join(order.data["inspectors"])},
        ],
        "basis": form.basis,
    }


@paper("inspection_result", STEM)
async def inspection_result(view: CaseView, order: PaperOrder) -> Fields:
    form, result = check(view), order.data["result"]
    word = result_name(result["result"])
    told = [f"经检查，结果为：{word}。检查结果已经向社会公示。"]
    if result["details"]:
        told.append("情况说明：" + full_stop(result["details"]))
    checked = view.case.decision["checked_on"]
    return "office_letter", {
        "name": view.row.papers["inspection_result"],
        "paragraphs": told,
        "entries": [
            *_lines(form),
            {"label": "检查日期", "value": day_zh(date.fromisoformat(checked))},
            {"label": "检查结果", "value": word},
        ],
        "basis": form.basis,
    }


@paper("rectification_order", STEM)
async def rectification_order(view: CaseView, order: PaperOrder) -> Fields:
    form, result = check(view), order.data["result"]
    return "office_letter", {
        "name": view.row.papers["rectification_order"],
        "paragraphs": [
            "经检查，你（单位）存在下列问题：" + full_stop(result["details"]),
            "现责令你（单位）在下列日期前改正，并接受复查。期限由检查人员确定，法律没有统一规定（待核）。",
        ],
        "entries": [
            *_lines(form),
            {
                "label": "改正期限的最后一天",
                "value": day_zh(date.fromisoformat(result["rectify_until"])),
            },
        ],
        "basis": form.basis,
        "remedies": remedies(view),
    }
