"""Application to leave the list of abnormal operations (移出经营异常名录), or to have an individual's mark taken off. law.md §2.20."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from forms.abnormal_operation_list import Ground
from forms.base import ApplicationForm, Fault, Section
from forms.fields import Day, Line, Text, labelled
from forms.licence_item import UnifiedCode


class Application(ApplicationForm):
    code = "abnormal_list_removal.application"
    title = "移出经营异常名录申请"
    title_en = "Application to leave the list of abnormal operations"
    sections = (
        Section("entity", "市场主体", "Market entity", ("uscc", "name")),
        Section("cure", "改正情况", "What was cured", ("ground", "cured_on", "cure", "truthful")),
    )

    uscc: Annotated[
        UnifiedCode,
        labelled("统一社会信用代码", "Unified social credit code", hint="18 位，见营业执照"),
    ]
    name: Annotated[
        Line,
        labelled("名称", "Name", hint="与营业执照一致"),
        Field(min_length=2, max_length=100),
    ]
    ground: Annotated[
        Ground,
        labelled(
            "因为什么被列入（标记）", "Why it was listed", hint="见列入决定书", widget="radios"
        ),
    ]
    cured_on: Annotated[Day, labelled("改正日期", "Cured on", widget="date")]
    cure: Annotated[
        Text,
        labelled(
            "改正情况",
            "How it was cured",
            hint="写明补报、公示、更正了什么，或者现在怎样联系",
            widget="textarea",
        ),
        Field(min_length=4),
    ]
    truthful: Annotated[
        Literal[True],
        labelled(
            "承诺申请内容真实；弄虚作假的，承担法律责任",
            "What is stated is true, and we answer for it",
            widget="checkbox",
        ),
    ]

    def subject(self) -> str:
        return self.name

    def name_to_register(self) -> str | None:
        return None

    def faults(self, today: date) -> list[Fault]:
        return [(("cured_on",), "改正日期还没有到")] if self.cured_on > today else []

    def case_facts(self) -> dict[str, Any]:
        return {"uscc": self.uscc, "name": self.name, "ground": self.ground.value}
