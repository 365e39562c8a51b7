"""What the market register has of the unit, and the letters of an accident of special equipment. law.md §2.16."""

from datetime import date
from typing import Any, Final

from activities.context import CaseView
from activities.paper_fields import Fields, basis_of, due, full_stop
from activities.paperwork import moment, paper
from activities.register_calls import inquiry
from activities.suspensions import resumption, suspension
from domain.contracts import Fact, PaperOrder, RegisterCall
from forms.se_accident_report import REPORTED_BY_LABELS, Application
from law.accidents import AccidentClass
from law.clocks import find_clock
from law.zone import civil_date, day_zh, local
from storage.accident_reports import Reported, others_open

STEM: Final = "se_accident_report"
REGULATION: Final = "《特种设备安全监察条例》"
ACT: Final = "《中华人民共和国特种设备安全法》"
RULES: Final = "《特种设备事故报告和调查处理规定》（未见原文，待核）"
STATE: Final = "国家市场监督管理总局"

# Its investigation may stand still for a technical test (Q14), as terms of other kinds may.
paper("suspension", STEM)(suspension)
paper("resumption", STEM)(resumption)


def application(view: CaseView) -> Application:
    assert isinstance(view.form, Application)
    return view.form


@inquiry("accident_unit")
async def accident_unit(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """The unit's entry beside what was told by telephone; a wrong name is said, nothing waits for it."""
    form = application(view)
    found = await view.means.registers.market.enterprise(form.uscc)
    if found is None:
        wrong = "登记系统中没有这个统一社会信用代码"
    elif found.name != form.name:
        wrong = f"报告的名称是“{form.name}”，登记的名称是“{found.name}”"
    elif found.status != "active":
        wrong = "已经注销或者被吊销营业执照"
    else:
        wrong = ""
    fact = Fact(
        code="accident_unit",
        state="open" if wrong else "ok",
        fact=wrong or f"{form.name}，存续",
        rule="事故报告应当写明事故发生单位的名称",
        cite="特种设备事故报告和调查处理规定（待核）",
        source="market",
    )
    async with view.means.engine.connect() as connection:
        others = await others_open(connection, view.case_id, form.uscc, form.device_code)
    return {"facts": [f.model_dump() for f in (fact, *_told_before(others))]}


def _told_before(others: list[Reported]) -> list[Fact]:
    """Open reports of the same unit or device: whoever verifies says whether they are of the same accident."""
    if not others:
        return []
    named = "、".join(f"{o.number}（{minute(o.opened_at)}立案）" for o in others)
    fact = Fact(
        code="accident_duplicate",
        state="open",
        fact=f"同一单位或者同一设备另有在办的事故报告：{named}，请核实是不是同一事故",
        rule="同一事故只上报一次，重复报告的并入原件，新的情况在原件中补报（本局规则，待核）",
        cite="本局规则，待核",
    )
    return [fact]


def minute(value: Any) -> str:
    at = moment(value)
    return f"{day_zh(civil_date(at))}{local(at):%H:%M}"


def lines(view: CaseView, order: PaperOrder) -> list[dict[str, str]]:
    """What every letter says of the accident: as it stood when the letter was ordered, where the order says it."""
    form, kept = application(view), view.case.decision
    grade = AccidentClass(kept["grade"]).label if kept.get("grade") else ""
    told = {"harm": kept.get("harm", ""), "grade": grade} | order.data
    found = [
        ("事故发生单位", f"{form.name}（{form.uscc}）"),
        ("事故发生时间", minute(form.happened_at)),
        ("事故地点", form.place),
        ("设备", form.equipment.label + (f"，代码{form.device_code}" if form.device_code else "")),
        ("伤亡、损失和情形", told["harm"]),
        ("事故等级", told["grade"]),
    ]
    return [{"label": label, "value": value} for label, value in found if value]


def government(view: CaseView) -> str:
    return f"{view.office.name.removesuffix('市场监督管理局')}人民政府"


def addressee(view: CaseView, level: str) -> str:
    return {
        "government": government(view),
        "city": view.office.city_authority,
        "province": view.office.province_authority,
        "state": STATE,
    }[level]


def basis(view: CaseView, order: PaperOrder, *articles: str) -> str:
    """The articles that were read, and the clock's row, which says itself that it was not."""
    clock = view.clocks[order.data["clock"]]
    return "；".join((*articles, basis_of(find_clock(clock.clock_id))))


@paper("upward_report", STEM)
async def upward_report(view: CaseView, order: PaperOrder) -> Fields:
    form, told = application(view), order.data
    paragraphs = [
        f"{minute(form.told_at)}，本局接到{REPORTED_BY_LABELS[form.reported_by][0]}报告，"
        "发生特种设备事故。经核实，现将有关情况报告如下。"
        + ("" if told["to"] != "government" else "本报告同时报送上一级市场监督管理部门。"),
        full_stop(form.course),
    ]
    if told["raised"]:
        paragraphs.append("等级由负责人提高，理由：" + full_stop(told["raised"]))
    if told["skip"]:
        paragraphs.append("越级上报的理由：" + full_stop(told["skip"]))
    paragraphs.append(full_stop(told["unit"]))
    articles = [f"{REGULATION}第六十六条"]
    if told["skip"]:
        articles.append(f"{ACT}第七十条")
    return "office_letter", {
        "name": view.row.papers["upward_report"],
        "recipient": addressee(view, told["to"]),
        "paragraphs": paragraphs,
        "entries": lines(view, order),
        "closing": ["伤亡人数、损失等有变化的，本局将及时补报。"],
        "basis": basis(view, order, *articles),
    }


@paper("supplementary_report", STEM)
async def supplementary_report(view: CaseView, order: PaperOrder) -> Fields:
    told = order.data
    raised = f"事故等级提高为{told['grade']}。" if told["raised"] else ""
    levels = told.get("to") or ("government", "city")
    # Whoever investigates now may be none of those who were told first.
    recipients = [*(addressee(view, level) for level in levels), told.get("investigator", "")]
    return "office_letter", {
        "name": view.row.papers["supplementary_report"],
        "recipient": "、".join(dict.fromkeys(filter(None, recipients))),
        "paragraphs": ["前报事故的情况有下列变化，现予补报：" + full_stop(told["change"]) + raised],
        "entries": lines(view, order),
        "basis": basis(view, order, f"{REGULATION}第六十六条"),
    }


@paper("hand_over", STEM)
async def hand_over(view: CaseView, order: PaperOrder) -> Fields:
    told = order.data
    return "office_letter", {
        "name": view.row.papers["hand_over"],
        "recipient": told["to"],
        "paragraphs": [
            f"下列事故为{told['grade']}，依法由你机关组织调查。本局已经保护现场，现将有关材料移交，"
            "并将配合调查。",
            "移交的材料：" + full_stop(told["materials"]),
        ],
        "entries": lines(view, order),
        "due": due(view, told["clock"]),
        "due_label": "提交事故调查报告的最后一天",
        "basis": f"{ACT}第七十二条；{REGULATION}第六十七条",
    }


@paper("chase", STEM)
async def chase(view: CaseView, order: PaperOrder) -> Fields:
    return "office_letter", {
        "name": view.row.papers["chase"],
        "recipient": order.data["to"],
        "paragraphs": [
            "下列事故已经移交你机关调查，本局尚未收到经批复的事故调查报告。请函告进展；报告已经批复的，请予送达。"
        ],
        "entries": lines(view, order),
        "due": due(view, order.data["clock"]),
        "due_label": "提交事故调查报告的最后一天",
        "basis": f"{REGULATION}第六十七条、第六十八条",
    }


@paper("extension", STEM)
async def extension(view: CaseView, order: PaperOrder) -> Fields:
    """The government extends (Q14); the unit is told of what was approved there."""
    told = order.data
    before = day_zh(date.fromisoformat(told["original_due"]))
    return "office_letter", {
        "name": view.row.papers["extension"],
        "paragraphs": [
            f"下列事故的调查期限原定{before}届满，经有权的人民政府负责人批准延长：{full_stop(told['reason'])}"
        ],
        "entries": lines(view, order),
        "due": due(view, told["clock"]),
        "due_label": "提交事故调查报告的最后一天",
        "basis": basis(view, order, f"{REGULATION}第六十七条"),
    }


@paper("follow_up", STEM)
async def follow_up(view: CaseView, order: PaperOrder) -> Fields:
    told = order.data
    until = day_zh(date.fromisoformat(told["due_on"]))
    return "office_letter", {
        "name": view.row.papers["follow_up"],
        "paragraphs": [
            "根据经批复的事故调查报告，你单位应当完成下列整改：" + full_stop(told["measures"]),
            f"请在{until}以前完成，并书面报告本局。本局将派两名以上执法人员现场查看。",
        ],
        "entries": lines(view, order),
        "basis": f"{REGULATION}第六十八条、第七十条；{RULES}",
    }
