"""What officers decide of a plan of random inspection (双随机、一公开), and the document of its draw. law.md §2.17, SOD-16."""

import json
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.public_value import FEWEST_REASON
from domain.random_draw import document, draw
from forms.approval import NoInterest
from forms.base import TaskForm
from forms.double_random_inspection import Application
from forms.fields import Day, Line, Text, labelled


class PlanOutcome(StrEnum):
    APPROVE = "approve"
    REFUSE = "refuse"


class PlanDecision(TaskForm):
    """批准计划: by a head who did not propose it."""

    code = "double_random_inspection.approval"
    title = "抽查计划审批"
    title_en = "Decision on the plan"
    duty = "approver"

    decision: Annotated[
        PlanOutcome,
        labelled(
            "决定",
            "Decision",
            widget="radios",
            options={
                "approve": [
                    "批准计划",
                    "Approve the plan",
                    "名单和公开数值的出处不能再改；数值公布后抽取",
                    "Lists and source stay as they are; it is drawn once the public value is known",
                ],
                "refuse": [
                    "不批准",
                    "Do not approve",
                    "本计划办结；须说明理由",
                    "The plan ends; with reasons",
                ],
            },
        ),
    ]
    reasons: Annotated[Text, labelled("理由", "Reasons", widget="textarea")] = ""
    no_interest: NoInterest

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        if self.decision is PlanOutcome.REFUSE and len(self.reasons) < 4:
            raise ValueError("不批准的，请写明理由，提出计划的人会看到")
        return self


class PublicValue(TaskForm):
    """录入公开数值: the value that somebody else published after the lists were fixed; the draw follows from it."""

    code = "double_random_inspection.public_value"
    title = "录入公开数值"
    title_en = "Public value"
    duty = "drawer"

    value: Annotated[
        Line,
        labelled(
            "公开数值",
            "Public value",
            hint="照公布的录入，例如 05 11 17 22 26 31 + 09；由另一人核对，抽取以后不能更改",
        ),
        Field(min_length=4),
    ]
    source: Annotated[
        Line,
        labelled("数值出处", "Where it was published", hint="计划写明的，可以不填；填写的须一致"),
    ] = ""
    issue: Annotated[
        Line, labelled("期号", "Issue", hint="计划写明期号的，照实际公布的期号填写")
    ] = ""
    published_on: Annotated[
        Day,
        labelled("公布日期", "Published on", hint="计划写明的日期", widget="date"),
    ]
    reason: Annotated[
        Text,
        labelled(
            "晚于计划日期的理由",
            "Why later than planned",
            hint="计划写明的日期没有公布、用此后第一次公布的数值的，写明理由；会向社会公开",
            widget="textarea",
        ),
        Field(max_length=500),
    ] = ""


class ValueOutcome(StrEnum):
    AS_PUBLISHED = "as_published"
    RETURN = "return"


class ValueCheck(TaskForm):
    """核对公开数值: by somebody else than who entered it, against the publication itself, before anything is drawn."""

    code = "double_random_inspection.value_check"
    title = "核对公开数值"
    title_en = "Comparing the public value"
    duty = "value_checker"

    outcome: Annotated[
        ValueOutcome,
        labelled(
            "核对结果",
            "Outcome",
            widget="radios",
            options={
                "as_published": [
                    "与公布的一致",
                    "As it was published",
                    "随即抽取，不能再更改",
                    "The draw follows at once and stays",
                ],
                "return": [
                    "不一致，退回更正",
                    "Not so; to be put right",
                    "由负责人重新录入；两次录入的数值和理由都会公开",
                    "A head enters it again; both values and the reason are published",
                ],
            },
        ),
    ]
    reasons: Annotated[
        Text,
        labelled("理由", "Reasons", hint="退回的必须写明，会公开", widget="textarea"),
        Field(max_length=500),
    ] = ""

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        if self.outcome is ValueOutcome.RETURN and len(self.reasons) < FEWEST_REASON:
            raise ValueError("退回的，请写明哪里与公布的不一致")
        return self


def draw_file(number: str, form: Application, said: PublicValue) -> bytes:
    """The document of the draw as it is downloaded and hashed: the same bytes whenever it is made.

    Args:
        number: the plan's number, its receipt's.
    """
    lists = form.lists()
    shown = document(
        number,
        form.name,
        lists,
        draw(number, said.value, lists),
        value=said.value,
        source=said.source,
        published_on=said.published_on.isoformat(),
        issue=said.issue,
        reason=said.reason,
    )
    return (json.dumps(shown, ensure_ascii=False, indent=1) + "\n").encode()
