"""Which steps an entity takes from its dissolution to the application for deregistration (一般注销), as data. law.md §2.8.

Companies: 公司法 229–237; 登记管理条例 32. Sole proprietorships: 个人独资企业法 27. Partnerships: 合伙企业法 90. Without liquidation
(individuals, merger and division): 实施细则 44, 46. How long the creditors of a partnership may claim was not read: 待核.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Step(StrEnum):
    """What the entity's representative does or states, in the order of the law."""

    PUBLISH_CAUSE = "publish_cause"
    FORM_GROUP = "form_group"
    PUBLISH_GROUP = "publish_group"
    NOTIFY_CREDITORS = "notify_creditors"
    ANNOUNCE = "announce"
    SETTLE_ASSETS = "settle_assets"
    CONFIRM_REPORT = "confirm_report"
    ASK_TAX = "ask_tax"
    # Ends of their own.
    REPORT_SHORTAGE = "report_shortage"
    REVIVE = "revive"


class Start(StrEnum):
    """From which day a step's term runs."""

    DISSOLVED = "dissolved"
    FORMED = "formed"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Term:
    """A clock of law and the event that starts it."""

    clock: str
    start: Start


@dataclass(frozen=True, slots=True)
class Way:
    """One kind of entity's way.

    Attributes:
        steps: in the order of the stages; each is taken once, but notices to creditors, which may be many.
        terms: until when a step is to be taken; a late one is a recorded breach, never a refusal.
        apply: the term of the application itself.
        announced, notified: how long creditors may claim from the announcement, and from a notice received; "" where
            the law's text was not read.
        may_skip_announcement: where every creditor could be notified (个人独资企业法 27).
        before_liquidation: the clock within which creditors are told before the liquidation begins.
        barred_by: the article that keeps payments until the claims are closed.
        company: whether the company's other ends are open to it (公司法 230, 237).
    """

    code: str
    name: str
    steps: tuple[Step, ...]
    apply: Term
    terms: Mapping[Step, Term] = field(default_factory=dict)
    announced: str = ""
    notified: str = ""
    may_skip_announcement: bool = False
    before_liquidation: str = ""
    barred_by: str = ""
    company: bool = False

    @property
    def clocks(self) -> tuple[str, ...]:
        """Every clock that can run on this way."""
        terms = [term.clock for term in (*self.terms.values(), self.apply)]
        return (*terms, *filter(None, (self.announced, self.notified, self.before_liquidation)))

    @property
    def liquidates(self) -> bool:
        return Step.SETTLE_ASSETS in self.steps


_LIQUIDATED: Final = (Step.SETTLE_ASSETS, Step.CONFIRM_REPORT, Step.ASK_TAX)

COMPANY: Final = Way(
    code="company",
    name="公司清算后注销",
    steps=(
        Step.PUBLISH_CAUSE,
        Step.FORM_GROUP,
        Step.PUBLISH_GROUP,
        Step.NOTIFY_CREDITORS,
        Step.ANNOUNCE,
        *_LIQUIDATED,
    ),
    terms={
        Step.PUBLISH_CAUSE: Term("D10", Start.DISSOLVED),
        Step.FORM_GROUP: Term("D11", Start.DISSOLVED),
        Step.PUBLISH_GROUP: Term("D12", Start.FORMED),
        Step.NOTIFY_CREDITORS: Term("D13", Start.FORMED),
        Step.ANNOUNCE: Term("D13b", Start.FORMED),
    },
    apply=Term("D15", Start.SETTLED),
    announced="D14",
    notified="D14b",
    barred_by="公司法第235条",
    company=True,
)
MERGED: Final = Way(
    code="merged",
    name="公司合并、分立注销，不清算",
    steps=(Step.PUBLISH_CAUSE, Step.ASK_TAX),
    terms={Step.PUBLISH_CAUSE: Term("D10", Start.DISSOLVED)},
    apply=Term("D16", Start.DISSOLVED),
)
PARTNERSHIP: Final = Way(
    code="partnership",
    name="合伙企业清算后注销",
    steps=(Step.FORM_GROUP, Step.PUBLISH_GROUP, Step.ANNOUNCE, *_LIQUIDATED),
    terms={Step.PUBLISH_GROUP: Term("D12", Start.FORMED)},
    apply=Term("D19", Start.SETTLED),
)
SOLE: Final = Way(
    code="sole_proprietorship",
    name="个人独资企业清算后注销",
    steps=(Step.NOTIFY_CREDITORS, Step.ANNOUNCE, *_LIQUIDATED),
    apply=Term("D15", Start.SETTLED),
    announced="D20b",
    notified="D20a",
    may_skip_announcement=True,
    before_liquidation="D20",
)
INDIVIDUAL: Final = Way(
    code="individual",
    name="个体工商户注销，不清算",
    steps=(Step.ASK_TAX,),
    apply=Term("D16", Start.DISSOLVED),
)

WAYS: Final[Mapping[str, Way]] = MappingProxyType(
    {w.code: w for w in (COMPANY, MERGED, PARTNERSHIP, SOLE, INDIVIDUAL)}
)
# By the entity's type in the market register; what is not here this office does not deregister this way.
BY_ENTITY: Final[Mapping[str, Way]] = MappingProxyType(
    {
        "limited_company": COMPANY,
        "partnership": PARTNERSHIP,
        "sole_proprietorship": SOLE,
        "individual": INDIVIDUAL,
    }
)

# The stage that a case is in once the step was taken.
STAGE_AFTER: Final[Mapping[Step, str]] = MappingProxyType(
    {
        Step.PUBLISH_CAUSE: "publicised",
        Step.FORM_GROUP: "liquidation_group_formed",
        Step.PUBLISH_GROUP: "group_published",
        Step.NOTIFY_CREDITORS: "creditors_notified",
        Step.ANNOUNCE: "creditor_notice_published",
        Step.SETTLE_ASSETS: "assets_settled",
        Step.CONFIRM_REPORT: "report_confirmed",
        Step.ASK_TAX: "tax_cleared",
    }
)
# What must have been done before, whatever the stage: members of a group that is not formed cannot be published.
NEEDS: Final[Mapping[Step, Step]] = MappingProxyType(
    {
        Step.PUBLISH_GROUP: Step.FORM_GROUP,
        Step.NOTIFY_CREDITORS: Step.FORM_GROUP,
        Step.ANNOUNCE: Step.FORM_GROUP,
        Step.SETTLE_ASSETS: Step.ANNOUNCE,
        Step.CONFIRM_REPORT: Step.SETTLE_ASSETS,
    }
)

REVIVAL: Final = "公司法第230条"
SHORTAGE: Final = "公司法第237条"
# The dissolution can be undone only where the company itself brought it about: term of the articles, own resolution.
REVIVABLE_CAUSES: Final = frozenset({"term", "resolution"})


def way_of(entity_type: str, cause: str) -> Way | None:
    """The way of an entity as the market register has it; None where this procedure has none for it."""
    way = BY_ENTITY.get(entity_type)
    return MERGED if way is COMPANY and cause == "merger" else way
