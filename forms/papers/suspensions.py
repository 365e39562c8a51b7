"""Papers of a suspended period (中止计算、恢复计算): the time needed is told in writing (行政许可法 45; law.md §3.8)."""

from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import Field

from forms.papers.base import Due, Line, Paper, Text
from forms.papers.wording import with_weekday
from law.zone import day_zh


class SuspensionNotice(Paper):
    """中止计算期限告知书: which period stands still, on what ground and article, and for how long.

    Attributes:
        period: the clock's name; `period_basis` its article.
        since: the first day that does not count.
        expected: the day by which the ground should end; `expected_length` from `since` to it.
        used, left: of the period, in its unit, before the first day.
        reasons: one line per run of days counted up to the first day that is not.
    """

    kind: ClassVar[str] = "suspension"
    title: ClassVar[str] = "中止计算期限告知书"
    template: ClassVar[str] = "suspension.typ"

    period: Line
    period_basis: Line
    ground: Line
    basis: Line
    circumstances: Text
    since: date
    expected: date
    expected_length: Line
    used: Line
    left: Line
    reasons: Annotated[tuple[Line, ...], Field(max_length=60)] = ()

    def view(self) -> dict[str, Any]:
        return {
            **super().view(),
            "since_text": with_weekday(self.since),
            "expected_text": with_weekday(self.expected),
        }


class ResumptionNotice(Paper):
    """恢复计算期限告知书: which ground has ended, and the new end; none while another ground holds.

    Attributes:
        new_due: the new last day with its reasons; None while `others` hold.
        others: grounds on which the period still stands still.
    """

    kind: ClassVar[str] = "resumption"
    title: ClassVar[str] = "恢复计算期限告知书"
    template: ClassVar[str] = "resumption.typ"

    period: Line
    period_basis: Line
    ground: Line
    basis: Line
    since: date
    until: date
    notice: Line | None = None
    new_due: Due | None = None
    others: Annotated[tuple[Line, ...], Field(max_length=20)] = ()

    def view(self) -> dict[str, Any]:
        return {
            **super().view(),
            "since_text": day_zh(self.since),
            "until_text": with_weekday(self.until),
            "others_text": "、".join(self.others),
        }
