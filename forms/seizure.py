"""Seizure (查封、扣押): its proposal, the record of who carried it out, the head's approval, what becomes of it. 行政强制法 18, 19, 25, 28."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from forms.approval import NoInterest
from forms.base import ApplicationForm, Fault, Section, TaskForm
from forms.fields import Instant, Line, Text, labelled
from forms.licence_item import UnifiedCode
from forms.spot_records import Signed, Team


class Kind(StrEnum):
    SEAL = "seal"
    DETAIN = "detain"


KIND_LABELS = {
    Kind.SEAL: ("查封场所、设施或者财物", "Seal a place, an installation or goods"),
    Kind.DETAIN: ("扣押财物", "Detain goods"),
}

Items = Annotated[list[Annotated[Line, Field(min_length=2)]], Field(min_length=1, max_length=60)]


class Application(ApplicationForm):
    code = "seizure.application"
    title = "查封、扣押报批"
    title_en = "Proposal of a seizure"
    sections = (
        Section("party", "当事人", "Party", ("uscc", "name")),
        Section("measure", "措施", "Measure", ("kind", "items", "place", "ground")),
        Section("emergency", "情况紧急", "Emergency", ("seized_at",)),
    )

    uscc: Annotated[UnifiedCode, labelled("统一社会信用代码", "Unified social credit code")]
    name: Annotated[Line, labelled("当事人", "Party"), Field(min_length=2, max_length=100)]
    kind: Annotated[Kind, labelled("措施", "Measure", widget="radios")]
    items: Annotated[
        Items,
        labelled(
            "查封、扣押的设施或者财物",
            "What is seized",
            hint="每行一项：名称、型号、数量、编号",
            widget="lines",
        ),
    ]
    place: Annotated[Line, labelled("地点", "Place"), Field(min_length=2)]
    ground: Annotated[
        Text,
        labelled("事实和依据", "Facts and law", hint="写进查封、扣押决定书", widget="textarea"),
        Field(min_length=10),
    ]
    seized_at: Annotated[
        Instant | None,
        labelled(
            "当场实施的时间",
            "Carried out on the spot at",
            hint="情况紧急、已经当场实施的填写；实施后24小时内报告并补办批准手续（行政强制法第19条）",
            widget="datetime",
        ),
    ] = None

    def subject(self) -> str:
        return self.name

    def name_to_register(self) -> str | None:
        return None

    def faults(self, today: date) -> list[Fault]:
        return []

    def case_facts(self) -> dict[str, Any]:
        at = self.seized_at
        return {"uscc": self.uscc, "seized_at": at.isoformat() if at else ""}


class Done(Team):
    """What was done on the spot (行政强制法 18)."""

    record: Annotated[
        Text,
        labelled(
            "现场情况",
            "What was done",
            hint="告知的理由、依据和权利，当事人的陈述申辩，清单是否当场交付",
            widget="textarea",
        ),
        Field(min_length=4),
    ]


class DoneAt(Done):
    """… and when: of a seizure that the head approved before."""

    seized_at: Annotated[Instant, labelled("实施时间", "Carried out at", widget="datetime")]


class SpotRecord(Signed, Done):
    """现场笔录 of what was carried out on the spot in an emergency, reported to the head (行政强制法 19)."""

    code = "seizure.spot_record"
    title = "现场笔录和紧急情况报告"
    title_en = "Record of the spot, and report of the emergency"


class Execution(Signed, DoneAt):
    """现场笔录 of a seizure that the head approved before."""

    code = "seizure.execution"
    title = "实施查封、扣押"
    title_en = "Carrying out the seizure"


class ApprovalOutcome(StrEnum):
    APPROVE = "approve"
    REFUSE = "refuse"


class SeizureApproval(TaskForm):
    """批准 by the head of the bureau: before, or in an emergency within 24 hours after (行政强制法 18, 19)."""

    code = "seizure.approval"
    title = "查封、扣押审批"
    title_en = "Approval of a seizure"
    duty = "approver"

    decision: Annotated[
        ApprovalOutcome,
        labelled(
            "决定",
            "Decision",
            widget="radios",
            options={
                "approve": ["批准", "Approve", "", ""],
                "refuse": [
                    "不批准",
                    "Do not approve",
                    "已经当场实施的，立即解除",
                    "What was carried out on the spot is lifted at once",
                ],
            },
        ),
    ]
    reasons: Annotated[Text, labelled("理由", "Reasons", widget="textarea"), Field(min_length=4)]
    new_facts: Annotated[
        Text,
        labelled(
            "新的事实",
            "New facts",
            hint="同一财物或者设备的查封、扣押已经期满解除，再次批准的填写（本局规则，待核）",
            widget="textarea",
        ),
    ] = ""
    late_reason: Annotated[
        Text,
        labelled(
            "超时的原因",
            "Why it is late",
            hint="当场实施后超过24小时才补办批准的填写，写进决定书",
            widget="textarea",
        ),
    ] = ""
    no_interest: NoInterest


class StandDownRequest(TaskForm):
    """报请不再实施: what was approved need not be carried out, or cannot be any more."""

    code = "seizure.stand_down_request"
    title = "报请不再实施"
    title_en = "Ask not to carry out the seizure"
    duty = "inspector"

    reasons: Annotated[
        Text,
        labelled("理由", "Reasons", hint="报批准的负责人决定", widget="textarea"),
        Field(min_length=4),
    ]


class StandDownOutcome(StrEnum):
    STAND_DOWN = "stand_down"
    GO_ON = "go_on"


class StandDown(TaskForm):
    """不再实施 by the head who approves: asked for, or because the cause is gone (本局规则，待核)."""

    code = "seizure.stand_down"
    title = "不再实施查封、扣押"
    title_en = "The seizure is not carried out"
    duty = "approver"

    decision: Annotated[
        StandDownOutcome,
        labelled(
            "决定",
            "Decision",
            widget="radios",
            options={
                "stand_down": [
                    "不再实施",
                    "Do not carry it out",
                    "本件办结；已经实施的不能选择",
                    "The case ends; not where it was carried out",
                ],
                "go_on": ["仍然实施", "Carry it out", "", ""],
            },
        ),
    ]
    not_done: Annotated[
        bool,
        labelled(
            "已经核实：没有实施查封、扣押",
            "Verified: nothing was sealed or detained",
            hint="决定不再实施的确认",
            widget="checkbox",
        ),
    ] = False
    reasons: Annotated[Text, labelled("理由", "Reasons", widget="textarea"), Field(min_length=4)]
    no_interest: NoInterest

    @model_validator(mode="after")
    def _verified(self) -> Self:
        if self.decision is StandDownOutcome.STAND_DOWN and not self.not_done:
            raise ValueError("决定不再实施的，请确认已经核实没有实施")
        return self


class SeizureEnd(StrEnum):
    RELEASE = "release"
    CONFISCATE = "confiscate"


class SeizureOutcome(TaskForm):
    """处理决定 within the term (行政强制法 25): released, or confiscated by a decision of its own."""

    code = "seizure.outcome"
    title = "查封、扣押的处理决定"
    title_en = "What becomes of what was seized"
    duty = "seizure_decider"

    outcome: Annotated[
        SeizureEnd,
        labelled(
            "处理",
            "Outcome",
            widget="radios",
            options={
                "release": ["解除", "Release", "送达解除决定书，退还", "Lifted and returned"],
                "confiscate": [
                    "依法没收或者销毁",
                    "Confiscate or destroy",
                    "须有处罚决定，写明文号",
                    "By a decision whose number is given",
                ],
            },
        ),
    ]
    document: Annotated[
        Line, labelled("处罚决定书文号", "Number of the decision", hint="没收、销毁的填写")
    ] = ""
    reasons: Annotated[Text, labelled("理由", "Reasons", widget="textarea"), Field(min_length=4)]

    @model_validator(mode="after")
    def _numbered(self) -> Self:
        if (self.outcome is SeizureEnd.CONFISCATE) != bool(self.document):
            raise ValueError("没收、销毁的写明处罚决定书文号；解除的不写")
        return self
