"""Officers' forms of what is listed (经营异常名录, 严重违法失信名单): verification, statement, decision. law.md §2.20."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from forms.approval import NoInterest
from forms.base import TaskForm
from forms.fields import Day, Text, labelled


class Established(StrEnum):
    """Whether the ground of the proposal holds."""

    ESTABLISHED = "established"
    NOT_ESTABLISHED = "not_established"


class Verification(TaskForm):
    """核实: an officer finds whether the ground holds, before anybody is told anything."""

    code = "credit_lists.verification"
    title = "核实"
    title_en = "Verification of the ground"
    duty = "inspector"

    finding: Annotated[
        Established,
        labelled(
            "核实结论",
            "Finding",
            widget="radios",
            options={
                "established": [
                    "情形属实",
                    "The ground holds",
                    "送达列入告知书，听取陈述申辩",
                    "The party is told and heard",
                ],
                "not_established": [
                    "情形不成立或者已经改正",
                    "It does not hold, or was cured",
                    "不予列入，本件办结",
                    "Nothing is entered and the case ends",
                ],
            },
        ),
    ]
    checked_on: Annotated[Day, labelled("核实日期", "Day of the check", widget="date")]
    record: Annotated[
        Text,
        labelled(
            "核实情况",
            "What was found",
            hint="查了什么、何时、结果如何；写进告知书",
            widget="textarea",
        ),
        Field(min_length=4),
    ]


class Stated(StrEnum):
    """What the party said to what it was told."""

    NOTHING = "nothing"
    REJECTED = "rejected"
    ADOPTED = "adopted"


class Statement(TaskForm):
    """陈述申辩: what the party said, and what the office makes of it. It may come by mail or at the counter."""

    code = "credit_lists.statement"
    title = "记录陈述申辩"
    title_en = "The party's statement"
    duty = "inspector"

    stated: Annotated[
        Stated,
        labelled(
            "当事人的陈述申辩",
            "Statement of the party",
            widget="radios",
            options={
                "nothing": [
                    "没有提出",
                    "None was made",
                    "报请作出决定",
                    "The decision is asked for",
                ],
                "rejected": [
                    "提出，不予采纳",
                    "Made, and not followed",
                    "写明理由，报请作出决定",
                    "With reasons, the decision is asked for",
                ],
                "adopted": [
                    "提出，予以采纳",
                    "Made, and followed",
                    "写明理由；决定人可以不予列入",
                    "With reasons; the head may decide not to list",
                ],
            },
        ),
    ]
    record: Annotated[
        Text,
        labelled(
            "内容和复核意见",
            "Content, and what was made of it",
            hint="没有提出的，写明告知书何时送达",
            widget="textarea",
        ),
        Field(min_length=4),
    ]


class ListingOutcome(StrEnum):
    ENTER = "enter"
    DO_NOT_ENTER = "do_not_enter"


class ListingDecision(TaskForm):
    """列入决定: enter or not, with reasons either way; by somebody who did not propose it."""

    code = "credit_lists.decision"
    title = "列入决定"
    title_en = "Decision to list"
    duty = "approver"

    decision: Annotated[
        ListingOutcome,
        labelled(
            "决定",
            "Decision",
            widget="radios",
            options={
                "enter": [
                    "予以列入（标记）",
                    "Enter",
                    "通过国家企业信用信息公示系统公示，送达决定书",
                    "Shown at NECIPS; the decision is served",
                ],
                "do_not_enter": [
                    "不予列入（标记）",
                    "Do not enter",
                    "本件办结，送达告知书",
                    "The case ends; the party is told",
                ],
            },
        ),
    ]
    reasons: Annotated[
        Text, labelled("事实和理由", "Facts and reasons", hint="写进决定书", widget="textarea")
    ] = ""
    no_interest: NoInterest

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        if len(self.reasons) < 4:
            raise ValueError("请写明事实和理由，当事人会在决定书上看到")
        return self


class GoneOutcome(StrEnum):
    """What becomes of the case of a party that has been deregistered."""

    END = "end"
    KEEP = "keep"


class PartyGone(TaskForm):
    """The party left the market while it was listed; whether the case ends is an officer's to say: no rule was read."""

    code = "abnormal_operation_list.party_gone"
    title = "当事人已经注销"
    title_en = "The party is deregistered"
    duty = "inspector"

    decision: Annotated[
        GoneOutcome,
        labelled(
            "处理",
            "Outcome",
            widget="radios",
            options={
                "end": [
                    "办结",
                    "End the case",
                    "公示栏不再公示，公示系统的记录保持原样",
                    "The board no longer shows it; the record at NECIPS stays as it is",
                ],
                "keep": [
                    "继续",
                    "Keep it open",
                    "例如注销可能恢复；移出时再办结",
                    "The entry may be restored; it ends with the removal",
                ],
            },
        ),
    ]
    reasons: Annotated[
        Text,
        labelled("理由", "Reasons", hint="法律没有专门规定（待核），请写明依据", widget="textarea"),
        Field(min_length=4),
    ]
