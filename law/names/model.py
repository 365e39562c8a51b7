"""A name in its parts: `[division] + trade name + [industry] + form` (企业名称登记管理规定 6)."""

from dataclasses import dataclass
from enum import StrEnum

from law.names.divisions import Division
from law.names.forms import FormAt
from law.names.industries import Industry


class NameUnreadable(ValueError):
    """Not a name at all: nothing to read, or longer than any name. `code` is the rule it breaks."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Place(StrEnum):
    """Where the division stands."""

    HEAD = "head"
    AFTER_TRADE = "after_trade"
    AFTER_INDUSTRY = "after_industry"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Core:
    """What of a name its comparison looks at; a register keeps it, so that no old name is read again.

    `order`: the parts, sorted and joined: equal for two names of the same words in another order. `body`: trade name
    and industry as one text, with the industry that the form says.
    """

    text: str
    order: str
    body: str
    trade: str
    industry: Industry


@dataclass(frozen=True, slots=True)
class Name:
    """A name as a reader sees it, in its parts.

    `given` is the text as it came; `text` what a reader sees in it, `origin` where each character of that
    stands in `given`. Parts are cut from `text`; `body_at` says where each character of `body` stands in it.
    """

    given: str
    text: str
    origin: tuple[int, ...]
    division: str
    chain: tuple[Division, ...]
    place: Place
    zone: str
    trade: str
    industry_text: str
    industry: Industry
    body_at: tuple[int, ...]
    form: FormAt
    branch: str = ""
    branch_alone: bool = False
    twice: bool = False
    odd_brackets: tuple[tuple[int, int], ...] = ()
    unbalanced: bool = False

    @property
    def body(self) -> str:
        """Trade name and industry as one text."""
        return self.trade + self.industry_text

    @property
    def core(self) -> Core:
        """What its comparison looks at."""
        place = self.division + self.zone
        parts = (place, self.trade, self.industry_text, self.form.text, self.branch)
        order = "|".join(sorted(p for p in parts if p))
        # Whichever way the text is cut, this is the same text.
        body = self.body + self.form.industry
        return Core(self.text, order, body, self.trade, self.industry)

    def trade_span(self) -> tuple[int, int]:
        """Where the trade name stands in `given`."""
        return self.given_span(*self._body_span(0, len(self.trade)))

    def industry_span(self) -> tuple[int, int]:
        """Where the industry stands in `given`."""
        return self.given_span(*self._body_span(len(self.trade), len(self.body)))

    def form_span(self) -> tuple[int, int]:
        """Where the organisation form stands in `given`."""
        return self.given_span(self.form.start, self.form.start + len(self.form.text))

    def _body_span(self, start: int, end: int) -> tuple[int, int]:
        if start >= end:
            at = self.body_at[start] if start < len(self.body_at) else self.form.start
            return at, at
        return self.body_at[start], self.body_at[end - 1] + 1

    def given_span(self, start: int, end: int) -> tuple[int, int]:
        """A span of `text` as positions in `given`."""
        if start >= end:
            at = self.origin[start] if start < len(self.origin) else len(self.given)
            return at, at
        return self.origin[start], self.origin[end - 1] + 1
