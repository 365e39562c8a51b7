"""Names and phrases of cases in the reader's language.

The texts of procedures (stages, conditions, clocks) are the law's own Chinese words and the message ids of
their translations; a test walks the registered procedures and fails on one without English.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

from pydantic.fields import FieldInfo

from api import dates
from api.i18n import current, mark
from api.i18n import gettext as _
from api.views.paper_words import PAPERS
from domain.device_uses import MATTER_LABELS, Matter
from domain.hazards import GRADE_LABELS, Grade
from domain.roles import Role
from domain.transitions import Stage, Table
from forms.double_random_results import RESULT_LABELS, Result
from forms.liquidation import STEP_FORMS
from forms.registry import TASK_FORMS
from forms.startup_part import PartCorrection
from law import catalogue, licence_items, startup_parts
from law.accidents import ACCIDENT_CLASS_LABELS, HAPPENING_LABELS, AccidentClass
from law.clocks import Clock, Ground
from law.licence_standing import Standing
from law.liquidation import Step
from law.zone import local
from workflows.registry import PROCEDURES

REGISTERS: Final[dict[str, str]] = {
    "market": mark("登记系统"),
    "identity": mark("实名认证系统"),
    "signature": mark("电子签名系统"),
    "necips": mark("国家企业信用信息公示系统"),
    "archive": mark("电子档案系统"),
    "names": mark("名称库"),
    "tax": mark("税务部门"),
    "social": mark("社会保险经办机构"),
    "seal": mark("公安机关（印章备案）"),
    "housing": mark("住房公积金管理中心"),
    "bank": mark("银行"),
    "departments": mark("许可主管部门"),
    "court": mark("人民法院"),
    "collateral": mark("股权出质、动产抵押登记系统"),
    "equipment": mark("特种设备监管平台"),
}
SYSTEM: Final = mark("系统")
# What a call to a register is for; a kind without a word of its own is named by its register.
# Calls about one person each.
OF_PERSONS: Final = frozenset({"open_authentication", "open_signing"})
EFFECTS: Final[dict[str, str]] = {
    "establishment_checks": mark("核查名称、注册资本和任职限制"),
    "change_checks": mark("核查企业登记事项、名称、注册资本和任职限制"),
    "open_authentication": mark("发起实名认证"),
    "open_signing": mark("发起电子签名"),
    "fetch_signed": mark("取回签名文件"),
    "register_enterprise": mark("登记企业并赋码"),
    "change_enterprise": mark("变更登记并换发执照编号"),
    "publish_establishment": mark("公示登记信息"),
    "publish_change": mark("公示变更登记信息"),
    "list_checks": mark("核查登记状态和名录、名单"),
    "accident_unit": mark("核对事故发生单位的登记"),
    "removal_checks": mark("核查名录记录"),
    "repair_checks": mark("核查公示记录和修复条件"),
    "enter_in_list": mark("列入并公示"),
    "remove_from_list": mark("移出、停止公示"),
    "restore_to_list": mark("恢复公示"),
    "push_repair": mark("推送信用修复结果"),
    "push_revocation": mark("推送撤销修复的结果"),
    "deposit_package": mark("移交电子档案"),
    "declare_name": mark("与名称库比对"),
    "confirm_name": mark("保留经审核的名称"),
    "settle_name": mark("查看名称的保留"),
    "secure_name": mark("为登记留住名称"),
    "free_name": mark("登记没有完成，名称继续保留"),
    "open_errand": mark("向有关部门提交事项"),
    "deregistration_grounds": mark("核查简易注销的适用条件"),
    "publish_leaving": mark("在公示系统发布简易注销公告"),
    "withdraw_notice": mark("在公示系统撤回公告"),
    "withdraw_errand": mark("撤回向有关部门提交的事项"),
    "errand_state": mark("查询有关部门的办理状态"),
    "notify_department": mark("告知许可主管部门（双告知）"),
    "publish_licence_items": mark("公示许可事项办理结果"),
    "reserve_name": mark("保留名称"),
    "occupy_name": mark("登记使用名称"),
    "release_name": mark("释放名称"),
    "look_up_name": mark("查询全市名称"),
    "registered_enterprise": mark("核对企业登记状态"),
    "host_checks": mark("核查托管机构的登记事项和任职限制"),
    "host_standing": mark("核对托管机构是否退出"),
    "hosted_entry": mark("核对托管企业的登记状态和住所"),
    "deregistration_entry": mark("核对申请注销的主体的登记状态"),
    "deregistration_checks": mark("核查登记状态、分支机构和清税情况"),
    "tax_clearance": mark("查询清税证明"),
    "publish_liquidation": mark("公示解散或者清算组"),
    "announce_creditors": mark("公示债权人公告"),
    "deregister_enterprise": mark("注销登记"),
    "compulsory_checks": mark("核对公司是否满足强制注销的条件"),
    "publish_compulsory": mark("公示强制注销公告"),
    "restore_enterprise": mark("恢复登记"),
    "publish_restoration": mark("公示恢复登记信息"),
    "publish_deregistration": mark("公示注销登记信息"),
    "tolerance_checks": mark("核查能否容缺受理"),
    "revocation_checks": mark("核对要撤销的登记或者许可"),
    "publish_revocation_notice": mark("公示拟撤销登记"),
    "annul_registration": mark("登记系统撤销登记"),
    "publish_annulment": mark("公示撤销登记"),
    "random_draw": mark("按公开数值抽取"),
    "officers_able": mark("核对候补人员是否在职、持证"),
    "device_checks": mark("查询特种设备"),
    "earlier_seizures": mark("查询以前的查封、扣押"),
    "other_hazards": mark("查询设备的其他隐患办件"),
    "enter_measure": mark("登记停止使用、恢复使用"),
    "renew_obligation": mark("登记下一期义务"),
    "report_hazard": mark("上报事故隐患"),
    "use_checks": mark("向监管平台核查设备"),
    "register_use": mark("在监管平台办理使用登记"),
    "change_use": mark("在监管平台变更使用登记"),
    "enter_uses": mark("登入设备台账"),
    "leave_duties": mark("终止设备的周期性义务"),
    "publish_inspection": mark("公示检查结果"),
}
COPIES: Final = (mark("（正本）"), mark("（副本）"))
DECISIONS: Final[dict[str, str]] = {
    "grant": mark("准予"),
    "refuse": mark("不予准予"),
    "settled": mark("各事项均有结果"),
    "done": mark("已办成"),
    "given_up": mark("不在本次办理"),
    "moved": mark("住所已经变更"),
    "deregistered": mark("企业已经注销"),
    "revived": mark("公司存续，不再注销"),
    "bankruptcy": mark("财产不足清偿债务，申请破产清算"),
    "revoke": mark("撤销"),
    "not_proven": mark("不予撤销：不能认定"),
    "public_interest": mark("不予撤销：损害公共利益"),
    "approve": mark("批准计划"),
    "normal": mark("检查结果正常"),
    "rectify_ordered": mark("责令改正"),
    "case_opened": mark("线索移交股室负责人"),
    "abnormal_list": mark("转列入经营异常名录"),
}
OUTCOMES: Final[dict[str, str]] = {
    "confirmed": mark("完成了实名认证"),
    "signed": mark("完成了电子签名"),
    "refused": mark("拒绝签名"),
    "declined": mark("拒绝签名"),
    "failed": mark("没有通过实名认证"),
    "expired": mark("逾期没有办理"),
    "absent": mark("没有办理"),
}
# What a department answered to an errand of ours (`registers.errands`).
ANSWERS: Final[dict[str, str]] = {
    "confirmed": mark("已办结"),
    "filed": mark("已备案"),
    "granted": mark("准予许可"),
    "verified": mark("核查通过"),
    "no_objection": mark("没有异议"),
    "objected": mark("提出异议"),
    "refused": mark("不予办理"),
    "verification_failed": mark("核查没有通过"),
}
# Recorded names of licence items and of the parts of an opening → English.
_ITEMS_EN: Final = {
    row.name: row.name_en for known in licence_items.EDITIONS.values() for row in known.items
} | {row.name: row.name_en for row in startup_parts.PARTS.values()}
# The same of those that decide them.
_OFFICES_EN: Final = {
    row.department_name: row.department_name_en
    for known in licence_items.EDITIONS.values()
    for row in known.items
} | {row.office: row.office_en for row in startup_parts.PARTS.values()}
# The keys under which a case keeps those that it opened → Chinese, English; a follow-up's is its procedure.
_RELATED: Final = {
    row.id: (row.name, row.name_en)
    for known in licence_items.EDITIONS.values()
    for row in known.items
} | {row.part.value: (row.name, row.name_en) for row in startup_parts.PARTS.values()}
_RELATED["registration"] = ("设立登记", "Establishment registration")
# Who hears of an overrun at which level (law.md §3.11).
ESCALATED: Final[dict[str, Role]] = {
    "overdue_l1": Role.SECTION_HEAD,
    "overdue_l2": Role.REGISTRY_HEAD,
    "overdue_l3": Role.BUREAU_HEAD,
}


def accident_class(value: str) -> str:
    """一般事故 / General accident; nothing for none."""
    return bilingual(*ACCIDENT_CLASS_LABELS[AccidentClass(value)]) if value else ""


def minute_of(kept: str) -> str:
    """An instant that an event keeps as text, to the minute."""
    return dates.minute_text(datetime.fromisoformat(kept))


def happenings() -> list[tuple[str, str, str]]:
    """What can happen to special equipment, as a list of boxes takes it."""
    return [(h.value, bilingual(*label), "") for h, label in HAPPENING_LABELS.items()]


def english() -> bool:
    """Whether the reader chose English."""
    return current() == "en"


def bilingual(zh: str, en: str) -> str:
    """The one of two declared texts that the reader wants."""
    return en if english() and en else zh


def known(text: str) -> str:
    """A declared Chinese text in the reader's language; itself where nobody translated it."""
    return _(text) if text else ""


def label_of(field: FieldInfo) -> str:
    """A form field's label."""
    extra = field.json_schema_extra
    english_title = str(extra.get("title_en", "")) if isinstance(extra, dict) else ""
    return bilingual(field.title or "", english_title)


def part_facts(names: Iterable[str]) -> str:
    """What a part of an opening needs to know, by the names of its fields."""
    return _("、").join(label_of(PartCorrection.model_fields[name]) for name in names)


def procedure_title(stem: str, version: str | None = None) -> str:
    """The item's name, or the stem of one that this release does not know."""
    try:
        row = catalogue.procedure(stem, version)
    except KeyError:
        return stem
    return bilingual(row.title, row.title_en)


def table_of(procedure: str, catalogue_version: str, table_version: str) -> Table:
    """The declared table that the case pins. Raises KeyError where this release lacks it."""
    row = catalogue.procedure(procedure, catalogue_version)
    return PROCEDURES[row.workflow].tables[table_version]


def item_name(name: str) -> str:
    """A licence item's name as a case recorded it, in the reader's language."""
    return _ITEMS_EN.get(name, name) if english() else name


def office_called(name: str) -> str:
    """A department or office by the name that a case recorded, in the reader's language."""
    return _OFFICES_EN.get(name, name) if english() else name


def related_item(key: str) -> str:
    """What a related case is about, by the key under which its opener keeps it: an item, a part, or a procedure."""
    code = key.partition(".")[0]
    if code in _RELATED:
        return bilingual(*_RELATED[code])
    return procedure_title(code)


def standing_text(standing: str) -> str:
    """How a licence item stands, in the reader's language."""
    known_standing = Standing(standing)
    return bilingual(known_standing.label, known_standing.label_en)


def part_standing(standing: str) -> str:
    """How a part of an opening stands, in the reader's language."""
    known_standing = startup_parts.Standing(standing)
    return bilingual(known_standing.label, known_standing.label_en)


def device_matter(value: str) -> str:
    """What was applied for of a device's use registration."""
    return bilingual(*MATTER_LABELS[Matter(value)]) if value else ""


def hazard_grade(value: str) -> str:
    """严重事故隐患 / a serious hazard; nothing for none."""
    return bilingual(*GRADE_LABELS[Grade(value)]) if value else ""


def inspection_result(code: str) -> str:
    """The result of a random inspection, in the reader's language."""
    return bilingual(*RESULT_LABELS[Result(code)])


def stage_label(stage: Stage) -> str:
    return bilingual(stage.label, stage.label_en)


def _stage(procedure: str, stage: str, version: str | None = None) -> Stage | None:
    """By the newest table of the procedure that declares it."""
    try:
        tables = PROCEDURES[catalogue.procedure(procedure, version).workflow].tables
    except KeyError:
        return None
    for table in reversed(list(tables.values())):
        for declared in table.stages:
            if declared.id == stage:
                return declared
    return None


def stage_name(procedure: str, stage: str, version: str | None = None) -> str:
    """A stage's label; the id of an unknown one."""
    found = _stage(procedure, stage, version)
    return stage_label(found) if found else stage


def stage_holder(procedure: str, stage: str) -> str:
    """Who does the stage's own work; nobody of an unknown one."""
    found = _stage(procedure, stage)
    return found.holder if found else ""


def role_label(role: str) -> str:
    """A post's name; the system and applicants included."""
    try:
        label = Role(role).label
    except ValueError:
        return known(REGISTERS.get(role, SYSTEM if role == "system" else role))
    return bilingual(label.zh, label.en)


def register_name(name: str) -> str:
    return known(REGISTERS.get(name, name)) if name else _("外部系统")


def effect_name(kind: str) -> str:
    return known(EFFECTS.get(kind, kind))


def form_title(code: str) -> str:
    form = TASK_FORMS.get(code)
    return bilingual(form.title, form.title_en) if form else code


def paper_title(kind: str, title: str) -> str:
    """English names the kind and the copy; Chinese shows the title as printed."""
    if not english():
        return title
    copy = next((copy for copy in COPIES if title.endswith(copy)), "")
    return known(PAPERS.get(kind, title)) + (known(copy) if copy else "")


def clock_name(clock: Clock) -> str:
    """The clock's name as pages write it (full-width colon)."""
    return known(clock.name).replace(":", "：") if not english() else known(clock.name)


def ground_label(ground: str) -> str:
    """Why a clock stands still."""
    try:
        return known(Ground(ground).label)
    except ValueError:
        return ground


def last_day(ends_at: datetime) -> date:
    """The civil day that an exclusive end closes."""
    return local(ends_at - timedelta(microseconds=1)).date()


def end_text(ends_at: datetime, *, hours: bool = False) -> str:
    """10月8日 周四 24:00, or the instant of a clock that runs in hours."""
    if hours:
        here = local(ends_at)
        return f"{dates.short_text(here)} {dates.weekday_text(here)} {here:%H:%M}"
    day = last_day(ends_at)
    return f"{dates.short_text(day)} {dates.weekday_text(day)} 24:00"


def names(people: list[str]) -> str:
    return _("、").join(people)


def iso_day(text: str) -> str:
    """2026年10月8日（周四） from the record's 2026-10-08."""
    return dates.day_text(date.fromisoformat(text))


def liquidation_step(step: str) -> str:
    """A step of a liquidation by the title of its form."""
    form = STEP_FORMS[Step(step)]
    return bilingual(form.title, form.title_en)
