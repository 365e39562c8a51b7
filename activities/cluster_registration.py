"""What the admission of a host (集群注册托管机构) asks of the registers, and its papers."""

from collections.abc import Mapping
from typing import Any, Final

from activities.context import CaseView
from activities.paper_fields import Fields, remedies
from activities.paperwork import moment, paper
from activities.register_calls import inquiry
from domain.contracts import Fact, PaperOrder, RegisterCall
from domain.credit import KIND_NAMES, Purpose, barred
from forms.cluster_registration import TENURE_LABELS, Application
from law.cluster_registration import RULES, SECRETARY_SERVICE, offers_secretary_service
from law.zone import civil_date, day_zh
from storage import cluster_hosts

OPEN, BAD, OK = "open", "bad", "ok"
CITE: Final = "集群注册规定（待核）"
DUTIES: Final = (
    "代收登记机关和其他部门的文书、邮件，及时转交托管企业；",
    "建立托管企业名册，登记机关要求时提供；",
    "托管企业失联、终止托管的，及时向登记机关报告；",
    "退出托管的，先协助全部托管企业变更住所。",
)


def application(view: CaseView) -> Application:
    assert isinstance(view.form, Application)
    return view.form


# -- questions ---------------------------------------------------------------------------------------


@inquiry("host_checks")
async def host_checks(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """The entry as it stands, and the facts; no facts where there is no entry."""
    form = application(view)
    found = await view.means.registers.market.enterprise(form.uscc)
    if found is None:
        return {"entry": None, "facts": []}
    entry = found.model_dump(mode="json", include={"status", "division", "entity_type"})
    held = found.model_dump(mode="json")
    facts = [
        _entry(form, held),
        _scope(held),
        _address(form),
        await _record(view, form),
        await _lists(view, form),
        *await _admitted(view, form),
    ]
    return {"entry": entry, "facts": [f.model_dump() for f in facts]}


def _entry(form: Application, held: Mapping[str, Any]) -> Fact:
    wrong = []
    if held["status"] != "active":
        wrong.append("企业已经注销或者被吊销营业执照")
    if form.company != held["name"]:
        wrong.append(f"申请书写的企业名称是“{form.company}”，登记的名称是“{held['name']}”")
    head = held.get("legal_representative_name")
    if head is not None and form.representative_name != head:
        wrong.append(f"申请书写的法定代表人是{form.representative_name}，登记的是{head}")
    said = f"{held['name']}，存续" + (f"，法定代表人{head}" if head else "")
    return Fact(
        code="host_entry",
        state=BAD if wrong else OK if head else OPEN,
        fact="；".join(wrong) or said + ("" if head else "；登记库没有记载法定代表人，请核对"),
        rule="托管机构应当是依法登记、存续的企业，申请书的内容应当与登记的事项一致",
        cite="条例第17条",
        source="market",
    )


def _scope(held: Mapping[str, Any]) -> Fact:
    scope = held.get("business_scope") or ()
    has = offers_secretary_service(scope)
    said = "经营范围有" if has else "登记的经营范围没有"
    return Fact(
        code="secretary_service",
        state=OK if has else BAD,
        fact=f"{said}“{SECRETARY_SERVICE}”",
        rule="托管机构的经营范围应当有商务秘书服务",
        cite=CITE,
        source="market",
    )


def _address(form: Application) -> Fact:
    until = f"，租期到{form.leased_until.isoformat()}" if form.leased_until else ""
    return Fact(
        code="hosting_address",
        state=OPEN,
        fact=f"托管地址{form.hosting_address}（{TENURE_LABELS[form.tenure][0]}{until}），由现场核查确认能否送达",
        rule="托管地址应当真实存在、能够送达文书",
        cite="条例第11条；" + CITE,
    )


async def _record(view: CaseView, form: Application) -> Fact:
    bars = await view.means.registers.market.check_person_bars(
        form.representative_id, form.representative_name
    )
    said = "；".join(
        f"{form.representative_name}：{bar.ground}（{bar.article}"
        + (f"，至{bar.until.isoformat()}）" if bar.until else "）")
        for bar in bars.bars
    )
    return Fact(
        code="host_record",
        state=BAD if said else OK,
        fact=said or f"法定代表人{form.representative_name}没有任职限制",
        rule="托管机构及其法定代表人应当信用良好",
        cite="条例第12、40条；" + CITE,
        source="market",
    )


async def _lists(view: CaseView, form: Application) -> Fact:
    """Both lists of NECIPS, as they stand now."""
    listings = await view.means.registers.necips.listings(form.uscc)
    bars = barred(Purpose.HOSTING, listings.kinds())
    return Fact(
        code="host_lists",
        state=BAD if bars else OK,
        fact="；".join(f"被列入{KIND_NAMES[bar.kind]}，尚未移出" for bar in bars)
        or "没有被列入经营异常名录、严重违法失信名单",
        rule="托管机构应当没有被列入经营异常名录、严重违法失信名单",
        cite=CITE,
        source="necips",
    )


async def _admitted(view: CaseView, form: Application) -> list[Fact]:
    async with view.means.engine.connect() as connection:
        host = await cluster_hosts.host_of(connection, form.uscc)
    if host is None or host.case_id == view.case_id:
        return []
    return [
        Fact(
            code="host_admitted",
            state=BAD,
            fact=f"该企业已经是托管机构（办件编号{host.number}，托管地址{host.address}）",
            rule="同一企业以一个托管地址准入；变更托管地址的，先退出",
            cite=CITE,
        )
    ]


# -- papers ------------------------------------------------------------------------------------------


def _entries(view: CaseView) -> list[dict[str, str]]:
    return [{"label": label, "value": value} for label, value in view.form.certificate_lines()]


@paper("grant", "cluster_registration")
async def admission_notice(view: CaseView, order: PaperOrder) -> Fields:
    return "office_letter", {
        "name": view.row.papers["grant"],
        "paragraphs": [
            f"你（单位）提交的“{view.row.title}”申请，经审查和现场核查，符合条件。本机关同意你（单位）"
            "以下列托管地址为企业提供住所托管（集群注册），列入托管机构名录。",
            "托管期间应当：" + "".join(DUTIES),
        ],
        "entries": _entries(view),
        "basis": f"{view.row.basis}；{RULES}",
    }


@paper("licence", "cluster_registration")
async def admission_certificate(view: CaseView, order: PaperOrder) -> Fields:
    return "office_letter", {
        "name": view.row.papers["licence"],
        "paragraphs": [
            "兹证明你（单位）是本机关登记管辖区域内的集群注册托管机构。退出托管或者被取消的，本证明同时失效；"
            "是否有效，以扫码核验的结果为准。"
        ],
        "entries": [
            *_entries(view),
            {"label": "列入日期", "value": day_zh(civil_date(order.at))},
        ],
        "basis": view.row.basis,
    }


@paper("refusal", "cluster_registration")
async def admission_refusal(view: CaseView, order: PaperOrder) -> Fields:
    received = civil_date(moment(order.data["received_at"]))
    return "office_letter", {
        "name": view.row.papers["refusal"],
        "paragraphs": [
            f"你（单位）于{day_zh(received)}提交的“{view.row.title}”申请，经审查，不符合条件，"
            "本机关决定不予准入。理由：",
            *order.data["reasons"],
        ],
        "basis": f"{view.row.basis}；{RULES}",
        "remedies": remedies(view),
    }
