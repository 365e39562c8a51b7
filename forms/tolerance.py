"""The officers' forms about documents promised for later (容缺后补): the check of a supplement, the decision on an overrun."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from domain import promises
from forms.base import TaskForm
from forms.fields import Text, labelled

# Asked for by the case's check, so that answers recorded before it was asked for still read.
Disinterest = Annotated[
    bool,
    labelled("我与申请人没有利害关系", "I have no interest in this application", widget="checkbox"),
]


class CheckFinding(StrEnum):
    CONFORMS = "conforms"
    DOES_NOT = "does_not"


class SupplementCheck(TaskForm):
    """补正材料核对: whether what was handed in is what was promised."""

    code = "kernel.supplement_check"
    title = "补正材料核对"
    title_en = "Check of a supplement"
    duty = "supplement_checker"

    finding: Annotated[CheckFinding, labelled("核对结论", "Finding", widget="radios")]
    reason: Annotated[
        Text, labelled("理由", "Reasons", hint="退回的告知申请人", widget="textarea")
    ] = ""
    no_interest: Disinterest = False

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        if self.finding is CheckFinding.DOES_NOT and len(self.reason) < 4:
            raise ValueError("退回补正材料的，请写明哪里不符")
        return self


class OverdueOutcome(StrEnum):
    """What a head may decide (law.md §2.6); revocation has a procedure of its own and is never automatic."""

    ACCEPT_LATE = promises.ACCEPTED_LATE
    ORDER = promises.ORDER
    REVOCATION = promises.REVOCATION
    INSPECTION = promises.INSPECTION


class OverdueDecision(TaskForm):
    """容缺超期处理: by a person, with reasons that the applicant is told."""

    code = "kernel.overdue"
    title = "容缺超期处理"
    title_en = "Decision on an overdue promise"
    duty = "overdue_decider"

    decision: Annotated[OverdueOutcome, labelled("决定", "Decision", widget="radios")]
    until: Annotated[
        date | None,
        labelled(
            "责令改正的期限", "Last day of the order", hint="只在责令改正时填写", widget="date"
        ),
    ] = None
    reasons: Annotated[
        Text,
        labelled("理由", "Reasons", hint="写进超期告知书，申请人会看到", widget="textarea"),
        Field(min_length=4),
    ]
    no_interest: Disinterest = False

    @model_validator(mode="after")
    def _dated(self) -> Self:
        if self.decision is OverdueOutcome.ORDER and self.until is None:
            raise ValueError("责令改正的，请写明最迟在哪一天改正")
        if self.decision is not OverdueOutcome.ORDER and self.until is not None:
            raise ValueError("只有责令改正才写改正的期限")
        return self


class Referral(TaskForm):
    """移交检查签收: the inspection post takes over what a head referred; nothing else can be answered."""

    code = "kernel.referral"
    title = "移交检查签收"
    title_en = "Taking over a referral"
    duty = "referral_taker"

    taken: Annotated[
        Literal[True],
        labelled(
            "我已接收，由我负责检查", "I take this over and inspect it myself", widget="checkbox"
        ),
    ]
    plan: Annotated[
        Text,
        labelled(
            "检查安排",
            "What will be done",
            hint="何时检查、查什么；作出移交决定的负责人会看到",
            widget="textarea",
        ),
        Field(min_length=4),
    ]
