"""What every licence item's case is opened with (证照分离), and what officers note about a department's answer.

The application is written by the system from the separation that opens the case; it holds no personal data: the legal
representative is read from the separation's own application.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from forms.base import ApplicationForm, Section, TaskForm
from forms.fields import Code, Day, Line, Text, labelled
from law import licence_items
from law.codes import read_uscc


def _code(value: str) -> str:
    return read_uscc(value).code


UnifiedCode = Annotated[str, Field(max_length=40), AfterValidator(_code)]


class ItemApplication(ApplicationForm):
    """Which item of the catalogue, of which edition, for which enterprise."""

    sections = (
        Section("enterprise", "企业", "Enterprise", ("name", "uscc")),
        Section("item", "许可事项", "Licence item", ("item", "edition", "separation")),
    )

    name: Annotated[Line, labelled("企业名称", "Enterprise"), Field(min_length=2, max_length=100)]
    uscc: Annotated[UnifiedCode, labelled("统一社会信用代码", "Unified social credit code")]
    item: Annotated[Code, labelled("许可事项", "Licence item")]
    edition: Annotated[Code, labelled("事项目录版次", "Edition of the catalogue of items")]
    separation: Annotated[Code, labelled("所属证照分离办件", "The separation it belongs to")]

    def subject(self) -> str:
        return f"{self.name}：{licence_items.item(self.item, self.edition).name}"

    def case_facts(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "uscc": self.uscc,
            "item": self.item,
            "edition": self.edition,
            "separation": self.separation,
        }


class Heard(StrEnum):
    WAIT = "wait"
    YES = "yes"
    NO = "no"


class DepartmentAnswer(TaskForm):
    """催办: the department's term is over, or it takes nothing; an officer asks there and notes what was said."""

    code = "licence_item.department_answer"
    title = "催办有关部门"
    title_en = "Ask the department"
    duty = "trouble_handler"

    heard: Annotated[
        Heard,
        labelled(
            "部门的答复",
            "The department's answer",
            widget="radios",
            options={
                "wait": ["还没有结果", "No result yet", "到期再查询一次", "Asked again on the day"],
                "yes": ["已办结：同意", "Done: yes", "填写文书编号", "Give its document number"],
                "no": ["已办结：不同意", "Done: no", "填写理由", "Give the reason"],
            },
        ),
    ]
    ask_again_on: Annotated[
        Day | None, labelled("再次查询日", "Ask again on", widget="date", hint="还没有结果的填写")
    ] = None
    document: Annotated[
        Line, labelled("部门文书编号", "Number of the department's document"), Field(max_length=100)
    ] = ""
    note: Annotated[
        Text,
        labelled("说明", "Note", widget="textarea", hint="不同意的写明部门的理由，申请人会看到"),
        Field(min_length=2),
    ]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.heard is Heard.WAIT and not isinstance(self.ask_again_on, date):
            raise ValueError("还没有结果的，请填写再次查询日")
        if self.heard is Heard.YES and not self.document:
            raise ValueError("已办结的，请填写部门文书编号")
        return self
