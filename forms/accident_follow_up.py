"""What officers fill in after an accident was handed over: the investigation report, the penalty, the rectification. law.md §2.16."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from forms.accident_steps import Officers
from forms.approval import NoInterest
from forms.base import TaskForm
from forms.fields import Day, Line, Text, labelled

Document = Annotated[Line, Field(min_length=4, max_length=64)]


class Awaited(StrEnum):
    RECEIVED = "received"
    CHASE = "chase"


class InvestigationReport(TaskForm):
    """事故调查报告 of the investigating level: it has come with its approval (监察条例 68), or it is asked after."""

    code = "se_accident_report.investigation"
    title = "事故调查报告"
    title_en = "The investigation report"
    duty = "inspector"

    outcome: Annotated[
        Awaited,
        labelled(
            "调查报告",
            "The report",
            widget="radios",
            options={
                "received": [
                    "已经收到",
                    "It has come",
                    "报请负责人决定是否立案处罚",
                    "A head decides on a penalty",
                ],
                "chase": [
                    "没有收到，催报",
                    "Not yet: ask after it",
                    "发出催报函，继续等待",
                    "A letter is sent",
                ],
            },
        ),
    ]
    document: Annotated[
        Document | None,
        labelled(
            "批复文号",
            "Number of the approval",
            hint="收到的填写；由人民政府批复（监察条例第68条）",
        ),
    ] = None
    received_on: Annotated[
        Day | None, labelled("收到日期", "Received on", hint="收到的填写", widget="date")
    ] = None
    record: Annotated[
        Text,
        labelled(
            "认定的原因、责任和整改意见，或者催报的情况",
            "Causes, responsibility, what to rectify; or what was asked",
            widget="textarea",
        ),
        Field(min_length=4),
    ]

    @model_validator(mode="after")
    def _received(self) -> Self:
        if self.outcome is Awaited.RECEIVED and not (self.document and self.received_on):
            raise ValueError("收到调查报告的，请填写批复文号和收到日期")
        return self


class PenaltyPlanned(StrEnum):
    PENALISE = "penalise"
    NONE = "none"


class PenaltyDecision(TaskForm):
    """Whether a penalty case is opened on the approved report (监察条例 68(2)); by who did not take the accident's report."""

    code = "se_accident_report.penalty"
    title = "是否立案处罚"
    title_en = "Whether to open a penalty case"
    duty = "approver"

    decision: Annotated[
        PenaltyPlanned,
        labelled(
            "决定",
            "Decision",
            widget="radios",
            options={
                "penalise": [
                    "立案处罚",
                    "Open a penalty case",
                    "另案办理，处罚决定记入本件",
                    "A case of its own; its decision is noted here",
                ],
                "none": [
                    "不予处罚，跟踪整改",
                    "No penalty, follow the rectification",
                    "写明理由",
                    "With reasons",
                ],
            },
        ),
    ]
    reasons: Annotated[
        Text,
        labelled("理由", "Reasons", hint="迟报、瞒报的线索一并考虑", widget="textarea"),
        Field(min_length=4),
    ]
    no_interest: NoInterest


class PenaltyNoted(TaskForm):
    """行政处罚 of its own case, noted here: which decision, against whom."""

    code = "se_accident_report.penalty_noted"
    title = "记录处罚结果"
    title_en = "The penalty is noted"
    duty = "inspector"

    document: Annotated[Document, labelled("处罚决定书文号", "Number of the penalty decision")]
    decided_on: Annotated[Day, labelled("处罚决定日期", "Day of the decision", widget="date")]
    record: Annotated[
        Text,
        labelled("处罚了谁、什么处罚", "Who was penalised, and how", widget="textarea"),
        Field(min_length=4),
    ]


class Followed(StrEnum):
    NOTICE = "notice"
    DONE = "done"


class FollowUp(TaskForm):
    """整改跟踪: what the unit has to rectify and until when, then whether it did, seen by two inspectors."""

    code = "se_accident_report.follow_up"
    title = "整改跟踪"
    title_en = "Follow the rectification"
    duty = "inspector"

    outcome: Annotated[
        Followed,
        labelled(
            "处理",
            "Outcome",
            widget="radios",
            options={
                "notice": [
                    "发出整改跟踪通知",
                    "Send a notice",
                    "写明整改什么、何时完成，送达单位",
                    "What, until when; served on the unit",
                ],
                "done": [
                    "整改完成，办结",
                    "Rectified: close",
                    "两名以上执法人员现场查看后选择；补报的三十日届满以后归档",
                    "After two inspectors have seen it; archived once the thirty days of supplements are over",
                ],
            },
        ),
    ]
    due_on: Annotated[
        Day | None,
        labelled("整改完成的日期", "To be done by", hint="发出通知的填写", widget="date"),
    ] = None
    officers: Officers = []
    record: Annotated[
        Text,
        labelled(
            "整改要求，或者现场查看的情况", "What to rectify, or what was seen", widget="textarea"
        ),
        Field(min_length=4),
    ]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.outcome is Followed.NOTICE) != (self.due_on is not None):
            raise ValueError("整改完成的日期只在发出通知时填写，且必须填写")
        if (self.outcome is Followed.DONE) != bool(self.officers):
            raise ValueError("到场人员只在整改完成时填写，且必须填写")
        return self

    def too_early(self, today: date) -> bool:
        """Whether what was noticed would have to be done before it is served."""
        return self.due_on is not None and self.due_on < today
