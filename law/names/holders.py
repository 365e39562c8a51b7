"""Whose name stands in the way, and until when (企业名称登记管理规定 17, 18).

Registered, reserved and pending names always do; one that was given up still does for a year, its anniversary
included (N03). A reserved name (N01, N02) does until its last day is over.
"""

from datetime import date, datetime
from enum import StrEnum

from law.calendars import Calendars
from law.clocks import find_clock
from law.deadlines import Deadline, deadline


class HolderState(StrEnum):
    """How a name is held."""

    REGISTERED = "registered"
    RESERVED = "reserved"
    PENDING = "pending"
    DEREGISTERED = "deregistered"
    RENAMED = "renamed"
    REVOKED = "revoked"

    @property
    def live(self) -> bool:
        """Somebody bears it or has it on hold."""
        return self in (HolderState.REGISTERED, HolderState.RESERVED, HolderState.PENDING)

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    HolderState.REGISTERED: "已经登记",
    HolderState.RESERVED: "在保留期内",
    HolderState.PENDING: "已经申请，正在办理",
    HolderState.DEREGISTERED: "注销未满 1 年",
    HolderState.RENAMED: "变更名称未满 1 年的原名称",
    HolderState.REVOKED: "被撤销登记未满 1 年的原名称",
}


class Relation(StrEnum):
    """What ties the applicant to the other name's holder."""

    NONE = "none"
    INVESTMENT = "investment"
    TRANSFER = "transfer"

    @property
    def label(self) -> str:
        return {"none": "无", "investment": "有投资关系", "transfer": "受让企业名称"}[self.value]


def exempt(state: HolderState, relation: Relation) -> bool:
    """Whether article 17 lets the same trade name pass: investment always, a transfer for a name given up (item 2)."""
    if relation is Relation.INVESTMENT:
        return True
    return relation is Relation.TRANSFER and state in (
        HolderState.DEREGISTERED,
        HolderState.RENAMED,
    )


def blocked_until(ended_on: date, calendars: Calendars) -> date:
    """The last day on which a name given up that day is barred (N03); it is free from the next day."""
    return deadline(find_clock("N03"), ended_on, calendars).legal_end


def held_until(reserved_at: datetime, calendars: Calendars, *, approval_needed: bool) -> Deadline:
    """The end of a reservation: two months (N01), one year where an approval comes before registration (N02).

    `ends_at` is the exclusive instant: the name returns to the pool at 00:00 of the next day.
    """
    return deadline(find_clock("N02" if approval_needed else "N01"), reserved_at, calendars)
