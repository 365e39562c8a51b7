"""What officers fill in of an accident of special equipment until it is handed over. law.md §2.16."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from forms.approval import NoInterest
from forms.base import TaskForm
from forms.fields import Instant, Line, Text, labelled
from forms.se_accident_report import HarmTold
from law.accidents import AccidentClass

Officers = Annotated[
    list[Annotated[Line, Field(min_length=2)]],
    labelled(
        "到场人员",
        "Officers on site",
        hint="每行一人，须是本机关的执法人员，包括您本人，不少于两人",
        widget="lines",
    ),
    Field(max_length=10),
]


class Verified(StrEnum):
    """What the verification leads to think; a head closes or reports."""

    ACCIDENT = "accident"
    NOT_OURS = "not_ours"
    FALSE = "false"
    DUPLICATE = "duplicate"


class Verification(HarmTold, TaskForm):
    """核实 of what was reported (监察条例 66(2): as soon as possible); the head decides on it within the same two hours."""

    code = "se_accident_report.verification"
    title = "核实"
    title_en = "Verification"
    duty = "inspector"

    finding: Annotated[
        Verified,
        labelled(
            "核实结论",
            "Finding",
            widget="radios",
            options={
                "accident": [
                    "是特种设备事故",
                    "An accident of special equipment",
                    "报请负责人上报",
                    "A head is asked to report upward",
                ],
                "not_ours": [
                    "不是特种设备事故，或者不属于本局",
                    "Not one, or not ours",
                    "报请负责人办结，写明应当由谁处理",
                    "A head is asked to close it; say whose it is",
                ],
                "false": [
                    "没有发生，报告不实",
                    "It did not happen",
                    "报请负责人办结",
                    "A head is asked to close it",
                ],
                "duplicate": [
                    "同一事故已经接报",
                    "The same accident was reported before",
                    "报请负责人并入原件，写明原件的编号；这次报告的情况在原件中补报",
                    "A head is asked to merge it; say the number of the other case, and report there what is new here",
                ],
            },
        ),
    ]
    head_knew_at: Annotated[
        Instant | None,
        labelled(
            "单位负责人接到报告的时间",
            "When the head of the unit was told",
            hint="接报时不清楚或者不对的填写",
            widget="datetime",
        ),
    ] = None
    unit_told_at: Annotated[
        Instant | None,
        labelled(
            "单位向本局报告的时间",
            "When the unit told the bureau",
            hint="不是单位报告的，单位向本局报告的时间；没有报告的不填",
            widget="datetime",
        ),
    ] = None
    correction: Annotated[
        Text,
        labelled(
            "更正时间的理由",
            "Why a time is another than was recorded",
            hint="与已经记录的时间不同的必须写，理由记入本件",
            widget="textarea",
        ),
    ] = ""
    record: Annotated[
        Text,
        labelled(
            "核实情况", "What was found", hint="向谁、怎样核实的，结果如何", widget="textarea"
        ),
        Field(min_length=4),
    ]


class Upward(StrEnum):
    REPORT = "report"
    NOT_OURS = "not_ours"
    FALSE = "false"
    DUPLICATE = "duplicate"


class Raised(StrEnum):
    """The class to which a head raises it."""

    NO = "no"
    GENERAL = "general"
    LARGER = "larger"
    MAJOR = "major"
    EXTRAORDINARY = "extraordinary"

    @property
    def grade(self) -> AccidentClass | None:
        return None if self is Raised.NO else AccidentClass(self.value)


class Skip(StrEnum):
    """To whom it is reported beside the next level (特种设备安全法 70)."""

    NO = "no"
    PROVINCE = "province"
    STATE = "state"


class UpwardDecision(TaskForm):
    """上报决定 by a head who did not take the report: the class may only be raised, and all that is chosen has its reason."""

    code = "se_accident_report.upward"
    title = "上报"
    title_en = "Report upward"
    duty = "approver"

    decision: Annotated[
        Upward,
        labelled(
            "决定",
            "Decision",
            widget="radios",
            options={
                "report": [
                    "上报",
                    "Report upward",
                    "分别报告区人民政府和上一级市场监督管理部门",
                    "To the district government and to the next level",
                ],
                "not_ours": [
                    "办结：不是特种设备事故，或者不属于本局",
                    "Close: not one, or not ours",
                    "写明理由和应当由谁处理",
                    "With reasons, and whose it is",
                ],
                "false": [
                    "办结：报告不实",
                    "Close: it did not happen",
                    "写明理由",
                    "With reasons",
                ],
                "duplicate": [
                    "办结：并入同一事故的原件",
                    "Close: merged with the case of the same accident",
                    "写明原件的编号",
                    "Say the number of that case",
                ],
            },
        ),
    ]
    raised: Annotated[
        Raised,
        labelled(
            "提高等级",
            "Raise the class",
            widget="radios",
            options={
                "no": [
                    "不提高",
                    "Do not raise it",
                    "等级由数字和情形算出，只能提高，不能降低",
                    "It follows from the numbers; it may only be raised",
                ],
                "general": [
                    "一般事故",
                    "General accident",
                    "没有列明的情形，写明依据（监察条例第64条第二款）",
                    "Of a case that the regulation does not name; say on what ground",
                ],
                "larger": ["较大事故", "Larger accident"],
                "major": ["重大事故", "Major accident"],
                "extraordinary": ["特别重大事故", "Extraordinarily serious accident"],
            },
        ),
    ] = Raised.NO
    skip: Annotated[
        Skip,
        labelled(
            "越级上报",
            "Skip-level report",
            widget="radios",
            options={
                "no": [
                    "不越级",
                    "No",
                    "较大以上事故，必要时可以越级上报（特种设备安全法第70条）",
                    "Of a larger accident or worse one may, where it is necessary",
                ],
                "province": ["同时报省市场监督管理局", "Also to the province"],
                "state": ["同时报国家市场监督管理总局", "Also to the state administration"],
            },
        ),
    ] = Skip.NO
    reasons: Annotated[
        Text,
        labelled("理由", "Reasons", hint="办结、提高等级、越级上报的必须写", widget="textarea"),
    ] = ""
    no_interest: NoInterest

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        more = self.raised is not Raised.NO or self.skip is not Skip.NO
        closes = self.decision is not Upward.REPORT
        if (closes or more) and len(self.reasons) < 4:
            raise ValueError("办结、提高等级或者越级上报的，请写明理由")
        if closes and more:
            raise ValueError("办结的不提高等级、不越级上报，请改选上报或者去掉")
        return self


class SceneSecured(TaskForm):
    """现场处置 by two inspectors (特种设备安全法 65): what is protected, what stands still."""

    code = "se_accident_report.scene"
    title = "现场保护"
    title_en = "The scene is secured"
    duty = "inspector"

    officers: Officers = Field(min_length=1)
    secured_at: Annotated[
        Instant, labelled("现场保护完成的时间", "When it was secured", widget="datetime")
    ]
    record: Annotated[
        Text,
        labelled(
            "现场情况和措施",
            "The scene, and what was done",
            hint="救援、警戒、设备停用、证据保全",
            widget="textarea",
        ),
        Field(min_length=4),
    ]


class HandOver(TaskForm):
    """移交调查: the accident goes to the level that investigates its class (特种设备安全法 72; 监察条例 67)."""

    code = "se_accident_report.hand_over"
    title = "移交事故调查"
    title_en = "Hand over for investigation"
    duty = "approver"

    materials: Annotated[
        Text,
        labelled(
            "移交的材料",
            "What is handed over",
            hint="接报记录、现场记录、证据清单；写进移交函",
            widget="textarea",
        ),
        Field(min_length=4),
    ]
    no_interest: NoInterest
