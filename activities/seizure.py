"""Papers of a seizure (查封、扣押): the decision with its list and term, its extension and suspension, the lifting. 行政强制法 18, 19, 25, 28."""

from typing import Final

from activities.context import CaseView
from activities.paper_fields import Fields, due, full_stop, remedies
from activities.paperwork import moment, paper
from activities.suspensions import resumption, suspension
from domain.contracts import PaperOrder
from forms.seizure import KIND_LABELS, Application
from law.zone import local

STEM: Final = "seizure"
LAW: Final = "《中华人民共和国行政强制法》"

paper("suspension", STEM)(suspension)
paper("resumption", STEM)(resumption)


def application(view: CaseView) -> Application:
    assert isinstance(view.form, Application)
    return view.form


def _lines(view: CaseView) -> list[dict[str, str]]:
    form = application(view)
    items = [{"label": f"清单{n}", "value": item} for n, item in enumerate(form.items[:20], 1)]
    if len(form.items) > len(items):
        items.append({"label": "其余", "value": "；".join(form.items[20:])})
    seized = view.case.decision.get("seized_at") or (
        form.seized_at.isoformat() if form.seized_at else ""
    )
    at = (
        [{"label": "实施时间", "value": f"{local(moment(seized)):%Y年%m月%d日%H时%M分}"}]
        if seized
        else []
    )
    return [
        {"label": "当事人", "value": f"{form.name}（{form.uscc}）"},
        {"label": "措施", "value": KIND_LABELS[form.kind][0]},
        {"label": "地点", "value": form.place},
        *at,
        {"label": "执法人员", "value": "、".join(view.case.decision.get("officers", ()))},
        *items,
    ]


@paper("seizure_decision", STEM)
async def seizure_decision(view: CaseView, order: PaperOrder) -> Fields:
    form = application(view)
    return "office_letter", {
        "name": view.row.papers["seizure_decision"],
        "paragraphs": [
            f"事实和依据：{full_stop(form.ground)}",
            "本机关决定采取下列措施。期限届满没有依法延长的，必须解除；检测、检验、检疫或者技术鉴定的期间不计入期限。",
        ],
        "entries": _lines(view),
        "due": due(view, order.data["clock"]),
        "due_label": "期限的最后一天",
        "basis": f"{LAW}第十八条、{'第十九条、' if form.seized_at else ''}第二十五条",
        "remedies": remedies(view),
    }


@paper("extension", STEM)
async def extension(view: CaseView, order: PaperOrder) -> Fields:
    return "office_letter", {
        "name": view.row.papers["extension"],
        "paragraphs": [
            f"经本机关负责人批准，查封、扣押的期限延长一次。理由：{full_stop(order.data['reason'])}"
        ],
        "entries": _lines(view),
        "due": due(view, order.data["clock"]),
        "due_label": "延长后的最后一天",
        "basis": f"{LAW}第二十五条",
        "remedies": remedies(view),
    }


@paper("release_decision", STEM)
async def release_decision(view: CaseView, order: PaperOrder) -> Fields:
    why = full_stop(order.data["reasons"])
    return "office_letter", {
        "name": view.row.papers["release_decision"],
        "paragraphs": [f"本机关决定解除下列查封、扣押，退还财物。理由：{why}"],
        "entries": _lines(view),
        "basis": f"{LAW}第二十八条",
    }


@paper("confiscation_notice", STEM)
async def confiscation_notice(view: CaseView, order: PaperOrder) -> Fields:
    decision = view.case.decision
    return "office_letter", {
        "name": view.row.papers["confiscation_notice"],
        "paragraphs": [
            f"下列查封、扣押的财物已经由{decision['document']}依法处理。{full_stop(decision['end_reasons'])}"
        ],
        "entries": _lines(view),
        "basis": "见处罚决定书（行政强制法关于处理的条款未见原文，待核）",
        "remedies": remedies(view),
    }
