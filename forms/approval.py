"""The officers' forms that every approval shares (law.md §2.0): acceptance, review, check, decision."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from forms.base import Form, TaskForm
from forms.fields import Code, Line, Text, labelled
from forms.suspension import LONGEST

NoInterest = Annotated[
    Literal[True],
    labelled("我与申请人没有利害关系", "I have no interest in this application", widget="checkbox"),
]


class AcceptanceOutcome(StrEnum):
    ACCEPT = "accept"
    TOLERATE = "tolerate"
    ONE_TIME_NOTICE = "one_time_notice"
    NOT_ACCEPT = "not_accept"


class GapPicked(Form):
    """One deficiency of the one-time notice: what, and what the applicant should do about it."""

    code = "gap"
    title = "缺陷"
    title_en = "Deficiency"

    gap: Annotated[Code, labelled("缺陷", "Deficiency")]
    part: Annotated[Code, labelled("材料", "Material")]
    advice: Annotated[
        Text, labelled("告诉申请人怎么改", "What the applicant should do"), Field(min_length=4)
    ]


class Acceptance(TaskForm):
    """受理: accept, accept on the promise of what may follow (容缺受理), tell everything that is missing once
    (一次性告知), or not accept."""

    code = "approval.acceptance"
    title = "受理"
    title_en = "Acceptance"
    duty = "acceptor"

    decision: Annotated[AcceptanceOutcome, labelled("受理意见", "Outcome", widget="radios")]
    gaps: Annotated[list[GapPicked], labelled("缺陷", "Deficiencies", widget="gaps")] = Field(
        default_factory=list, max_length=50
    )
    reasons: Annotated[
        Text, labelled("理由", "Reasons", hint="写进通知书，申请人会看到", widget="textarea")
    ] = ""
    # Asked only where a missing document may follow because the bureau can see its content elsewhere.
    shared_data: Annotated[
        bool,
        labelled(
            "我已在共享数据中核实缺少的材料",
            "I have verified the missing documents in the shared data",
            hint="容缺受理时确认；核实不到的，请一次性告知",
            widget="checkbox",
        ),
    ] = False

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.decision is AcceptanceOutcome.ONE_TIME_NOTICE and not self.gaps:
            raise ValueError("一次性告知应当列出全部需要补正的内容，请至少选择一项缺陷")
        if self.decision is not AcceptanceOutcome.ONE_TIME_NOTICE and self.gaps:
            raise ValueError("只有选择“一次性告知”时才能列缺陷")
        if self.decision is AcceptanceOutcome.NOT_ACCEPT and len(self.reasons) < 4:
            raise ValueError("不予受理应当说明理由")
        if len({g.gap for g in self.gaps}) != len(self.gaps):
            raise ValueError("同一项缺陷只需列一次")
        return self


class Finding(StrEnum):
    CONFORMS = "conforms"
    DOES_NOT_CONFORM = "does_not_conform"


class Review(TaskForm):
    """审查: the reviewer's opinion, passed to the approver."""

    code = "approval.review"
    title = "审查"
    title_en = "Review"
    duty = "reviewer"

    finding: Annotated[Finding, labelled("审查意见", "Finding", widget="radios")]
    opinion: Annotated[
        Text, labelled("意见", "Opinion", hint="转核准人，写进内部审查记录", widget="textarea")
    ] = ""
    no_interest: NoInterest

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        if self.finding is Finding.DOES_NOT_CONFORM and len(self.opinion) < 4:
            raise ValueError("认为不符合条件的，请写明理由")
        return self


class SiteCheck(TaskForm):
    """现场核查 by at least two officers where the procedure's rules ask for it."""

    code = "approval.site_check"
    title = "现场核查"
    title_en = "Site check"
    duty = "inspector"

    officers: Annotated[
        list[Annotated[Line, Field(min_length=2)]],
        labelled(
            "核查人员",
            "Officers",
            hint="每行一人，须是本机关的执法人员，包括您本人",
            widget="lines",
        ),
    ] = Field(min_length=1, max_length=10)
    finding: Annotated[Finding, labelled("核查结论", "Finding", widget="radios")]
    record: Annotated[Text, labelled("核查记录", "Record", widget="textarea"), Field(min_length=4)]


class DecisionOutcome(StrEnum):
    GRANT = "grant"
    REFUSE = "refuse"


class Decision(TaskForm):
    """决定: grant or refuse; a refusal gives its reasons (条例 art. 20; 行政许可法 art. 38)."""

    code = "approval.decision"
    title = "核准"
    title_en = "Decision"
    duty = "approver"

    decision: Annotated[DecisionOutcome, labelled("决定", "Decision", widget="radios")]
    reasons: Annotated[
        Text, labelled("理由", "Reasons", hint="写进决定书，申请人会看到", widget="textarea")
    ] = ""
    no_interest: NoInterest

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        if self.decision is DecisionOutcome.REFUSE and len(self.reasons) < 4:
            raise ValueError("不予准予应当说明理由，申请人会在决定书上看到")
        return self


class ExtensionOutcome(StrEnum):
    APPROVE = "approve"
    REFUSE = "refuse"


class ExtensionDecision(TaskForm):
    """延期审批 by the head that the clock's row names (SOD-11)."""

    code = "kernel.extension"
    title = "延期审批"
    title_en = "Extension"
    duty = "extension_approver"

    decision: Annotated[ExtensionOutcome, labelled("决定", "Decision", widget="radios")]
    # Where the clock's row leaves it to the approver, in the row's unit: the case asks for it, or refuses it.
    length: Annotated[
        int | None, labelled("延长多久", "Length of the extension"), Field(ge=1, le=LONGEST)
    ] = None
    reason: Annotated[
        Text,
        labelled("告知申请人的延期理由", "Reason told to the applicant", widget="textarea"),
        Field(min_length=4),
    ]


class Release(TaskForm):
    """解除: the term of a measure is over, and it must be lifted (行政强制法 art. 28). Nothing else can be answered."""

    code = "kernel.release"
    title = "解除措施"
    title_en = "Lifting the measure"
    duty = "releaser"

    lifted: Annotated[
        Literal[True],
        labelled(
            "措施已经解除，财物已经退还",
            "The measure is lifted and the goods returned",
            widget="checkbox",
        ),
    ]
    record: Annotated[
        Text,
        labelled(
            "解除记录", "Record", hint="何时、何地、由谁退还给谁，写进案卷", widget="textarea"
        ),
        Field(min_length=4),
    ]


MUST_BE_DONE = "这一步依法必须办成，不能不再等待；请排除原因以后选择继续重试。"


class Trouble(TaskForm):
    """外部系统异常: what to do about a register that refused or kept failing."""

    code = "kernel.trouble"
    title = "外部系统异常处理"
    title_en = "Trouble with an outside register"
    duty = "trouble_handler"

    action: Annotated[Literal["retry", "give_up"], labelled("处理", "Action", widget="radios")]
    note: Annotated[Text, labelled("说明", "Note", widget="textarea"), Field(min_length=2)]
