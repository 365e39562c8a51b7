"""Two editions of the law, or the law on two days, beside each other; and the cases that would end otherwise."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from api.i18n import mark
from api.views import words
from domain.law_review import Ends, ends_of, rows_of
from law.editions import Difference, Law, compare
from storage.law_review import Ran, ran_under

FIELDS: Final[dict[str, str]] = {
    "length": mark("长度"),
    "unit": mark("单位"),
    "count_unit": mark("计算单位"),
    "direction": mark("方向"),
    "fixed_date": mark("固定日期"),
    "end_rule": mark("期末规则"),
    "suspension": mark("停止计算的事由"),
    "extension": mark("延长"),
    "effect": mark("期满后果"),
    "citation": mark("依据"),
    "verified": mark("核对"),
    "binds_name": mark("义务人"),
    "name": mark("名称"),
    "valid_from": mark("施行起"),
    "valid_to": mark("施行止"),
}
# What the law's own data says, in words that have an English side; articles and names stay as they are.
VALUES: Final = (
    mark("无"), mark("个工作日"), mark("日"), mark("小时"), mark("个月"), mark("年"), mark("固定日期"), mark("个案确定"),
    mark("止于工作日"), mark("遇休息日顺延"), mark("遇休息日顺延(保护第三人)"), mark("不顺延"), mark("倒算,不顺延"),
    mark("固定日期,不顺延"), mark("含对应日,不顺延"), mark("与登记同步"), mark("当场"),
    mark("已核对原文"), mark("待核(仅见摘录)"), mark("待核(凭记忆,未见原文)"), mark("待核(系统默认,无全国规定)"),
)  # fmt: skip


@dataclass(frozen=True)
class CaseLine:
    """One clock of one case that would end on another day."""

    ran: Ran
    ends: Ends

    @property
    def open(self) -> bool:
        return self.ran.closed_at is None

    def to_json(self) -> dict[str, Any]:
        return {
            "number": self.ran.number,
            "procedure": self.ran.procedure,
            "open": self.open,
            "clock": self.ran.clock.key,
            "trigger": self.ran.clock.trigger.isoformat(),
            "old_end": _iso(self.ends.old),
            "new_end": _iso(self.ends.new),
            "refused": self.ends.refused,
        }


@dataclass(frozen=True)
class LawDiff:
    """What differs, and where it would show. Nothing is changed by looking."""

    old: Law
    new: Law
    differences: Sequence[Difference]

    async def cases(
        self, connection: AsyncConnection, office: str | None = None
    ) -> AsyncIterator[CaseLine]:
        """The clocks that would end on another day, the oldest trigger first."""
        sides = rows_of(self.differences)
        async for ran in ran_under(connection, sides.keys(), office=office):
            ends = ends_of(ran.clock, sides)
            if ends is not None and ends.differ:
                yield CaseLine(ran, ends)

    def to_json(self) -> dict[str, Any]:
        return {
            "old": self.old.name,
            "new": self.new.name,
            "rules": [
                {
                    "rule": found.rule,
                    "old": found.old.id if found.old else None,
                    "new": found.new.id if found.new else None,
                    "changes": [
                        {"field": field, "old": old, "new": new}
                        for field, old, new in found.changes
                    ],
                }
                for found in self.differences
            ],
        }


def law_diff(old: str, new: str) -> LawDiff:
    """Raises EditionUnknown."""
    return LawDiff(*compare(old, new))


def field_label(name: str) -> str:
    return words.known(FIELDS[name])


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
