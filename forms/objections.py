"""Objections (异议) and claims (债权申报) made to a public notice: what a person says, and what an officer says to it."""

import re
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field

from forms.approval import NoInterest
from forms.base import Form, TaskForm
from forms.fields import Line, Text, labelled

LEAST = 4
UNREASONED: Final = "请写明事实和理由"
NO_STANDING: Final = "请选择您与这件事的关系"
NO_AMOUNT: Final = "金额请用数字填写，单位元，最多两位小数，例如 12000.50"
_YUAN = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,2})?")


def _yuan(value: str) -> str:
    if value and not _YUAN.fullmatch(value):
        raise ValueError(NO_AMOUNT)
    return value


def _reasoned(value: str) -> str:
    if len(value) < LEAST:
        raise ValueError(UNREASONED)
    return value


class Standing(StrEnum):
    """As whom a person objects (domain.public_notices.ROLES)."""

    CREDITOR = "creditor"
    INVESTOR = "investor"
    OTHER = "other"


STANDING_LABELS = {
    Standing.CREDITOR: ("债权人", "Creditor"),
    Standing.INVESTOR: ("投资人", "Investor"),
    Standing.OTHER: ("其他利害关系人", "Otherwise concerned"),
}


def _standing(value: Any) -> Any:
    if value not in set(Standing):
        raise ValueError(NO_STANDING)
    return value


class Statement(Form):
    """What is said to a notice. Who says it is known from the sign-in; evidence is a file beside it."""

    code = "notice.statement"
    title = "异议"
    title_en = "Objection"

    role: Annotated[
        Standing, BeforeValidator(_standing), labelled("您是", "You are", widget="radios")
    ]
    reason: Annotated[
        Text,
        labelled("事实和理由", "Facts and reasons", widget="textarea"),
        AfterValidator(_reasoned),
    ]
    amount: Annotated[
        Line, labelled("申报的债权金额（元）", "Amount claimed (yuan)"), AfterValidator(_yuan)
    ] = ""
    contact: Annotated[
        Line, labelled("联系电话", "Telephone"), Field(max_length=30, pattern=r"^[0-9+() -]*$")
    ] = ""


class ObjectionOutcome(StrEnum):
    """Whether the objection holds."""

    UPHELD = "upheld"
    REJECTED = "rejected"
    NOTED = "noted"


class ObjectionHandling(TaskForm):
    """异议处理: the statement and its evidence against the law, an outcome and its reasons."""

    code = "notice.objection"
    title = "异议处理"
    title_en = "Handling an objection"
    duty = "reviewer"

    outcome: Annotated[ObjectionOutcome, labelled("处理结果", "Outcome", widget="radios")]
    reasons: Annotated[
        Text,
        labelled("理由", "Reasons", hint="提出异议的人会看到", widget="textarea"),
        Field(min_length=4),
    ]
    no_interest: NoInterest
