"""What every paper carries, and the parts that several papers share."""

import unicodedata
from datetime import date
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, computed_field

from forms.papers.wording import numeral_date, until, with_weekday
from law.zone import day_zh

MAX_TEXT = 4000


def _printable(text: str) -> str:
    """Refuse what no paper can show: NUL and other controls, lone surrogates, bidi overrides."""
    for character in text:
        if character == "\n":
            continue
        if unicodedata.category(character) in {"Cc", "Cs", "Cf", "Zl", "Zp"}:
            raise ValueError(f"含有无法印出的字符 U+{ord(character):04X}")
    return text.strip()


Text = Annotated[str, AfterValidator(_printable), Field(min_length=1, max_length=MAX_TEXT)]
Line = Annotated[Text, Field(max_length=300)]
Url = Annotated[str, Field(pattern=r"^https?://[!-~]+$", max_length=300)]
Regime = Literal["registration", "licensing"]
"""登记 follows the 市场主体登记管理条例, 许可 the 行政许可法: they differ in words and articles."""


REGISTRATION: Final = "《中华人民共和国市场主体登记管理条例》"
LICENSING: Final = "《中华人民共和国行政许可法》"


def basis_text(own: str | None, regime: Regime, registration: str, licensing: str) -> str:
    """The item's own article, else the one that its regime gives for the paper."""
    if own is not None:
        return own
    return REGISTRATION + registration if regime == "registration" else LICENSING + licensing


class Part(BaseModel):
    """Base of the parts of papers: closed, unchangeable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Entry(Part):
    """A labelled value."""

    label: Line
    value: Text


class Reason(Part):
    """One line of a date's reckoning: a run of days, its count, why, and the paper that says so."""

    days: Line
    count: Line
    why: Line
    source: Annotated[str, AfterValidator(_printable), Field(max_length=400)] = ""


class Due(Part):
    """A legal date with what a reader needs to check it by hand (design §4).

    Attributes:
        day: the last day; the time runs out at its end (24:00).
        length: e.g. 3个工作日.
        counted_from: d0, the day of the event; the count starts on the next one.
        basis: the article that sets the length.
        reasons: one line per run of days counted, skipped or rolled; printed as an annex.
        notices: the State Council's notices (放假安排) that the reckoning rests on, by name and number.
        provisional: the holiday notice of a year concerned is not published yet.
    """

    day: date
    length: Line
    counted_from: date
    basis: Line
    reasons: tuple[Reason, ...] = ()
    notices: tuple[Line, ...] = ()
    provisional: bool = False

    @computed_field  # type: ignore[prop-decorator]
    @property
    def until_text(self) -> str:
        """2026年9月29日（星期二）24:00"""
        return until(self.day)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def counted_from_text(self) -> str:
        """2026年9月23日（星期三）"""
        return with_weekday(self.counted_from)


class Remedies(Part):
    """Where to turn against a decision: 复议 within 60 days (X15), 诉讼 within 6 months (X18a).

    Sources: 行政复议法 第二十条; 行政诉讼法 第四十六条.
    """

    review_body: Line
    court: Line


class Paper(BaseModel):
    """What every paper says about itself.

    Attributes:
        number: its document or licence number, from the numbers table.
        office: the organ in whose name it is issued.
        recipient: to whom.
        matter: the item as in the catalogue, e.g. 公司设立登记.
        case_number: the case it belongs to.
        issued_on: the date in law, given by the case, never by a machine's clock.
        verify_url: where anyone checks the number; printed as QR.
        contact: the window and telephone to ask.
        trial: issued by an installation without legal force; says so on the page.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: ClassVar[str]
    title: ClassVar[str]
    template: ClassVar[str]

    number: Line
    office: Line
    recipient: Line
    matter: Line
    case_number: Line | None = None
    issued_on: date
    verify_url: Url
    contact: Line | None = None
    trial: bool = True

    def heading(self) -> str:
        """The title printed on the page."""
        return self.title

    def view(self) -> dict[str, Any]:
        """The values the template prints: the fields and the dates in words."""
        return {
            **self.model_dump(mode="json"),
            "kind": self.kind,
            "title": self.heading(),
            "issued_on_text": day_zh(self.issued_on),
            "issued_on_numerals": numeral_date(self.issued_on),
        }
