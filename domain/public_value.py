"""The public value of a random draw (公开数值): what a plan fixes of it before anybody knows it, and its one spelling.

A draw hashes the value, so each spelling of the same numbers would be a draw of its own, and whoever may choose among
publications may choose among draws. A plan therefore names the publication and how many digits are taken: this bureau's rule, 待核.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final, Self

from law.zone import day_zh

FEWEST_DIGITS: Final = 6
"""With fewer, whoever writes the lists could try wordings until hardly any value draws a certain target."""
MOST_DIGITS: Final = 40
FEWEST_REASON: Final = 4


def digits_of(text: str) -> str:
    """The digits of a value, in their order: full-width forms are read, blanks, signs and words are of no account."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(c for c in folded if c.isascii() and c.isdigit())


@dataclass(frozen=True)
class ValueRule:
    """Which value the draw will be made from.

    Attributes:
        source: who publishes what.
        issue: its number (期号), "" where the day alone says which one.
        day: when it is published; where nothing is published then, the next one counts.
        digits: how many digits it has.
    """

    source: str
    issue: str
    day: date
    digits: int

    @classmethod
    def of(cls, shown: Mapping[str, Any]) -> Self:
        """As `shown` wrote it. Raises KeyError, TypeError, ValueError where it is none."""
        day, digits = date.fromisoformat(shown["day"]), shown["digits"]
        if type(digits) is not int:
            raise TypeError
        return cls(str(shown["source"]), str(shown["issue"]), day, digits)

    def shown(self) -> dict[str, Any]:
        """For a payload, and for the published document."""
        return asdict(self) | {"day": self.day.isoformat()}

    @property
    def text(self) -> str:
        """In words."""
        issue = f"第{self.issue}期" if self.issue else ""
        return f"{self.source}{issue}，{day_zh(self.day)}公布，取 {self.digits} 位数字"

    def normal(self, value: str) -> str:
        """The value's one spelling. Raises ValueError where it has another number of digits."""
        found = digits_of(value)
        if len(found) != self.digits:
            raise ValueError(
                f"计划写明取 {self.digits} 位数字，录入的有 {len(found)} 位，请照公布的数值核对"
            )
        return found

    def faults(
        self, *, value: str, source: str, issue: str, published_on: date, reason: str
    ) -> dict[str, str]:
        """Field and what is wrong with it, where this is not the value that the plan names.

        Args:
            source: may be left out: the plan has it.
            reason: why it is a later day's than the plan's.
        """
        wrong = {}
        try:
            self.normal(value)
        except ValueError as error:
            wrong["value"] = str(error)
        if source and _plain(source) != _plain(self.source):
            wrong["source"] = f"计划写明的出处是“{self.source}”，只能用它公布的数值"
        if _plain(issue) != _plain(self.issue):
            named = f"第 {self.issue} 期" if self.issue else "没有期号的，请不要填写"
            wrong["issue"] = f"计划写明的期号：{named}"
        if published_on < self.day:
            wrong["published_on"] = f"计划写明的公布日期是{day_zh(self.day)}，不能用此前公布的数值"
        elif published_on > self.day and len(reason) < FEWEST_REASON:
            wrong["reason"] = (
                f"计划写明的公布日期是{day_zh(self.day)}。该日没有公布的，用此后第一次公布的数值，并写明理由"
            )
        return wrong


def origin(said: Mapping[str, Any]) -> str:
    """Where and when a value was published; a draw from before issues were named has none."""
    issue = f"第{said['issue']}期" if said.get("issue") else ""
    return f"{said['source']}{issue}（{said['published_on']}）"


def _plain(text: str) -> str:
    """Letters and digits alone: what a comparison of names goes by."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if c.isalnum()).removeprefix("第").removesuffix("期")
