"""The check of one drawn target (双随机抽查), and what its officers fill in up to the record. law.md §2.17, SOD-5, SOD-16.

The system writes the application from the plan that drew it; it holds no personal data but officers' names.
"""

from enum import StrEnum
from typing import Annotated, Any, Final, Self

from pydantic import Field, model_validator

from domain.random_draw import FEWEST_OFFICERS, MOST_INSPECTORS, MOST_OFFICERS
from forms.approval import NoInterest
from forms.base import ApplicationForm, Form, Section, TaskForm
from forms.double_random_inspection import Scope
from forms.fields import Day, Line, Text, labelled
from forms.licence_item import UnifiedCode
from forms.spot_records import Photographed

OFFICERS_HINT: Final = "每行一人，须是本件抽取的检查人员，包括您本人，不少于两人"
Names = Annotated[list[Annotated[Line, Field(min_length=2)]], Field(max_length=MOST_INSPECTORS)]


class Application(ApplicationForm):
    code = "double_random_check.application"
    title = "双随机抽查任务"
    title_en = "Check of a drawn target"
    sections = (
        Section("target", "检查对象", "Target", ("uscc", "name", "key_unit", "scope")),
        Section(
            "task",
            "抽查任务",
            "Task",
            ("plan", "plan_name", "matters", "basis", "starts_on", "ends_on"),
        ),
        Section("officers", "检查人员", "Officers", ("inspectors", "reserves", "recused")),
    )

    uscc: Annotated[UnifiedCode, labelled("统一社会信用代码", "Unified social credit code")]
    name: Annotated[Line, labelled("名称", "Name")]
    key_unit: Annotated[bool, labelled("重点单位", "Key unit", widget="checkbox")] = False
    scope: Annotated[Scope, labelled("检查对象", "Whom the plan is about", widget="radios")]
    plan: Annotated[Line, labelled("抽查计划编号", "Number of the plan")]
    plan_name: Annotated[Line, labelled("抽查计划", "Plan")]
    matters: Annotated[Text, labelled("检查事项", "What is checked", widget="textarea")]
    basis: Annotated[Line, labelled("检查依据", "Basis")]
    starts_on: Annotated[Day, labelled("检查开始日期", "First day", widget="date")]
    ends_on: Annotated[Day, labelled("检查结束日期", "Last day", widget="date")]
    inspectors: Annotated[
        Names,
        labelled("抽取的检查人员", "Officers drawn", widget="lines"),
        Field(min_length=FEWEST_OFFICERS, max_length=MOST_OFFICERS),
    ]
    reserves: Annotated[
        Names, labelled("候补人员（按抽取的顺序）", "Reserves, in the order drawn", widget="lines")
    ] = Field(default_factory=list)
    recused: Annotated[Names, labelled("需要回避的人员", "Who must recuse", widget="lines")] = (
        Field(default_factory=list)
    )

    def subject(self) -> str:
        return self.name

    def name_to_register(self) -> str | None:
        return None

    def case_facts(self) -> dict[str, Any]:
        return {
            "uscc": self.uscc,
            "scope": self.scope.value,
            "plan": self.plan,
            "inspectors": self.inspectors,
            "reserves": self.reserves,
            "recused": self.recused,
            "starts_on": self.starts_on.isoformat(),
            "ends_on": self.ends_on.isoformat(),
        }


class Manner(StrEnum):
    """How the check is begun, or who or what cannot take part in it."""

    NOTICED = "noticed"
    UNANNOUNCED = "unannounced"
    REPLACE_INSPECTOR = "replace_inspector"
    REPLACE_TARGET = "replace_target"


class Assignment(TaskForm):
    """安排检查: by one of the officers drawn; a replacement needs a reason and another person's consent (SOD-16)."""

    code = "double_random_check.assignment"
    title = "安排检查"
    title_en = "Preparing the check"
    duty = "assigner"

    manner: Annotated[
        Manner,
        labelled(
            "检查方式",
            "How",
            widget="radios",
            options={
                "noticed": [
                    "事先通知",
                    "With notice",
                    "向检查对象送达检查通知书",
                    "The target is served a notice",
                ],
                "unannounced": [
                    "不事先通知",
                    "Without notice",
                    "直接到现场检查",
                    "The officers go there unannounced",
                ],
                "replace_inspector": [
                    "更换检查人员",
                    "Replace an officer",
                    "写明理由，报负责人同意；由候补的下一名接替",
                    "With a reason and the head's consent; the next reserve takes the place",
                ],
                "replace_target": [
                    "更换检查对象",
                    "Replace the target",
                    "写明理由，报负责人同意；由候补的下一个接替",
                    "With a reason and the head's consent; the next reserve takes the place",
                ],
            },
        ),
    ]
    visit_on: Annotated[
        Day | None,
        labelled("检查日期", "Day of the visit", hint="事先通知的填写", widget="date"),
    ] = None
    inspector: Annotated[
        Line | None, labelled("更换哪一名人员", "Which officer", hint="更换检查人员的填写")
    ] = None
    reason: Annotated[
        Text,
        labelled("更换的理由", "Reason", hint="更换的必须填写，记入办件", widget="textarea"),
    ] = ""

    @property
    def replaces(self) -> bool:
        return self.manner in {Manner.REPLACE_INSPECTOR, Manner.REPLACE_TARGET}

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.manner is Manner.NOTICED) != (self.visit_on is not None):
            raise ValueError("检查日期只在事先通知时填写，且必须填写")
        if (self.manner is Manner.REPLACE_INSPECTOR) != (self.inspector is not None):
            raise ValueError("更换检查人员的，写明更换哪一名；其他情形不填写")
        if self.replaces and len(self.reason) < 4:
            raise ValueError("抽取的人员和对象只有写明理由才能更换，请写明理由")
        return self


class ReplacementRequest(Form):
    """申请更换 after the check was prepared: who can no longer take part, or that the target cannot be checked (SOD-16)."""

    code = "double_random_check.replacement_request"
    title = "申请更换"
    title_en = "Asking for a replacement"

    inspector: Annotated[
        Line | None,
        labelled("更换哪一名人员", "Which officer", hint="更换检查对象的不填"),
    ] = None
    reason: Annotated[
        Text,
        labelled("更换的理由", "Reason", hint="记入办件", widget="textarea"),
        Field(min_length=4, max_length=2000),
    ]


class Consent(StrEnum):
    CONSENT = "consent"
    REFUSE = "refuse"


class Replacement(TaskForm):
    """更换审批: whether a drawn officer or target may be replaced; never by who asks for it (SOD-16)."""

    code = "double_random_check.replacement"
    title = "更换审批"
    title_en = "Consent to a replacement"
    duty = "replacement_approver"

    outcome: Annotated[
        Consent,
        labelled(
            "意见",
            "Outcome",
            widget="radios",
            options={
                "consent": [
                    "同意更换",
                    "Consent",
                    "由抽取顺序中的下一个候补接替；不在职、没有有效证件的跳过，并记录理由",
                    "The next reserve takes the place; who does not serve or has no valid certificate is passed over, on record",
                ],
                "refuse": [
                    "不同意",
                    "Refuse",
                    "仍由抽取的人员检查抽取的对象；须说明理由",
                    "It stays as drawn; with reasons",
                ],
            },
        ),
    ]
    successor: Annotated[
        Line | None,
        labelled(
            "候补都不能接替时由谁接替",
            "Who takes the place where no reserve can",
            hint="填写一名在职、持证、不需要回避的检查人员；还有候补能接替的，由候补接替（本局规则，待核）",
        ),
    ] = None
    reasons: Annotated[Text, labelled("理由", "Reasons", widget="textarea")] = ""
    no_interest: NoInterest

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        if self.successor is not None and len(self.reasons) < 4:
            raise ValueError("指定候补以外的人员接替的，请写明理由")
        if self.outcome is Consent.REFUSE and len(self.reasons) < 4:
            raise ValueError("不同意更换的，请写明理由")
        return self


class SiteRecord(Photographed):
    """检查记录: by at least two of the officers drawn."""

    code = "double_random_check.record"
    title = "检查记录"
    title_en = "Record of the check"
    duty = "inspector"

    checked_on: Annotated[Day, labelled("检查日期", "Day of the check", widget="date")]
    officers: Annotated[
        Names, labelled("检查人员", "Officers", hint=OFFICERS_HINT, widget="lines")
    ] = Field(min_length=1)
    record: Annotated[
        Text,
        labelled("检查情况", "What was found", hint="逐项写明检查事项和情况", widget="textarea"),
        Field(min_length=4),
    ]
