"""What a licence item is: its mode of reform, its place before or after registration, its row.

Modes by law.md §2.4, 国发〔2021〕7号: every enterprise-related licence is on one list, handled in one
of four modes. A row says for each statement how far it was checked; all but TEXT is shown as 待核.
"""

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, model_validator

from law.clock_types import Verified
from law.clocks import CLOCKS

# 行政许可法 42: where an item's own clock was not found.
GENERAL_CLOCK = "G02"


class Mode(StrEnum):
    """How the item is handled after the reform; UNKNOWN (待核) is handled as OPTIMISE."""

    CANCEL = "cancel"
    FILE = "file"
    COMMIT = "commit"
    OPTIMISE = "optimise"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        return _MODES[self][0]

    @property
    def label_en(self) -> str:
        return _MODES[self][1]

    @property
    def handled(self) -> "Mode":
        return Mode.OPTIMISE if self is Mode.UNKNOWN else self


class Order(StrEnum):
    """Before registration (前置审批) or after (先照后证); UNKNOWN is asked of the clerk."""

    BEFORE = "before"
    AFTER = "after"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        return _ORDERS[self][0]

    @property
    def label_en(self) -> str:
        return _ORDERS[self][1]


class Level(StrEnum):
    """Who decides, where a text says so."""

    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"
    NATIONAL = "national"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        return _LEVELS[self]


class TradeFrom(StrEnum):
    """From when the firm may trade in what the item covers (law.md §2.4, last column)."""

    BUSINESS_LICENCE = "business_licence"
    FILING = "filing"
    GRANT = "grant"

    @property
    def label(self) -> str:
        return _TRADE[self][0]

    @property
    def label_en(self) -> str:
        return _TRADE[self][1]


class Kind(StrEnum):
    LICENCE = "licence"
    FILING = "filing"
    REGISTRATION = "registration"


class Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StatedMode(Row):
    value: Mode
    verified: Verified
    source: str = Field(min_length=1)


class StatedOrder(Row):
    value: Order
    verified: Verified
    source: str = Field(min_length=1)


class Basis(Row):
    """What sets the item; `text` is the sentence that was read, in the version of that day."""

    title: str = Field(min_length=1)
    article: str
    version: date | None
    verified: Verified
    text: str

    @property
    def citation(self) -> str:
        return f"{self.title}{self.article}"


class ItemClocks(Row):
    """`own` False: the general clock stands in for one that was not found, 待核."""

    decision: str | None
    own: bool
    verification: str | None


class Condition(Row):
    """A circumstance the terms do not show; asked of the applicant, never assumed."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class LicenceItem(Row):
    """One row of the catalogue."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{2,40}$")
    name: str = Field(min_length=2)
    name_en: str = Field(min_length=2)
    kind: Kind
    department: str
    department_name: str
    department_name_en: str
    level: Level
    mode: StatedMode
    order: StatedOrder
    basis: Basis
    clocks: ItemClocks
    terms: tuple[str, ...]
    condition: Condition | None = None
    # Whether the filing must come before trade; None where no text says so: then it must.
    filing_first: bool | None = None
    note: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> "LicenceItem":
        mode = self.mode.value
        for clock in (self.clocks.decision, self.clocks.verification):
            if clock is not None and clock not in CLOCKS:
                raise ValueError(f"{self.id}: 没有期限 {clock}")
        if (self.clocks.decision is None) != (mode is Mode.CANCEL):
            raise ValueError(f"{self.id}: 只有取消审批的事项没有办理期限")
        if (self.clocks.verification is None) == (mode is Mode.COMMIT):
            raise ValueError(f"{self.id}: 告知承诺的事项须有核查期限,其他事项没有")
        if not self.clocks.own and self.clocks.decision not in (None, GENERAL_CLOCK):
            raise ValueError(f"{self.id}: 不是本事项的期限,只能是 {GENERAL_CLOCK}")
        if self.basis.text and self.basis.version is None:
            raise ValueError(f"{self.id}: 引用原文须写明版本")
        if mode is Mode.UNKNOWN and self.mode.verified is Verified.TEXT:
            raise ValueError(f"{self.id}: 方式不明,不能标为已核对")
        if not self.terms and not self.note:
            raise ValueError(f"{self.id}: 没有经营范围表述的,须写明原因")
        if len(set(self.terms)) != len(self.terms):
            raise ValueError(f"{self.id}: 表述重复")
        return self

    @property
    def verified(self) -> bool:
        """Mode, order and basis all read in a legal text, and no borrowed clock."""
        return not self.doubts

    @property
    def doubts(self) -> tuple[str, ...]:
        """What is 待核 about the row, in Chinese."""
        clock = self.clocks.decision
        borrowed = clock is not None and not self.clocks.own
        loose = clock is not None and CLOCKS[clock].verified is not Verified.TEXT
        check = self.clocks.verification
        found = (
            ("办理方式", self.mode.verified is not Verified.TEXT),
            ("前置后置", self.order.verified is not Verified.TEXT or self.asks_order),
            ("依据", self.basis.verified is not Verified.TEXT),
            ("办理期限", borrowed or loose),
            ("核查期限", check is not None and CLOCKS[check].verified is not Verified.TEXT),
        )
        return tuple(what for what, open_ in found if open_)

    @property
    def asks_order(self) -> bool:
        return self.order.value is Order.UNKNOWN

    @property
    def trade_from(self) -> TradeFrom:
        """By the item's own mode; see `mode_for` for applicants who may not commit."""
        mode = self.mode.value.handled
        if mode is Mode.CANCEL or (mode is Mode.FILE and self.filing_first is False):
            return TradeFrom.BUSINESS_LICENCE
        return TradeFrom.FILING if mode is Mode.FILE else TradeFrom.GRANT

    @property
    def may_trade_before_grant(self) -> bool:
        """Whether the firm may trade in it as soon as it has its business licence."""
        return self.trade_from is TradeFrom.BUSINESS_LICENCE

    def mode_for(self, *, may_commit: bool) -> Mode:
        """The mode for this applicant: a serious bad record or an unrepaired false commitment bars
        告知承诺 (law.md §2.4, seen in an excerpt), the item then goes the normal way."""
        mode = self.mode.value.handled
        return Mode.OPTIMISE if mode is Mode.COMMIT and not may_commit else mode


_MODES = {
    Mode.CANCEL: ("直接取消审批", "approval cancelled"),
    Mode.FILE: ("审批改为备案", "approval replaced by filing"),
    Mode.COMMIT: ("实行告知承诺", "informed commitment"),
    Mode.OPTIMISE: ("优化审批服务", "optimised approval"),
    Mode.UNKNOWN: (
        "方式待核，按优化审批服务办理",
        "mode to be verified, handled as optimised approval",
    ),
}
_ORDERS = {
    Order.BEFORE: ("前置审批", "before registration"),
    Order.AFTER: ("先照后证", "after registration"),
    Order.UNKNOWN: ("先后待核", "order to be verified"),
}
_LEVELS = {
    Level.COUNTY: "县级",
    Level.CITY: "设区的市级",
    Level.PROVINCE: "省级",
    Level.NATIONAL: "国家级",
    Level.UNKNOWN: "待核",
}
_TRADE = {
    TradeFrom.BUSINESS_LICENCE: ("领取营业执照后", "from the business licence on"),
    TradeFrom.FILING: ("备案后", "after filing"),
    TradeFrom.GRANT: ("取得许可后", "after the licence is granted"),
}
