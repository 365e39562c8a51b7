"""A hosted enterprise's case (住所托管): its application written from the registration, what the register has, its papers."""

from datetime import date
from typing import Any, Final

from activities.context import CaseView
from activities.paper_fields import Fields, due, full_stop, remedies
from activities.paperwork import paper
from activities.register_calls import inquiry
from activities.related_filing import filled_by
from domain.contracts import PaperOrder, RegisterCall
from domain.related import RelatedOrder
from forms import change_registration as change
from forms import establishment_registration as establishment
from forms.cluster_hosting import Application
from law.cluster_registration import RULES, is_marked
from law.zone import day_zh

REGISTRATION: Final = "《中华人民共和国市场主体登记管理条例》"


@filled_by("cluster_hosting")
async def after_registration(view: CaseView, order: RelatedOrder) -> dict[str, Any]:
    """From the establishment or the change that registered the domicile at the host's address."""
    form, fill = view.form, order.data["fill"]
    assert isinstance(form, establishment.Application | change.Application)
    host = fill["host"]
    return {
        "name": fill["name"],
        "uscc": fill["uscc"],
        "domicile": form.domicile_to_register,
        "opened_by": order.parent_case,
        "host_name": host["name"],
        "host_uscc": host["uscc"],
        "host_case": host["case"],
    }


@inquiry("hosted_entry")
async def hosted_entry(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """What the market register has: `status`, and whether the domicile is another one than the host's."""
    form = application(view)
    found = await view.means.registers.market.enterprise(form.uscc)
    if found is None:
        return {"status": "unknown", "moved": False}
    moved = found.address is not None and found.address != form.domicile
    return {"status": found.status, "moved": moved}


def application(view: CaseView) -> Application:
    assert isinstance(view.form, Application)
    return view.form


# -- papers ------------------------------------------------------------------------------------------


def _entries(form: Application) -> list[dict[str, str]]:
    assert is_marked(form.domicile), "only a hosted domicile has a hosting"
    return [
        {"label": "统一社会信用代码", "value": form.uscc},
        {"label": "登记的住所", "value": form.domicile},
        {"label": "托管机构", "value": f"{form.host_name}（{form.host_uscc}）"},
    ]


@paper("hosting_told", "cluster_hosting")
async def told(view: CaseView, order: PaperOrder) -> Fields:
    return "office_letter", {
        "name": view.row.papers["hosting_told"],
        "paragraphs": [
            "你（单位）的住所由托管机构托管，营业执照住所标注“（集群注册）”。",
            "送达托管地址的文书、邮件由托管机构代收。请与托管机构保持联系；通过登记的住所无法联系的，依法列入经营异常名录。",
            "托管终止或者托管机构退出的，应当办理住所变更登记。经营范围增加前置审批项目的，不再适用集群注册。",
        ],
        "entries": _entries(application(view)),
        "basis": f"{view.row.basis}；{RULES}",
    }


@paper("address_change", "cluster_hosting")
async def address_change(view: CaseView, order: PaperOrder) -> Fields:
    reason = str(order.data.get("reason", "")).strip()
    return "office_letter", {
        "name": view.row.papers["address_change"],
        "paragraphs": [
            full_stop("你（单位）的住所托管已经终止" + (f"：{reason}" if reason else "")),
            "登记的住所不再由托管机构提供，请在下列期限内向登记机关申请住所变更登记。逾期未办理的，由登记机关责令改正；"
            "拒不改正的，处1万元以上10万元以下的罚款。",
        ],
        "entries": _entries(application(view)),
        "due": due(view, order.data["clock"]),
        "due_label": "办理住所变更登记的最后一天",
        "basis": f"{REGISTRATION}第二十四条、第四十六条",
    }


@paper("hosting_lead", "cluster_hosting")
async def lead(view: CaseView, order: PaperOrder) -> Fields:
    mail = order.data["mail"]
    return "office_letter", {
        "name": view.row.papers["hosting_lead"],
        "paragraphs": [
            "托管机构报告与你（单位）失去联系。本机关向登记的住所邮寄核查，邮件被退回或者无人签收，通过登记的住所无法与你（单位）取得联系。",
            "此情形已作为列入经营异常名录的线索移送办理。请尽快与登记机关联系，或者办理住所变更登记。",
        ],
        "entries": [
            *_entries(application(view)),
            {"label": "最后一次寄出", "value": day_zh(date.fromisoformat(mail["sent_on"]))},
            {"label": "邮件号", "value": "、".join(mail["tracking"])},
            {"label": "核查情况", "value": mail["note"]},
        ],
        "basis": "《企业信息公示暂行条例》第十七条（邮寄核查的次数和间隔待核）",
    }


@paper("address_order", "cluster_hosting")
async def order_to_change(view: CaseView, order: PaperOrder) -> Fields:
    end = due(view, order.data["clock"])
    assert end is not None, "nothing is overdue without its clock"
    return "office_letter", {
        "name": view.row.papers["address_order"],
        "paragraphs": [
            f"你（单位）的住所托管已经终止，应当在{day_zh(date.fromisoformat(end['day']))}前（含当日）"
            "申请住所变更登记，至今没有办理。",
            full_stop(order.data["reasons"]),
            "现责令你（单位）立即改正，向登记机关申请住所变更登记。拒不改正的，处1万元以上10万元以下的罚款。",
        ],
        "entries": _entries(application(view)),
        "basis": f"{REGISTRATION}第二十四条、第四十六条",
        "remedies": remedies(view),
    }
