"""The decision panel, generated from the task's form: fields, choices with their effects, what stands in the way.

A form's own metadata comes first (`json_schema_extra.options`: value → [zh, en, effect zh, effect en]); the
forms every approval shares are worded here, once.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, Final, Literal, NamedTuple, Union, get_args, get_origin

from pydantic.fields import FieldInfo
from starlette.datastructures import FormData

from api.i18n import gettext as _
from api.i18n import mark
from api.validation_messages import message_of
from api.views import words
from forms.base import Form
from law import sod
from law.catalogue import Procedure
from storage.tables import CaseRow

CHOICES: Final[dict[tuple[str, str], dict[str, tuple[str, str]]]] = {
    ("approval.acceptance", "decision"): {
        "accept": (mark("受理"), mark("出具受理通知书，转审查")),
        "tolerate": (
            mark("容缺受理"),
            mark("发出容缺受理通知书；申请人签署承诺书后受理，材料后补"),
        ),
        "one_time_notice": (
            mark("一次性告知"),
            mark("退回申请人，发出勾选的缺陷；同一份材料只能告知一次"),
        ),
        "not_accept": (mark("不予受理"), mark("出具不予受理通知书，本件办结；须说明理由")),
    },
    ("approval.review", "finding"): {
        "conforms": (mark("建议准予"), mark("转下一环节")),
        "does_not_conform": (mark("建议不予"), mark("转核准；须写明理由")),
    },
    ("approval.site_check", "finding"): {
        "conforms": (mark("符合条件"), mark("转核准")),
        "does_not_conform": (mark("不符合条件"), mark("转核准，由核准人决定")),
    },
    ("approval.decision", "decision"): {
        "grant": (mark("准予"), mark("发出准予通知并制证；不能自行撤回")),
        "refuse": (mark("不予准予"), mark("发出不予决定书，写明理由、依据和救济途径")),
    },
    ("notice.objection", "outcome"): {
        "upheld": (mark("异议成立"), mark("本件按异议成立办理，结果告知提出的人")),
        "rejected": (mark("异议不成立"), mark("本件继续办理，理由告知提出的人")),
        "noted": (mark("记录在案"), mark("不影响本件，理由告知提出的人")),
    },
    ("kernel.supplement_check", "finding"): {
        "conforms": (mark("符合承诺"), mark("该项承诺已经履行")),
        "does_not": (mark("不符合，退回"), mark("告知申请人重新补交；期限照常计算")),
    },
    ("kernel.overdue", "decision"): {
        "accept_late": (mark("按超期补齐处理"), mark("材料已经收到；记入容缺承诺记录")),
        "order": (mark("责令改正"), mark("写明最迟补齐的日期；证件继续注明附条件")),
        "start_revocation": (
            mark("启动撤销程序"),
            mark("另立撤销案件，调查后由登记机关负责人决定；不会因此自动撤销"),
        ),
        "refer": (
            mark("移交执法检查"),
            mark("由本局检查岗位签收后检查；已发的证件继续注明附条件"),
        ),
    },
    ("registration_revocation.investigation", "finding"): {
        "proven": (mark("认定虚假登记"), mark("转负责人决定")),
        "not_proven": (mark("不能认定虚假登记"), mark("转负责人决定")),
        "unreachable": (mark("联系不上当事人"), mark("在公示系统公示45日，期满后继续调查")),
    },
    ("registration_revocation.decision", "decision"): {
        "revoke": (mark("撤销"), mark("登记系统作废执照并公示；直接责任人3年内不得再次申请登记")),
        "not_proven": (mark("不予撤销：不能认定"), mark("发出不予撤销登记决定书")),
        "public_interest": (
            mark("不予撤销：损害公共利益"),
            mark("撤销可能对公共利益造成重大损害的（登记管理条例第41条）"),
        ),
    },
    ("kernel.extension", "decision"): {
        "approve": (mark("批准延期"), mark("期限延长，理由告知申请人")),
        "refuse": (mark("不批准"), mark("期限不变")),
    },
    ("kernel.trouble", "action"): {
        "retry": (mark("继续重试"), mark("系统接着自动重试，恢复后自动继续")),
        "give_up": (mark("不再等待"), mark("按没有结果处理，办件继续往下走")),
    },
}
# What the button says: the act and its effect, never “确定”.
BUTTONS: Final[dict[str, str]] = {
    "approval.acceptance": mark("提交受理意见"),
    "approval.review": mark("提交审查意见"),
    "approval.site_check": mark("提交核查结论"),
    "approval.decision": mark("作出决定"),
    "name_self_declaration.examination": mark("提交审核结论"),
    "name_self_declaration.cancellation": mark("作出决定"),
    "startup_part.failed": mark("提交处理意见"),
    "license_separation.term": mark("提交确认结果"),
    "licence_item.department_answer": mark("记录部门答复"),
    "licence_commitment.failed": mark("作出处理决定"),
    "cluster_hosting.mail_check": mark("提交核查结果"),
    "cluster_hosting.address_order": mark("责令改正"),
    "cluster_hosting.recheck": mark("再查登记库"),
    "notice.objection": mark("作出异议处理决定"),
    "kernel.extension": mark("作出延期决定"),
    "kernel.supplement_check": mark("提交核对结论"),
    "kernel.overdue": mark("作出处理决定"),
    "kernel.referral": mark("签收移交"),
    "registration_revocation.investigation": mark("提交调查结论"),
    "registration_revocation.decision": mark("作出决定"),
    "double_random_inspection.approval": mark("作出决定"),
    "double_random_inspection.public_value": mark("录入公开数值"),
    "double_random_inspection.value_check": mark("提交核对结果"),
    "double_random_check.assignment": mark("提交安排"),
    "double_random_check.replacement": mark("作出更换决定"),
    "double_random_check.record": mark("提交检查记录"),
    "double_random_check.result": mark("录入检查结果"),
    "double_random_check.publication": mark("作出公示决定"),
    "double_random_check.recheck": mark("提交复查结论"),
    "se_hazard_rectification.inspection": mark("提交检查记录"),
    "se_hazard_rectification.instruction": mark("发出监察指令书"),
    "se_hazard_rectification.report": mark("登记整改报告"),
    "se_hazard_rectification.recheck": mark("提交复查结论"),
    "seizure.approval": mark("作出决定"),
    "seizure.spot_record": mark("提交报告"),
    "seizure.execution": mark("提交现场笔录"),
    "seizure.outcome": mark("作出处理决定"),
    "kernel.release": mark("记录解除"),
    "kernel.trouble": mark("提交处理意见"),
    "recurring_obligation.fulfilment": mark("登记履行情况"),
    "recurring_obligation.request": mark("登记检验申请"),
    "se_accident_report.verification": mark("提交核实结论"),
    "se_accident_report.upward": mark("作出决定"),
    "se_accident_report.scene": mark("提交现场记录"),
    "se_accident_report.hand_over": mark("移交调查"),
    "se_accident_report.investigation": mark("记录调查进展"),
    "se_accident_report.penalty": mark("作出决定"),
    "se_accident_report.penalty_noted": mark("记录处罚结果"),
    "se_accident_report.follow_up": mark("提交整改跟踪"),
}
# Where the form's own words do not fit what the procedure decides: (procedure, form, field).
OF_PROCEDURE: Final[dict[tuple[str, str, str], dict[str, tuple[str, str]]]] = {
    ("compulsory_deregistration", "approval.decision", "decision"): {
        "grant": (mark("强制注销"), mark("注销登记，营业执照作废；三年内可以申请恢复登记（待核）")),
        "refuse": (mark("不强制注销"), mark("登记不变，告知公司；须说明理由")),
    },
}
MUST_CONFIRM: Final = mark("请确认这一项；不能确认的，应当回避")


class Option(NamedTuple):
    """One choice in words: what it is, and what happens then. `blocked` says why it cannot be chosen."""

    value: str
    text: str
    effect: str
    blocked: str = ""

    @property
    def ticked(self) -> tuple[str, str, str]:
        """As a list of boxes draws it."""
        return self.value, self.text, self.effect


@dataclass(frozen=True)
class FieldView:
    """One field as the panel draws it. `value` is what was sent last, for a page shown again."""

    name: str
    label: str
    hint: str
    widget: str
    optional: bool
    options: tuple[Option, ...] = ()
    value: Any = ""
    error: str = ""


@dataclass(frozen=True)
class Conflict:
    """Why this person may not do this duty in this case."""

    rule: str
    message: str


def conflict(case: CaseRow, row: Procedure, duty: str, person_id: str) -> Conflict | None:
    """Separation of duties, told before anything is filled in; the case checks it again."""
    if case.owner == person_id:
        return Conflict("", _("您是本件的申请人，应当回避"))
    taken = [sod.Taken(d["duty"], d["person_id"]) for d in case.duties]
    found = sod.check(row.sod, taken, duty, person_id, single_officer=row.single_officer)
    return Conflict(found.rule, words.known(found.message)) if found else None


def later_conflict(case: CaseRow, row: Procedure, duty: str, person_id: str) -> str:
    """What deciding here closes for this person: 您不能核准本件（受审分离 SOD-1）."""
    if duty == "approver":
        return ""
    taken = [sod.Taken(d["duty"], d["person_id"]) for d in case.duties]
    taken.append(sod.Taken(duty, person_id))
    found = sod.check(row.sod, taken, "approver", person_id, single_officer=row.single_officer)
    if found is None:
        return ""
    rule = found.message.partition("：")[0]
    return _("您不能核准本件（%(rule)s %(code)s）") % {
        "rule": words.known(rule),
        "code": found.rule,
    }


def _extra(info: FieldInfo) -> Mapping[str, Any]:
    extra = info.json_schema_extra
    return extra if isinstance(extra, dict) else {}


def _values(annotation: Any) -> list[str]:
    """The values of an enumeration, of a list or an optional of one, or of a literal; none of open texts."""
    if get_origin(annotation) in (Annotated, list, Union, UnionType):
        return [v for inner in get_args(annotation) for v in _values(inner)]
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return [member.value for member in annotation]
    if get_origin(annotation) is Literal:
        return [str(value) for value in get_args(annotation) if isinstance(value, str)]
    return []


def _options(form: type[Form], name: str, info: FieldInfo) -> tuple[Option, ...]:
    declared = _extra(info).get("options", {})
    worded = CHOICES.get((form.code, name), {})
    found = []
    for value in _values(info.annotation) or declared:
        if value in declared:
            zh, en, effect, effect_en = [*declared[value], "", "", ""][:4]
            found.append(Option(value, words.bilingual(zh, en), words.bilingual(effect, effect_en)))
        else:
            text, effect = worded.get(value, (value, ""))
            found.append(Option(value, words.known(text), words.known(effect)))
    return tuple(found)


def of_procedure(found: list[FieldView], procedure: str, form: str) -> list[FieldView]:
    """The choices in the procedure's own words, where it has some."""
    told = []
    for field in found:
        worded = OF_PROCEDURE.get((procedure, form, field.name), {})
        options = tuple(
            o._replace(text=words.known(worded[o.value][0]), effect=words.known(worded[o.value][1]))
            if o.value in worded
            else o
            for o in field.options
        )
        told.append(replace(field, options=options))
    return told


def closed(field: FieldView, value: str, why: str) -> FieldView:
    """The field with one choice that cannot be chosen, and why."""
    options = tuple(o._replace(blocked=why) if o.value == value else o for o in field.options)
    return replace(field, options=options)


def fields(
    form: type[Form],
    sent: Mapping[str, Any],
    errors: Mapping[str, str],
    only: Collection[str] | None = None,
) -> list[FieldView]:
    """The panel's fields in the form's order; of some forms a case needs a part `only`."""
    found = []
    for name, info in form.model_fields.items():
        if only is not None and name not in only:
            continue
        extra = _extra(info)
        label = words.bilingual(info.title or name, str(extra.get("title_en", "")))
        found.append(
            FieldView(
                name=name,
                label=label,
                hint=words.known(str(extra.get("hint", ""))),
                widget=str(extra.get("widget", "")) or "text",
                optional=not info.is_required(),
                options=_options(form, name, info),
                value=sent.get(name, ""),
                error=errors.get(name, ""),
            )
        )
    return found


def sent_answers(form: type[Form], data: FormData) -> dict[str, Any]:
    """The page's form as the answers REST would send: empty optional texts are left out."""
    answers: dict[str, Any] = {}
    for name, info in form.model_fields.items():
        widget = str(_extra(info).get("widget", ""))
        if widget == "gaps":
            if found := sent_gaps(data):
                answers[name] = found
            continue
        raw = data.get(name)
        text = raw if isinstance(raw, str) else ""
        if widget == "checkbox":
            if text == "yes":
                answers[name] = True
        elif widget in {"checkboxes", "photos"}:
            if ticked := [v for v in data.getlist(name) if isinstance(v, str) and v]:
                answers[name] = ticked
        elif widget == "lines":
            lines = [line.strip() for line in text.splitlines() if line.strip()]
            if lines:
                answers[name] = lines
        elif text.strip():
            answers[name] = text.strip()
    return answers


def sent_gaps(data: FormData) -> list[dict[str, str]]:
    """The ticked gaps with their (perhaps rewritten) advice."""
    found = []
    for code in data.getlist("gap"):
        if isinstance(code, str):
            part, advice = data.get(f"part:{code}"), data.get(f"advice:{code}")
            found.append(
                {
                    "gap": code[:64],
                    "part": part if isinstance(part, str) else "",
                    "advice": advice.strip() if isinstance(advice, str) else "",
                }
            )
    return found


def field_messages(form: type[Form], problems: list[Any]) -> dict[str, str]:
    """Pydantic's errors by field name; "" holds what concerns the form as a whole."""
    found: dict[str, str] = {}
    for error in problems:
        name = str(error["loc"][0]) if error["loc"] else ""
        info = form.model_fields.get(name)
        message = message_of(error)
        if info is not None and error["type"] == "missing":
            if _extra(info).get("widget") == "checkbox":
                message = _(MUST_CONFIRM)
            elif _extra(info).get("widget") == "radios":
                message = _("请选择一项")
        found.setdefault(name, message)
    return found


def refused_messages(errors: Mapping[str, str]) -> dict[str, str]:
    """Errors of the case (JSON Pointer → text) by field name."""
    found: dict[str, str] = {}
    for where, message in errors.items():
        name = where.strip("/").partition("/")[0]
        found.setdefault(name, words.known(message))
    return found
