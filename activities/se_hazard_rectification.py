"""Hazards of special equipment: what the platform says of a device, what it is told, and the papers. law.md §2.15."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final

from activities.context import CaseView
from activities.paper_fields import Fields, due, full_stop, remedies
from activities.paperwork import moment, paper
from activities.register_calls import effect, inquiry
from activities.related_filing import filled_by
from activities.suspensions import resumption, suspension
from domain.contracts import Fact, PaperOrder, RegisterCall
from domain.hazards import GRADE_NAMES, Grade
from domain.related import RelatedOrder
from forms.se_hazard_rectification import FACT_OPTIONS, Application
from law.equipment_catalogue import kind_in_words
from law.zone import civil_date, day_zh, local
from registers import equipment
from storage import hazard_board, prohibitions

STEM: Final = "se_hazard_rectification"
RULES: Final = "《特种设备安全监督检查办法》"
LAW: Final = "《中华人民共和国特种设备安全法》"
STATES: Final = {
    equipment.DeviceState.UNREGISTERED: "没有办理使用登记",
    equipment.DeviceState.IN_USE: "在用",
    equipment.DeviceState.STOPPED: "停用",
    equipment.DeviceState.SCRAPPED: "已经报废",
}

paper("suspension", STEM)(suspension)
paper("resumption", STEM)(resumption)


def application(view: CaseView) -> Application:
    assert isinstance(view.form, Application)
    return view.form


# -- other cases of the device ---------------------------------------------------------------------------


@inquiry("other_hazards")
async def other_hazards(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """Other hazards of the device that this office has open: a fact for whoever works on this one, no reason to refuse."""
    async with view.means.engine.connect() as connection:
        others = await hazard_board.open_of_device(
            connection, view.case.office, application(view).device_code, but=view.case_id
        )
    if not others:
        return {"facts": []}
    listed = "；".join(f"{one.number}（{day_zh(civil_date(one.opened_at))}立案）" for one in others)
    fact = Fact(
        code="other_hazard",
        state="open",
        fact=f"这台设备另有没有办结的隐患办件：{listed}",
        rule="先核对是不是同一隐患，由办理人员协调，同一隐患只发一份监察指令书",
        cite="本局规则（待核）",
    )
    return {"facts": [fact.model_dump()]}


# -- the platform --------------------------------------------------------------------------------------


@inquiry("device_checks")
async def device_checks(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """What the platform has under the code; each thing that an inspection must not overlook beside its rule."""
    form = application(view)
    device = await view.means.registers.equipment.device(form.device_code)
    async with view.means.engine.connect() as connection:
        others = await prohibitions.of_others(connection, form.device_code, view.case_id)
    facts = list(_facts(form, device, civil_date(order.at), [ground.number for ground in others]))
    return {"facts": [f.model_dump() for f in facts]}


def _facts(
    form: Application, device: equipment.Device | None, today: date, others: Sequence[str]
) -> Iterator[Fact]:
    if device is None:
        yield _fact("device", "open", "监管平台没有这台设备，请核对设备代码和铭牌", f"{LAW}第33条")
        return
    wrong = [] if device.uscc == form.uscc else [f"平台登记的使用单位是{device.unit}"]
    state = "bad" if device.state is equipment.DeviceState.SCRAPPED else "ok"
    if wrong or device.state is equipment.DeviceState.UNREGISTERED:
        state = "bad" if state == "bad" else "open"
    said = f"{kind_in_words(device.kind)}，{STATES[device.state]}，{device.place}"
    yield _fact("device", state, "；".join([said, *wrong]), f"{LAW}第33条")
    yield _inspected(device, today)
    if device.use_prohibited or others:
        said = f"{'、'.join(others) or '另一办件'}已经责令停止使用"
        yield _fact("device_prohibited", "open", said, "本局规则（待核）")


def _inspected(device: equipment.Device, today: date) -> Fact:
    until = device.inspection_valid_until
    stopped = device.state is not equipment.DeviceState.IN_USE
    if until is not None and until >= today:
        said, state = f"检验有效期至{day_zh(until)}", "ok"
    else:
        said = "没有检验记录" if until is None else f"检验有效期已于{day_zh(until)}届满"
        state = "open" if stopped else "bad"
    return _fact("device_inspected", state, said, f"{LAW}第40条")


def _fact(code: str, state: str, fact: str, cite: str) -> Fact:
    rules = {
        "device": "使用单位应当办理使用登记",
        "device_inspected": "未经定期检验或者检验不合格的，不得继续使用",
        "device_prohibited": "停止使用的设备，由作出决定的办件恢复",
    }
    return Fact(code=code, state=state, fact=fact, rule=rules[code], cite=cite, source="equipment")


@effect("report_hazard")
async def report_hazard(view: CaseView, order: RegisterCall) -> equipment.ReportHazard:
    """args: `recipient` (higher, government), `summary`. What the platform does not know is reported without its code."""
    form = application(view)
    known = await view.means.registers.equipment.device(form.device_code)
    return equipment.ReportHazard(
        case_ref=order.case_id,
        recipient=equipment.Recipient(order.args["recipient"]),
        device=form.device_code if known is not None else None,
        unit=form.name,
        uscc=form.uscc,
        grade=Grade(view.case.decision["grade"]),
        summary=order.args["summary"][:4000],
    )


@filled_by("seizure")
async def seizure_of_hazard(view: CaseView, order: RelatedOrder) -> dict[str, Any]:
    """What is seized is named by the inspection; unit and place are the hazard's."""
    form, fill = application(view), order.data["fill"]
    number = view.case.numbers.get("case", "")
    return {
        "uscc": form.uscc,
        "name": form.name,
        "kind": "seal",
        "items": fill["items"],
        "place": form.place,
        "ground": f"特种设备隐患（{number}）：{fill['ground']}"[:4000],
        "seized_at": fill["seized_at"] or None,
    }


# -- papers --------------------------------------------------------------------------------------------


def _lines(view: CaseView) -> list[dict[str, str]]:
    form, decision = application(view), view.case.decision
    found = [FACT_OPTIONS[code][0] for code in decision.get("found", ())]
    again = decision.get("recheck_record", "") if decision.get("found_again") else ""
    return [
        {"label": "使用单位", "value": f"{form.name}（{form.uscc}）"},
        {"label": "设备代码", "value": form.device_code},
        {"label": "设备所在地点", "value": form.place},
        {"label": "发现的问题", "value": "；".join(found)},
        {"label": "检查情况", "value": decision.get("record", "")},
        *([{"label": "复查情况", "value": again}] if again else []),
        {"label": "检查人员", "value": "、".join(decision.get("officers", ()))},
    ]


def _grade(view: CaseView) -> str:
    return GRADE_NAMES[Grade(view.case.decision["grade"])]


@paper("stop_use_order", STEM)
async def stop_use_order(view: CaseView, order: PaperOrder) -> Fields:
    return "office_letter", {
        "name": view.row.papers["stop_use_order"],
        "paragraphs": [
            f"经检查，你单位使用的特种设备存在下列问题（{_grade(view)}）。现责令立即停止使用该设备。",
            "隐患消除、经本机关复查通过以前，不得使用。",
        ],
        "entries": _lines(view),
        "basis": f"{RULES}第二十三条、第二十五条",
        "remedies": remedies(view),
    }


@paper("instruction", STEM)
async def instruction(view: CaseView, order: PaperOrder) -> Fields:
    again = "上次要求整改的隐患经复查没有消除。" if order.seq > 1 else ""
    oral = order.data["oral_at"]
    said = f"本机关已于{local(moment(oral)):%Y年%m月%d日%H时%M分}口头要求整改，" if oral else ""
    measures = [
        {"label": f"整改事项{n}", "value": text} for n, text in enumerate(order.data["measures"], 1)
    ]
    return "office_letter", {
        "name": view.row.papers["instruction"],
        "paragraphs": [
            f"{again}经检查，你单位使用的特种设备存在下列问题（{_grade(view)}）。{said}现要求在下列期限内完成整改，并书面报告整改情况。",
            "本机关收到整改报告后10个工作日内复查。不执行监察指令的，依照办法第三十六条处理。",
        ],
        "entries": [*_lines(view), *measures][:30],
        "due": due(view, order.data["clock"]),
        "due_label": "完成整改的最后一天",
        "basis": f"{LAW}第六十二条；{RULES}第二十三条、第二十九条",
        "remedies": remedies(view),
    }


@paper("extension", STEM)
async def extension(view: CaseView, order: PaperOrder) -> Fields:
    return "office_letter", {
        "name": view.row.papers["extension"],
        "paragraphs": [f"经批准，整改期限延长。理由：{full_stop(order.data['reason'])}"],
        "entries": _lines(view),
        "due": due(view, order.data["clock"]),
        "due_label": "延长后完成整改的最后一天",
        "basis": f"{RULES}第二十三条、第二十九条",
    }


@paper("hazard_report", STEM)
async def upward_report(view: CaseView, order: PaperOrder) -> Fields:
    again = {1: "", 2: "两次发出监察指令书，经复查隐患仍没有消除。"}.get(
        order.seq, "已经报告的隐患，复查又发现问题。"
    )
    return "office_letter", {
        "recipient": view.office.city_authority,
        "name": view.row.papers["hazard_report"],
        "paragraphs": [f"{again}本机关在监督检查中发现下列问题（{_grade(view)}），现予报告。"],
        "entries": _lines(view),
        "due": due(view, order.data["clock"]),
        "due_label": "报告的最晚时间（及时；24小时为本局规则，待核）",
        "basis": f"{LAW}第六十三条；{RULES}第三十条",
    }


@paper("government_report", STEM)
async def government_report(view: CaseView, order: PaperOrder) -> Fields:
    return "office_letter", {
        "recipient": "当地人民政府",
        "name": view.row.papers["government_report"],
        "paragraphs": [
            f"本机关在监督检查中发现下列问题（{_grade(view)}），需要支持、配合：{full_stop(order.data['wanted'])}"
        ],
        "entries": _lines(view),
        "basis": f"{LAW}第六十三条",
    }


@paper("penalty_lead", STEM)
async def penalty_lead(view: CaseView, order: PaperOrder) -> Fields:
    return "office_letter", {
        "recipient": f"{view.office.name}执法机构",
        "name": view.row.papers["penalty_lead"],
        "paragraphs": [
            "下列单位经两次监察指令，复查仍没有消除隐患，涉嫌不执行监察指令，现移送查处。",
            f"最近一次复查情况：{full_stop(view.case.decision['recheck_record'])}",
        ],
        "entries": _lines(view),
        "basis": f"{RULES}第三十六条",
    }


@paper("closing", STEM)
async def closing(view: CaseView, order: PaperOrder) -> Fields:
    return "office_letter", {
        "name": view.row.papers["closing"],
        "paragraphs": [
            "经复查，下列隐患已经消除，予以销案。",
            f"复查情况：{full_stop(view.case.decision['recheck_record'])}",
        ],
        "entries": _lines(view),
        "basis": f"{RULES}第二十九条",
    }


@paper("report_noted", STEM)
async def report_noted(view: CaseView, order: PaperOrder) -> Fields:
    """The unit is told that its report counts as received in time, whatever the record said before."""
    received = day_zh(date.fromisoformat(order.data["received_on"]))
    return "office_letter", {
        "name": view.row.papers["report_noted"],
        "paragraphs": [
            f"你单位的整改报告于{received}收到，在整改期限内；本机关于{order.data['entered']}补录。"
            "此前“整改期限届满，没有收到整改报告”的记录作废。",
            "本机关自收到整改报告之日起10个工作日内复查。",
        ],
        "entries": _lines(view),
        "due": due(view, order.data["clock"]),
        "due_label": "复查的最后一天",
        "basis": f"{RULES}第二十九条",
    }
