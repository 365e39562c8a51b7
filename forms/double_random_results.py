"""Results of a random inspection (双随机抽查): entry, publication, what follows, the recheck. law.md §2.17, B01."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from forms.approval import NoInterest
from forms.base import TaskForm
from forms.double_random_check import OFFICERS_HINT, Names
from forms.fields import Day, Line, Text, labelled
from forms.spot_records import Photographed


class Result(StrEnum):
    """结果代码 of law.md §2.17; the full list of the platform was not read (待核)."""

    NORMAL = "normal"
    NOT_PUBLISHED = "not_published"
    UNREACHABLE = "unreachable"
    UNCOOPERATIVE = "uncooperative"
    ORDERED = "ordered"
    PENDING = "pending"


RESULT_LABELS: Final[Mapping[Result, tuple[str, str]]] = {
    Result.NORMAL: ("正常", "In order"),
    Result.NOT_PUBLISHED: ("未按规定公示", "Not published as required"),
    Result.UNREACHABLE: ("通过登记的住所无法联系", "Cannot be reached at the registered address"),
    Result.UNCOOPERATIVE: ("不配合检查", "Does not cooperate"),
    Result.ORDERED: ("发现问题已责令改正", "Problems found, ordered to be put right"),
    Result.PENDING: ("发现问题待后续处理", "Problems found, to be dealt with"),
}


class FollowUp(StrEnum):
    """What follows a published result: the stages of the case."""

    NORMAL = "normal"
    RECTIFY_ORDERED = "rectify_ordered"
    CASE_OPENED = "case_opened"
    ABNORMAL_LIST = "abnormal_list"


FOLLOW_UPS: Final[Mapping[Result, FollowUp]] = {
    Result.NORMAL: FollowUp.NORMAL,
    Result.NOT_PUBLISHED: FollowUp.ABNORMAL_LIST,
    Result.UNREACHABLE: FollowUp.ABNORMAL_LIST,
    Result.UNCOOPERATIVE: FollowUp.CASE_OPENED,
    Result.ORDERED: FollowUp.RECTIFY_ORDERED,
    Result.PENDING: FollowUp.CASE_OPENED,
}


def result_name(code: str) -> str:
    """The result as it is published."""
    return RESULT_LABELS[Result(code)][0]


def follow_up(code: str) -> FollowUp:
    """What follows from the result once it is published."""
    return FOLLOW_UPS[Result(code)]


def _then(result: Result, zh: str, en: str) -> list[str]:
    return [*RESULT_LABELS[result], zh, en]


class ResultEntry(TaskForm):
    """结果: its entry forms the result; from then on the term for its publication runs (B01)."""

    code = "double_random_check.result"
    title = "录入检查结果"
    title_en = "Result of the check"
    duty = "proposer"

    result: Annotated[
        Result,
        labelled(
            "检查结果",
            "Result",
            widget="radios",
            options={
                "normal": _then(Result.NORMAL, "公示后办结", "It ends once published"),
                "not_published": _then(
                    Result.NOT_PUBLISHED,
                    "公示后另立列入经营异常名录的办件",
                    "A case for the list of abnormal operations follows",
                ),
                "unreachable": _then(
                    Result.UNREACHABLE,
                    "公示后另立列入经营异常名录的办件",
                    "A case for the list of abnormal operations follows",
                ),
                "uncooperative": _then(
                    Result.UNCOOPERATIVE,
                    "公示后作为线索交股室负责人",
                    "The head of section is given the lead",
                ),
                "ordered": _then(
                    Result.ORDERED,
                    "送达责令改正通知书，到期复查",
                    "An order is served and looked after",
                ),
                "pending": _then(
                    Result.PENDING,
                    "公示后作为线索交股室负责人",
                    "The head of section is given the lead",
                ),
            },
        ),
    ]
    details: Annotated[
        Text,
        labelled(
            "情况说明",
            "Details",
            hint="发现的问题和依据；写进检查结果告知书",
            widget="textarea",
        ),
        Field(max_length=2000),
    ] = ""
    report_year: Annotated[
        int | None,
        labelled(
            "未公示的年度报告是哪一年度的",
            "Year of the missing report",
            hint="未按规定公示年度报告的填写",
        ),
        Field(ge=2013, le=2100),
    ] = None
    information: Annotated[
        Line | None,
        labelled("应当公示的信息", "Information to publish", hint="未按规定公示其他信息的填写"),
    ] = None
    rectify_until: Annotated[
        Day | None,
        labelled(
            "改正期限的最后一天",
            "Last day to put it right",
            hint="责令改正的填写；法律没有统一规定期限，由检查人员确定",
            widget="date",
        ),
    ] = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.result is not Result.NORMAL and len(self.details) < 4:
            raise ValueError("不是“正常”的，请写明情况")
        missing = (self.report_year is None) == (self.information is None)
        if self.result is Result.NOT_PUBLISHED and missing:
            raise ValueError("未按规定公示的，写明年度，或者写明应当公示的信息，只写一项")
        if self.result is not Result.NOT_PUBLISHED and not (
            self.report_year is None and self.information is None
        ):
            raise ValueError("年度和应当公示的信息只在未按规定公示时填写")
        if (self.result is Result.ORDERED) != (self.rectify_until is not None):
            raise ValueError("改正期限只在责令改正时填写，且必须填写")
        return self


class PublishOutcome(StrEnum):
    PUBLISH = "publish"
    RETURN = "return"


class Publication(TaskForm):
    """公示审核: by a head who did not enter the result; the term of B01 goes on while it is returned."""

    code = "double_random_check.publication"
    title = "检查结果公示"
    title_en = "Publication of the result"
    duty = "approver"

    decision: Annotated[
        PublishOutcome,
        labelled(
            "决定",
            "Decision",
            widget="radios",
            options={
                "publish": [
                    "公示",
                    "Publish",
                    "在公示系统和本局公示栏公示，告知检查对象",
                    "Shown at NECIPS and on the board; the target is told",
                ],
                "return": [
                    "退回核对",
                    "Return",
                    "退回检查人员重新录入结果；公示期限照常计算",
                    "The officers enter the result again; the term goes on",
                ],
            },
        ),
    ]
    reasons: Annotated[Text, labelled("理由", "Reasons", widget="textarea")] = ""
    no_interest: NoInterest

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        if self.decision is PublishOutcome.RETURN and len(self.reasons) < 4:
            raise ValueError("退回的，请写明需要核对什么")
        return self


class Rectified(StrEnum):
    RECTIFIED = "rectified"
    NOT_RECTIFIED = "not_rectified"


class Recheck(Photographed):
    """复查: whether what was ordered has been put right."""

    code = "double_random_check.recheck"
    title = "复查改正情况"
    title_en = "Recheck"
    duty = "inspector"

    finding: Annotated[
        Rectified,
        labelled(
            "复查结论",
            "Finding",
            widget="radios",
            options={
                "rectified": ["已经改正", "Put right", "本件办结", "The case ends"],
                "not_rectified": [
                    "没有改正",
                    "Not put right",
                    "作为线索交股室负责人",
                    "The head of section is given the lead",
                ],
            },
        ),
    ]
    checked_on: Annotated[Day, labelled("复查日期", "Day of the recheck", widget="date")]
    officers: Annotated[
        Names, labelled("检查人员", "Officers", hint=OFFICERS_HINT, widget="lines")
    ] = Field(min_length=1)
    record: Annotated[
        Text, labelled("复查情况", "What was found", widget="textarea"), Field(min_length=4)
    ]


def report_overdue(year: int, today: date) -> bool:
    """Whether the annual report of the year is overdue: by 30 June of the next (公示条例 8)."""
    return today > date(year + 1, 6, 30)
