"""The report of an accident of special equipment (特种设备事故报告) as it reached the bureau. law.md §2.16, 监察条例 61–66.

An officer fills it in while somebody tells it, by telephone as a rule: what is not known yet stays empty. Times are to the
minute; numbers are those known so far, and change by supplementary reports.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from forms.base import ApplicationForm, Form, Section
from forms.fields import Instant, Line, Text, labelled
from forms.licence_item import UnifiedCode
from law.accidents import HAPPENING_LABELS, MOST, Equipment, Happening, Harm, faults


class ReportedBy(StrEnum):
    """Who told the bureau: only the unit's own report is bound by its hour (Q11)."""

    UNIT = "unit"
    AUTHORITY = "authority"
    ANYBODY = "anybody"


REPORTED_BY_LABELS = {
    ReportedBy.UNIT: ("事故发生单位", "The unit where it happened"),
    ReportedBy.AUTHORITY: ("其他机关（公安、消防、上级等）", "Another authority"),
    ReportedBy.ANYBODY: ("群众、媒体", "Anybody, the press"),
}

Persons = Annotated[int, Field(ge=0, le=1_000_000)]
Yuan = Annotated[int, Field(ge=0, le=MOST)]
Minutes = Annotated[int, Field(ge=0, le=100_000)]
DEATHS = labelled("死亡人数", "Deaths", hint="目前已知的人数")
INJURIES = labelled("重伤人数", "Serious injuries", hint="包括急性工业中毒")
LOSS = labelled("直接经济损失（元）", "Direct economic loss (yuan)", hint="还不清楚的先不填")
HAPPENINGS = labelled(
    "发生了什么（监察条例第61至64条列明的情形）",
    "What happened, as the regulation names it",
    hint="没有列明的不勾选，在经过中写明；以后勾选的，代替以前的",
    widget="checkboxes",
    options={h.value: list(HAPPENING_LABELS[h]) for h in Happening},
)
LIFT = labelled(
    "轿厢滞留多少分钟", "Minutes in the lift car", hint="轿厢滞留人员的填写，2小时以上为一般事故"
)
STRANDED = labelled("高空滞留人数", "People stranded at height", hint="高空滞留人员的填写")
STRANDED_MINUTES = labelled(
    "高空滞留多少分钟", "Minutes stranded at height", hint="高空滞留人员的填写"
)
MOVED = labelled("转移人数", "People moved", hint="有毒介质泄漏造成转移的填写")


class HarmTold(Form):
    """Numbers that somebody told: empty means not told, so that what was known before stays."""

    deaths: Annotated[Persons | None, DEATHS] = None
    injuries: Annotated[Persons | None, INJURIES] = None
    loss: Annotated[Yuan | None, LOSS] = None
    happenings: Annotated[list[Happening], HAPPENINGS] = Field(default=[], max_length=8)
    lift_minutes: Annotated[Minutes | None, LIFT] = None
    stranded: Annotated[Persons | None, STRANDED] = None
    stranded_minutes: Annotated[Minutes | None, STRANDED_MINUTES] = None
    moved: Annotated[Persons | None, MOVED] = None

    def told(self) -> dict[str, Any]:
        """What was told, for `Harm.changed`."""
        return self.model_dump(mode="json", include=set(HarmTold.model_fields))


TOLD = tuple(HarmTold.model_fields)
"""Its fields, in the order of declaration."""


class Application(HarmTold, ApplicationForm):
    code = "se_accident_report.application"
    title = "特种设备事故接报"
    title_en = "Report of an accident of special equipment"
    sections = (
        Section(
            "report",
            "接报",
            "The report",
            ("reported_by", "reporter", "phone", "told_at", "head_knew_at"),
        ),
        Section("unit", "事故发生单位", "The unit", ("uscc", "name")),
        Section(
            "accident",
            "事故",
            "The accident",
            ("happened_at", "place", "equipment", "device_code", "course"),
        ),
        Section("harm", "伤亡和损失", "Harm", TOLD),
    )

    reported_by: Annotated[ReportedBy, labelled("谁报告的", "Reported by", widget="radios")]
    reporter: Annotated[
        Line,
        labelled("报告人", "Name of who reported", hint="要求保密的写“匿名”；只有承办人员看得到"),
        Field(min_length=1, max_length=60),
    ]
    phone: Annotated[
        Line | None,
        labelled("联系电话", "Telephone", personal=True),
        Field(min_length=5, max_length=30),
    ] = None
    told_at: Annotated[
        Instant,
        labelled(
            "本局接到报告的时间",
            "When the bureau was told",
            hint="北京时间；2小时逐级上报的期限从这时起算，夜间和节假日不停（待核）",
        ),
    ]
    head_knew_at: Annotated[
        Instant | None,
        labelled(
            "单位负责人接到报告的时间",
            "When the head of the unit was told",
            hint="单位1小时报告的期限从这时起算（待核）；还不清楚的先不填，核实时补填",
        ),
    ] = None
    uscc: Annotated[UnifiedCode, labelled("统一社会信用代码", "Unified social credit code")]
    name: Annotated[
        Line, labelled("单位名称", "Name of the unit"), Field(min_length=2, max_length=100)
    ]
    happened_at: Annotated[Instant, labelled("事故发生的时间", "When it happened")]
    place: Annotated[
        Line, labelled("事故地点", "Place", hint="写到能找到现场"), Field(min_length=2)
    ]
    equipment: Annotated[Equipment, labelled("设备种类", "Kind of equipment", widget="radios")]
    device_code: Annotated[
        str | None,
        labelled("设备代码", "Device code", hint="字母、数字和连字符；不清楚的先不填"),
        Field(pattern=r"^[A-Za-z0-9-]{1,40}$", max_length=40),
    ] = None
    course: Annotated[
        Text,
        labelled(
            "简要经过", "What happened", hint="何时、何处、怎么发生、现在怎样", widget="textarea"
        ),
        Field(min_length=4),
    ]

    @property
    def harm(self) -> Harm:
        """As far as it was told; numbers that were not are 0."""
        return Harm(equipment=self.equipment).changed(self.told())

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if wrong := faults(self.harm):
            raise ValueError("；".join(message for _field, message in wrong))
        known: list[datetime] = [self.told_at, *([self.head_knew_at] if self.head_knew_at else [])]
        if min(known) < self.happened_at:
            raise ValueError("接到报告的时间早于事故发生的时间，请核对")
        of_unit = self.reported_by is ReportedBy.UNIT and self.head_knew_at is not None
        if of_unit and self.told_at == min(known) < max(known):
            raise ValueError("单位报告的时间早于单位负责人接到报告的时间，请核对")
        return self

    def subject(self) -> str:
        return self.name

    def name_to_register(self) -> str | None:
        return None

    def case_facts(self) -> dict[str, Any]:
        return {
            "uscc": self.uscc,
            "device": (self.device_code or "").upper(),
            "name": self.name,
            "reported_by": self.reported_by.value,
            "told_at": self.told_at.isoformat(),
            "head_knew_at": self.head_knew_at.isoformat() if self.head_knew_at else None,
            "happened_at": self.happened_at.isoformat(),
            "harm": self.harm.to_json(),
        }


class SupplementaryReport(HarmTold):
    """补报: what changed within the thirty days (Q13), told upward each time."""

    code = "se_accident_report.supplement"
    title = "补报"
    title_en = "Supplementary report"

    change: Annotated[
        Text,
        labelled(
            "有什么变化",
            "What changed",
            hint="写进补报；数字填现在的总数，没有变化的不填",
            widget="textarea",
        ),
        Field(min_length=4, max_length=2000),
    ]
    unit_told_at: Annotated[
        Instant | None,
        labelled(
            "单位向本局报告的时间",
            "When the unit told the bureau",
            hint="核实时单位还没有报告、后来报告的填写",
            widget="datetime",
        ),
    ] = None
