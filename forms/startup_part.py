"""One part of opening an enterprise (企业开办“一次办”): what its office needs to know, and what is done when it failed.

The application is written by the system from the one-stop application; it holds no personal data: the legal
representative is read from the registration's own application.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from forms.base import ApplicationForm, Form, Section, TaskForm
from forms.fields import Code, Day, Line, Text, labelled
from forms.licence_item import UnifiedCode
from law.startup_parts import PARTS, Part, part_of


class Seal(StrEnum):
    OFFICIAL = "official"
    FINANCE = "finance"
    INVOICE = "invoice"
    CONTRACT = "contract"
    LEGAL_REPRESENTATIVE = "legal_representative"


SEAL_LABELS = {
    Seal.OFFICIAL: ("公章", "Official seal"),
    Seal.FINANCE: ("财务专用章", "Finance seal"),
    Seal.INVOICE: ("发票专用章", "Invoice seal"),
    Seal.CONTRACT: ("合同专用章", "Contract seal"),
    Seal.LEGAL_REPRESENTATIVE: ("法定代表人名章", "Name seal of the legal representative"),
}


class Taxpayer(StrEnum):
    SMALL_SCALE = "small_scale"
    GENERAL = "general"


TAXPAYER_LABELS = {
    Taxpayer.SMALL_SCALE: ("小规模纳税人", "Small-scale taxpayer"),
    Taxpayer.GENERAL: ("一般纳税人", "General taxpayer"),
}


def _distinct(seals: list[Seal]) -> list[Seal]:
    if len(set(seals)) != len(seals):
        raise ValueError("同一种印章只需选一次")
    return seals


Seals = Annotated[
    list[Seal],
    labelled(
        "刻制的印章",
        "Seals to be made",
        widget="checkboxes",
        hint="办理公安印章备案的填写",
        options={seal.value: list(label) for seal, label in SEAL_LABELS.items()},
    ),
    Field(max_length=5),
    AfterValidator(_distinct),
]
TaxpayerKind = Annotated[
    Taxpayer | None,
    labelled(
        "纳税人类型",
        "Kind of taxpayer",
        widget="radios",
        hint="办理税务信息确认的填写",
        options={kind.value: list(label) for kind, label in TAXPAYER_LABELS.items()},
    ),
]
Employees = Annotated[
    int | None,
    labelled("职工人数", "Employees", hint="办理社会保险、住房公积金的填写；没有职工的填 0"),
    Field(ge=0, le=1_000_000),
]
Bank = Annotated[
    Line,
    labelled("开户银行", "Bank", hint="办理银行预约开户的填写，写到支行"),
    Field(max_length=100),
]
VisitOn = Annotated[
    Day | None, labelled("预约到访日期", "Day of the visit to the bank", widget="date")
]


class Application(ApplicationForm):
    """Which part, for which enterprise, registered by which case."""

    code = "startup_part.application"
    title = "企业开办分项办理"
    title_en = "Part of an enterprise's opening"
    sections = (
        Section("enterprise", "企业", "Enterprise", ("name", "uscc", "registration")),
        Section(
            "part",
            "办理事项",
            "Part",
            ("part", "seals", "taxpayer", "employees", "bank", "visit_on"),
        ),
    )

    name: Annotated[Line, labelled("企业名称", "Enterprise"), Field(min_length=2, max_length=100)]
    uscc: Annotated[UnifiedCode, labelled("统一社会信用代码", "Unified social credit code")]
    registration: Annotated[Code, labelled("设立登记办件", "The registration's case")]
    part: Annotated[Part, labelled("办理事项", "Part", widget="radios")]
    seals: Seals = []
    taxpayer: TaxpayerKind = None
    employees: Employees = None
    bank: Bank = ""
    visit_on: VisitOn = None

    def subject(self) -> str:
        return f"{self.name}：{PARTS[self.part].name}"

    def case_facts(self) -> dict[str, Any]:
        answers = self.model_dump(mode="json")
        kept = ("name", "uscc", "registration", "part")
        return {
            **{field: answers[field] for field in kept},
            "facts": {fact: answers[fact] for fact in part_of(self.part).facts},
        }


class Action(StrEnum):
    RETRY = "retry"
    GIVE_UP = "give_up"


class PartFailed(TaskForm):
    """没有办成的处理: tried again, with facts that were set right, or left to the enterprise; the licence stands."""

    code = "startup_part.failed"
    title = "处理没有办成的事项"
    title_en = "A part that was not done"
    duty = "trouble_handler"

    action: Annotated[
        Action,
        labelled(
            "处理",
            "What to do",
            widget="radios",
            options={
                "retry": [
                    "再次提交",
                    "Hand in again",
                    "与申请人核实后，可以在下面更正信息",
                    "What was wrong can be set right below",
                ],
                "give_up": [
                    "不在本次办理",
                    "Give it up here",
                    "告知申请人自行到该部门办理；营业执照不受影响",
                    "The applicant is told to do it at the office; the licence stands",
                ],
            },
        ),
    ]
    seals: Seals = []
    taxpayer: TaxpayerKind = None
    employees: Employees = None
    bank: Bank = ""
    visit_on: VisitOn = None
    note: Annotated[
        Text, labelled("说明", "Note", widget="textarea", hint="申请人会看到"), Field(min_length=4)
    ]

    @property
    def corrected(self) -> dict[str, Any]:
        """The facts that were set right; only what was filled in."""
        return _filled(self.model_dump(mode="json", exclude={"action", "note"}))

    @model_validator(mode="after")
    def _nothing_to_correct(self) -> Self:
        if self.action is Action.GIVE_UP and self.corrected:
            raise ValueError("不在本次办理的，不需要更正信息")
        return self


class PartCorrection(Form):
    """更正并再次提交: the applicant sets right what was wrong, and the part is handed in again."""

    code = "startup_part.correction"
    title = "更正并再次提交"
    title_en = "Set right and hand in again"

    seals: Seals = []
    taxpayer: TaxpayerKind = None
    employees: Employees = None
    bank: Bank = ""
    visit_on: VisitOn = None

    @property
    def corrected(self) -> dict[str, Any]:
        """The facts that were set right; only what was filled in."""
        return _filled(self.model_dump(mode="json"))


def _filled(answers: dict[str, Any]) -> dict[str, Any]:
    return {fact: value for fact, value in answers.items() if value not in (None, "", [])}


def visit_over(visit_on: date | None, today: date) -> bool:
    return visit_on is not None and visit_on < today
