"""How a licence item of an enterprise stands (law.md §2.4): by which procedure it goes, when one may trade.

Data instead of an `if` per item: a mode has its procedure or none, an end of that procedure its standing.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from law.licence_types import LicenceItem, Mode, TradeFrom


class Standing(StrEnum):
    """Of one item in the separation of one enterprise's licences."""

    ASKED = "asked"
    NOT_NEEDED = "not_needed"
    PRIOR = "prior"
    QUEUED = "queued"
    TO_APPLY = "to_apply"
    NOTIFIED = "notified"
    HANDLING = "handling"
    FILED = "filed"
    GRANTED = "granted"
    GRANTED_ON_COMMITMENT = "granted_on_commitment"
    RECTIFYING = "rectifying"
    VERIFIED = "verified"
    REFUSED = "refused"
    REVOKED = "revoked"
    WITHDRAWN = "withdrawn"
    NOT_BEGUN = "not_begun"

    @property
    def label(self) -> str:
        return _LABELS[self][0]

    @property
    def label_en(self) -> str:
        return _LABELS[self][1]

    @property
    def settled(self) -> bool:
        """Nothing more comes of it in this separation."""
        return self in _SETTLED


# 直接取消审批 has no procedure: its department is notified, nobody decides.
PROCEDURES: Mapping[Mode, str] = MappingProxyType(
    {
        Mode.FILE: "licence_filing",
        Mode.COMMIT: "licence_commitment",
        Mode.OPTIMISE: "licence_application",
    }
)
# Items that this bureau decides itself, by a procedure of its own (the general approval): the applicant's own file comes
# first, so a draft is laid out and the applicant hands it in.
OWN: Mapping[str, str] = MappingProxyType({"food_operation": "food_operation_licence"})
# The end of an item's case → its standing. `barred`: see REROUTED.
ENDS: Mapping[str, Standing] = MappingProxyType(
    {
        "filed": Standing.FILED,
        "granted": Standing.GRANTED,
        "confirmed": Standing.VERIFIED,
        "refused": Standing.REFUSED,
        "revoked": Standing.REVOKED,
        "withdrawn": Standing.WITHDRAWN,
        # Of the general approval.
        "archived": Standing.GRANTED,
        "not_accepted": Standing.REFUSED,
    }
)
# An end after which the item goes another way: who may not commit applies the normal way (law.md §2.4).
REROUTED: Mapping[str, Mode] = MappingProxyType({"barred": Mode.OPTIMISE})
# Codes of a department's no that say: this applicant may not commit.
BARS_COMMITMENT = frozenset({"bad_record", "false_commitment"})


def own_standing(stage: str, kept: str) -> Standing:
    """How an item stands by its own case: by its end, else as it last told (`kept`), which at first is nothing.

    Who may not commit is refused here: nobody goes on with the normal way any more.
    """
    if stage in REROUTED:
        return Standing.REFUSED
    return ENDS.get(stage) or Standing(kept or Standing.HANDLING)


def may_trade(item: LicenceItem, standing: Standing) -> bool:
    """Whether the enterprise, which has its business licence, may trade in what the item covers now.

    A licence granted on commitment holds until it is revoked, also while something is put right.
    """
    if standing is Standing.NOT_NEEDED or item.trade_from is TradeFrom.BUSINESS_LICENCE:
        return True
    return standing in _HELD


_HELD = frozenset(
    {
        Standing.FILED,
        Standing.GRANTED,
        Standing.GRANTED_ON_COMMITMENT,
        Standing.RECTIFYING,
        Standing.VERIFIED,
    }
)
# What a department said goes with these.
WITH_REASON = frozenset({Standing.RECTIFYING, Standing.REFUSED, Standing.REVOKED})
_SETTLED = frozenset(
    {
        Standing.NOT_NEEDED,
        Standing.PRIOR,
        Standing.NOTIFIED,
        Standing.FILED,
        Standing.GRANTED,
        Standing.VERIFIED,
        Standing.REFUSED,
        Standing.REVOKED,
        Standing.WITHDRAWN,
        Standing.NOT_BEGUN,
    }
)
_LABELS = {
    Standing.ASKED: ("待您确认是否需要", "please say whether it applies"),
    Standing.NOT_NEEDED: ("不需要办理", "not needed"),
    Standing.PRIOR: ("登记前已审批", "approved before registration"),
    Standing.QUEUED: ("即将办理", "about to begin"),
    Standing.TO_APPLY: ("请填写并提交申请", "please complete and hand in the application"),
    Standing.NOTIFIED: ("已取消审批，已告知监管部门", "no approval; the supervisor was told"),
    Standing.HANDLING: ("正在办理", "under way"),
    Standing.FILED: ("已备案", "filed"),
    Standing.GRANTED: ("已取得许可", "granted"),
    Standing.GRANTED_ON_COMMITMENT: ("已取得许可，待核查", "granted, to be verified"),
    Standing.RECTIFYING: ("核查不符，限期整改", "to be put right in time"),
    Standing.VERIFIED: ("已取得许可，核查通过", "granted and verified"),
    Standing.REFUSED: ("不予办理", "refused"),
    Standing.REVOKED: ("许可已撤销", "revoked"),
    Standing.WITHDRAWN: ("已撤回", "withdrawn"),
    Standing.NOT_BEGUN: ("没有开始", "never begun"),
}
