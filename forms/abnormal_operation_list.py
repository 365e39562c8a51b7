"""A proposal to list a market entity (列入经营异常名录) or to mark an individual: law.md §2.20, 公示条例 17.

An officer fills it in. It holds no personal data but the name of an individual's business.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from forms.base import ApplicationForm, Fault, Section
from forms.fields import Day, Line, Text, labelled
from forms.licence_item import UnifiedCode


class Ground(StrEnum):
    """The grounds of 公示条例 17."""

    ANNUAL_REPORT_MISSING = "annual_report_missing"
    INFORMATION_NOT_PUBLISHED = "information_not_published"
    FALSE_INFORMATION = "false_information"
    UNREACHABLE = "unreachable"


GROUND_LABELS = {
    Ground.ANNUAL_REPORT_MISSING: (
        "未按规定的期限公示年度报告",
        "Annual report not published in time",
    ),
    Ground.INFORMATION_NOT_PUBLISHED: (
        "应当公示的信息没有公示",
        "Information not published",
    ),
    Ground.FALSE_INFORMATION: (
        "公示信息隐瞒真实情况、弄虚作假",
        "Published information is false",
    ),
    Ground.UNREACHABLE: (
        "通过登记的住所（经营场所）无法联系",
        "Cannot be reached at the registered address",
    ),
}


class Application(ApplicationForm):
    code = "abnormal_operation_list.application"
    title = "列入经营异常名录立案"
    title_en = "Proposal to enter into the list of abnormal operations"
    sections = (
        Section("entity", "市场主体", "Market entity", ("uscc", "name")),
        Section(
            "ground",
            "情形",
            "Ground",
            ("ground", "report_year", "information", "found_on", "facts"),
        ),
    )

    uscc: Annotated[UnifiedCode, labelled("统一社会信用代码", "Unified social credit code")]
    name: Annotated[
        Line,
        labelled("市场主体名称", "Name", hint="与登记的名称一致"),
        Field(min_length=2, max_length=100),
    ]
    ground: Annotated[Ground, labelled("情形", "Ground", widget="radios")]
    report_year: Annotated[
        int | None,
        labelled(
            "未公示的年度报告是哪一年度的",
            "Year of the missing report",
            hint="未公示年度报告的填写，例如 2025（应当在次年6月30日前公示）",
        ),
        Field(ge=2013, le=2100),
    ] = None
    information: Annotated[
        Line | None,
        labelled(
            "应当公示的信息",
            "Information to publish",
            hint="没有公示有关信息的填写；立项后先责令限期公示",
        ),
    ] = None
    found_on: Annotated[Day, labelled("发现日期", "Found on", widget="date")]
    facts: Annotated[
        Text,
        labelled(
            "线索和初步证据",
            "Lead and first evidence",
            hint="从哪里发现、有什么材料；另一办件移送的写明编号",
            widget="textarea",
        ),
        Field(min_length=4),
    ]

    @model_validator(mode="after")
    def _of_the_ground(self) -> Self:
        if (self.ground is Ground.ANNUAL_REPORT_MISSING) != (self.report_year is not None):
            raise ValueError("年度只在未公示年度报告时填写，且必须填写")
        if (self.ground is Ground.INFORMATION_NOT_PUBLISHED) != (self.information is not None):
            raise ValueError("应当公示的信息只在未公示有关信息时填写，且必须填写")
        return self

    def subject(self) -> str:
        return self.name

    def name_to_register(self) -> str | None:
        return None

    def faults(self, today: date) -> list[Fault]:
        if self.found_on > today:
            return [(("found_on",), "发现日期还没有到")]
        if self.report_year is not None and today <= date(self.report_year + 1, 6, 30):
            return [(("report_year",), "该年度报告的公示期限（次年6月30日）还没有届满")]
        return []

    def case_facts(self) -> dict[str, Any]:
        return {
            "uscc": self.uscc,
            "name": self.name,
            "ground": self.ground.value,
            "report_year": self.report_year,
        }
