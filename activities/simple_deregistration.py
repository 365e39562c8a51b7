"""What a simple deregistration asks of the registers beside its grounds, and its papers. 条例 33; 实施细则 47–49; 公司法 240."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from activities.context import CaseView
from activities.deregistration import name_barred_until
from activities.paper_fields import Fields, due, full_stop, noticed_at, remedies
from activities.paperwork import moment, paper
from activities.register_calls import effect
from domain.contracts import PaperOrder, RegisterCall
from forms.change_registration import LICENCE_PAPER_LABELS
from forms.papers.base import REGISTRATION
from forms.simple_deregistration import DEBT_LABELS, LEAVER_LABELS, Application, Leaver
from law.calendars import default_calendars
from law.clocks import find_clock
from law.deadlines import deadline
from law.simple_deregistration import TOLERANCE, title_of
from law.zone import civil_date, day_zh
from registers import ports

STEM: Final = "simple_deregistration"
COMPANY_LAW: Final = "《中华人民共和国公司法》第二百四十条"
RULES: Final = "《市场主体登记管理条例实施细则》"
# The grounds cite briefly.
SHORT: Final = f"（表中“条例”指{REGISTRATION}，“实施细则”指{RULES}）"
# 条例 33; 实施细则 48: the words that every investor signs.
COMMITMENT: Final = (
    "本企业申请简易注销登记前，未发生债权债务或者已将债权债务清偿完结，未发生或者已结清清偿费用、职工工资、社会保险费用、"
    "法定补偿金、应缴纳税款（滞纳金、罚款），不存在不适用简易注销程序的情形。全体投资人对以上承诺的真实性承担法律责任；"
    "承诺不实的，依照法律规定承担相应的责任。"
)


def application(view: CaseView) -> Application:
    assert isinstance(view.form, Application)
    return view.form


# -- effects -----------------------------------------------------------------------------------------


@effect("publish_leaving")
async def publish_leaving(view: CaseView, order: RegisterCall) -> ports.PublishNotice:
    """The notice at NECIPS, from its day to the legal end of the period (D01)."""
    form, day = application(view), civil_date(order.at)
    clock = view.row.clocks.notice
    assert clock is not None, "the row names the clock of the notice"
    end = deadline(find_clock(clock), day, default_calendars())
    return ports.PublishNotice(
        case_ref=order.case_id,
        kind=STEM,
        uscc=form.uscc,
        subject_name=form.company,
        title="简易注销公告",
        text=f"{form.company}拟申请简易注销登记。全体投资人承诺：{COMMITMENT}有异议的，可以在公告期内提出。",
        open_from=day,
        open_until=end.legal_end,
    )


# -- papers ------------------------------------------------------------------------------------------


def _entity(view: CaseView) -> list[dict[str, str]]:
    form = application(view)
    return [
        {"label": "名称", "value": form.company},
        {"label": "统一社会信用代码", "value": form.uscc},
        {"label": "主体类型", "value": LEAVER_LABELS[form.entity_type][0]},
    ]


def _liability(form: Application) -> list[dict[str, str]]:
    """What a false commitment brings (公司法 240): of companies alone, whose statute was read."""
    if form.entity_type is not Leaver.COMPANY:
        return []
    said = f"股东承诺不实的，对注销登记前的债务承担连带责任（{COMPANY_LAW}）"
    return [{"label": "承诺不实的后果", "value": said}]


def _found(facts: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Every ground with its article."""
    return [
        {
            "title": title_of(fact["code"], fact["rule"]),
            "found": fact["fact"],
            "article": fact["cite"],
        }
        for fact in facts
    ]


@paper("application", STEM)
async def commitment(view: CaseView, order: PaperOrder) -> Fields:
    """全体投资人承诺书 with the application: what all of them sign."""
    form = application(view)
    return "application", {
        "received_at": view.submission.received_at,
        "entries": [
            *_entity(view),
            {"label": "债权债务", "value": DEBT_LABELS[form.debts][0]},
            {"label": "全体投资人", "value": "、".join(form.investors)},
            {"label": "承诺", "value": COMMITMENT},
            *_liability(form),
            {"label": "纸质营业执照", "value": LICENCE_PAPER_LABELS[form.licence_paper][0]},
        ],
        "digest": view.submission.digest,
        "signers": [p.name for p in form.persons],
    }


@paper("precheck_result", STEM)
async def precheck_result(view: CaseView, order: PaperOrder) -> Fields:
    return "office_letter", {
        "name": view.row.papers["precheck_result"],
        "paragraphs": [
            f"你（单位）于{day_zh(civil_date(view.submission.received_at))}申请简易注销登记。经向有关登记系统核查，"
            f"有下列不适用简易注销程序的情形，本机关不予办理{SHORT}："
        ],
        "grounds": _found(order.data["facts"]),
        "closing": _what_then(curable=bool(order.data["curable"])),
        "basis": f"{REGISTRATION}第二十条、第三十三条；{RULES}第四十八条",
        "remedies": remedies(view),
    }


def _what_then(*, curable: bool) -> list[str]:
    if curable:
        return [
            "以上情形消除以后，可以再次公示、再次申请简易注销登记，"
            f"已经发布的公告不需要撤回（{TOLERANCE}）。"
        ]
    return ["以上情形不能消除的，请按一般注销程序办理。"]


@paper("announcement", STEM)
async def announcement(view: CaseView, order: PaperOrder) -> Fields:
    """The notice's own text, with its days and where to object."""
    form, published = application(view), order.data["publication"]
    return "office_letter", {
        "recipient": f"{form.company}的债权人和其他利害关系人",
        "name": view.row.papers["announcement"],
        "paragraphs": [
            f"{form.company}拟申请简易注销登记，现予公告。",
            f"全体投资人承诺：{COMMITMENT}",
            "债权人、有关部门和其他利害关系人有异议的，可以在公告期内通过国家企业信用信息公示系统或者本机关公示栏"
            f"（{noticed_at(view)}）提出异议，并说明理由、提交证据。公告期届满后，异议通道关闭。",
        ],
        "entries": [
            *_entity(view),
            {"label": "债权债务", "value": DEBT_LABELS[form.debts][0]},
            {"label": "全体投资人", "value": "、".join(form.investors)},
            *_liability(form),
            {"label": "公示系统公告号", "value": published["publication_number"]},
        ],
        "due_label": "提出异议的最后一天",
        "due": due(view, order.data["clock"]),
        "basis": f"{COMPANY_LAW}；{REGISTRATION}第三十三条；{RULES}第四十九条",
    }


@paper("termination_notice", STEM)
async def termination_notice(view: CaseView, order: PaperOrder) -> Fields:
    """To the applicant and all investors: who objected (never a name) and why."""
    form, data = application(view), order.data
    period = "部门提出异议的期限" if data["individual"] else "公示期"
    return "office_letter", {
        "recipient": f"{form.company}，投资人{'、'.join(data['investors'])}",
        "name": view.row.papers["termination_notice"],
        "paragraphs": [
            f"{form.company}申请简易注销登记，{period}内，{data['who']}提出异议。本机关依法终止简易注销程序，公告不再公示。",
            "异议的理由：",
            *(full_stop(said) for said in data["said"]),
        ],
        "entries": _entity(view),
        "closing": ["债权债务清理完结以后，请按一般注销程序办理。"],
        "basis": f"{REGISTRATION}第三十三条；{RULES}第四十九条",
        "remedies": remedies(view),
    }


@paper("acceptance", STEM)
async def acceptance(view: CaseView, order: PaperOrder) -> Fields:
    """受理 of the application in the window: received then, not when the notice was asked for."""
    accepted = moment(order.data["accepted_at"])
    return "acceptance", {
        "regime": "registration",
        "received_at": accepted,
        "accepted_on": civil_date(accepted),
        "decision_due": due(view, order.data["clock"]),
        "deemed": False,
    }


@paper("refusal", STEM)
async def refusal(view: CaseView, order: PaperOrder) -> Fields:
    """Told by the registers at the application (all grounds), or decided by the approver (with reasons)."""
    facts = order.data.get("facts")
    if facts is None:
        facts = [f for f in view.case.facts if f["state"] == "bad"]
    applied = moment(order.data.get("accepted_at") or view.case.accepted_at)
    return "office_letter", {
        "name": view.row.papers["refusal"],
        "paragraphs": [
            f"你（单位）于{day_zh(civil_date(applied))}提出简易注销登记申请。经审查，本机关决定不予登记"
            f"{SHORT if facts else ''}，理由如下：",
            *(full_stop(reason) for reason in order.data.get("reasons", ())),
        ],
        "grounds": _found(facts),
        "closing": _what_then(curable=bool(order.data.get("curable"))),
        "basis": f"{REGISTRATION}第二十条、第三十三条；{RULES}第四十八条",
        "remedies": remedies(view),
    }


@paper("lapse", STEM)
async def lapse(view: CaseView, order: PaperOrder) -> Fields:
    return "office_letter", {
        "name": view.row.papers["lapse"],
        "paragraphs": [
            "你（单位）的简易注销公告期已经届满，在下列期限内没有申请注销登记，本次公示失效，本件办结。",
            "仍要办理简易注销的，请重新公示。",
        ],
        "entries": _entity(view),
        "due_label": "申请注销登记的最后一天",
        "due": due(view, order.data["clock"]),
        "basis": f"{COMPANY_LAW}；{REGISTRATION}第三十三条",
        "remedies": remedies(view),
    }


@paper("grant", STEM)
async def grant(view: CaseView, order: PaperOrder) -> Fields:
    """准予注销登记通知书: the end, the licence that is void, and until when nobody may use the name (N03)."""
    form, ended = application(view), order.data["ended"]
    ended_on = civil_date(moment(ended["deregistered_at"]))
    licence = ended.get("voided_licence_number")
    lines = [*_entity(view), {"label": "注销日期", "value": day_zh(ended_on)}]
    if licence:
        handed = LICENCE_PAPER_LABELS[form.licence_paper][0]
        lines.append({"label": "作废的营业执照", "value": f"{licence}（{handed}）"})
    lines.append(
        {
            "label": "名称",
            "value": f"{day_zh(name_barred_until(ended_on))}以前（含当日），他人不得使用",
        }
    )
    return "office_letter", {
        "recipient": form.company,
        "name": view.row.papers["grant"],
        "paragraphs": [
            "你（单位）提出的简易注销登记申请，经审查符合规定，本机关决定准予注销登记，并予以公示。",
            "营业执照自注销之日起作废，包括电子营业执照。",
        ],
        "entries": lines,
        "basis": f"{REGISTRATION}第十九条、第三十三条",
    }
