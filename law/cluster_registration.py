"""Cluster registration (集群注册, 住所托管): what is asked of a host and of an enterprise at its address (law.md §2.5).

One domicile per entity; the province may relax it (条例 11). The conditions are those of local rules of other places,
seen in excerpts; Hubei's base rule (鄂工商规〔2014〕38号) and a rule of Zengdu's own were not found: 待核.
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import Final

from law.business_scope import fold, split_scope
from law.calendars import default_calendars
from law.market_access import Verdict, check_access

# On the licence, behind the domicile.
MARK: Final = "（集群注册）"
SECRETARY_SERVICE: Final = "商务秘书服务"
RULES: Final = "湖北省市场主体住所（经营场所）登记管理暂行规定（待核）"
# Of an enterprise whose hosting ends: a registered item changes, it applies within the term of 条例 24.
ADDRESS_CLOCK: Final = "R03"
# A room, a desk or nothing may follow the host's address, not another digit of its number.
_GOES_ON: Final = re.compile(r"[0-9A-Za-z]")


def marked(domicile: str) -> str:
    """The domicile of a hosted enterprise as it is registered and printed."""
    return domicile if domicile.endswith(MARK) else domicile + MARK


def is_marked(domicile: str) -> bool:
    """Whether the registered domicile is a host's."""
    return domicile.endswith(MARK)


def offers_secretary_service(scope: Iterable[str]) -> bool:
    """Whether the registered scope has the service that a host lives by."""
    return fold(SECRETARY_SERVICE) in {fold(term) for term in split_scope(scope)}


def lies_at(domicile: str, host_address: str) -> bool:
    """Whether the domicile is the host's address, or a room or desk there: 88号 is not 881号."""
    own, host = fold(domicile), fold(host_address)
    return own.startswith(host) and not (
        _GOES_ON.match(host[-1:]) and _GOES_ON.match(own[len(host) : len(host) + 1])
    )


def scope_bars(scope: Iterable[str], on: date) -> list[str]:
    """Why an enterprise of this scope cannot be hosted on the day: prior approvals (前置审批), prohibitions."""
    access = check_access(scope, (), on, default_calendars())
    return [f.reason for f in access.findings if f.verdict.stops]


def scope_doubts(scope: Iterable[str], on: date) -> list[str]:
    """What nobody knows of the scope: a person says whether it needs a prior approval."""
    access = check_access(scope, (), on, default_calendars())
    return [f.reason for f in access.findings if f.verdict is Verdict.CONFIRM]
