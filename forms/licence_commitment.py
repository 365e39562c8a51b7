"""告知承诺: the application of the item's case, and what is done where a commitment did not hold (law.md §2.4)."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from forms.approval import NoInterest
from forms.base import TaskForm
from forms.fields import Line, Text, labelled
from forms.licence_item import ItemApplication


class Application(ItemApplication):
    code = "licence_commitment.application"
    title = "告知承诺事项办理"
    title_en = "Informed commitment for a licence item"


class Measure(StrEnum):
    RECTIFY = "rectify"
    REVOKE = "revoke"


class CommitmentFailed(TaskForm):
    """核查不符的处理: never by time alone; the licensing department decides, its document is noted here."""

    code = "licence_commitment.failed"
    title = "核查不符的处理"
    title_en = "A commitment that did not hold"
    duty = "approver"

    measure: Annotated[
        Measure,
        labelled(
            "处理",
            "Measure",
            widget="radios",
            options={
                "rectify": [
                    "责令限期整改",
                    "To be put right in time",
                    "期满或者报告后再次核查",
                    "Verified again on report",
                ],
                "revoke": [
                    "撤销许可",
                    "Revoke the licence",
                    "立即停止经营该项目，公示撤销",
                    "Trade in it stops; the revocation is made public",
                ],
            },
        ),
    ]
    days: Annotated[
        int | None,
        labelled("整改期限（工作日）", "Term in working days", hint="限期整改的填写"),
        Field(ge=1, le=250),
    ] = None
    document: Annotated[
        Line,
        labelled("决定文书编号", "Number of the decision", hint="许可机关作出的整改或者撤销文书"),
        Field(min_length=2, max_length=100),
    ]
    reasons: Annotated[
        Text,
        labelled("理由", "Reasons", hint="申请人会看到", widget="textarea"),
        Field(min_length=4),
    ]
    no_interest: NoInterest

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.measure is Measure.RECTIFY and self.days is None:
            raise ValueError("责令整改的，请填写整改期限")
        return self
