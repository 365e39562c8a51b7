"""What an officer says to let a clock stand still and to let it go on (中止计算、恢复计算; law.md §3.8)."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from forms.base import Form
from forms.fields import Code, Day, Text, labelled

LONGEST = 400
"""No statute gives a length; a year of days is more than any ground was ever expected to take."""

ONE_LENGTH = "请写明预计需要多少天，或者预计到哪一天，二者择一"


class Suspending(Form):
    """中止计算: the ground, since when, and how long it should take; the party is told so in writing.

    Attributes:
        clock: key of the running clock, e.g. F02#1.
        ground: one of the grounds of the clock's row (`law.clock_types.Ground`).
        since: first day that does not count; today where it is not given.
        expected_days: in the clock's unit (working days, else calendar days), counted from `since`.
        expected_end: instead, the day by which the ground should end.
    """

    code = "kernel.suspension"
    title = "中止计算期限"
    title_en = "Suspend a period"

    clock: Annotated[Code, labelled("哪个期限", "Which period"), Field(max_length=32)]
    ground: Annotated[Code, labelled("事由", "Ground"), Field(max_length=32)]
    since: Annotated[Day | None, labelled("从哪天起不计", "First day not counted")] = None
    expected_days: Annotated[
        int | None, labelled("预计需要", "Expected length"), Field(ge=1, le=LONGEST)
    ] = None
    expected_end: Annotated[Day | None, labelled("预计到哪天", "Expected end")] = None
    reason: Annotated[
        Text,
        labelled("情况说明", "Circumstances", hint="写进告知书，申请人会看到", widget="textarea"),
        Field(min_length=2, max_length=2000),
    ]

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        if (self.expected_days is None) == (self.expected_end is None):
            raise ValueError(ONE_LENGTH)
        return self


class Resuming(Form):
    """恢复计算: which ground has ended, and when; the day itself still does not count."""

    code = "kernel.resumption"
    title = "恢复计算期限"
    title_en = "Resume a period"

    clock: Annotated[Code, labelled("哪个期限", "Which period"), Field(max_length=32)]
    ground: Annotated[Code, labelled("结束的事由", "Ground that ended"), Field(max_length=32)]
    until: Annotated[Day | None, labelled("哪天结束", "Last day not counted")] = None
    note: Annotated[
        Text, labelled("结果说明", "Outcome", widget="textarea"), Field(max_length=2000)
    ] = ""
