"""Promises to hand in later what was missing (容缺后补承诺): one for each document, with its own clock (T01).

A promise ends kept, kept late by decision of a head, or broken with an action; never by a register or by time alone.
"""

from datetime import date, datetime
from typing import Any, Final

from pydantic import Field

from domain.contract import Contract

CLOCK: Final = "T01"
"""容缺受理:补正材料. Its warnings are those of T03; both are this bureau's policy and stay 待核."""

RUNNING: Final = "running"
CHECKING: Final = "checking"
"""Handed in; an officer looks whether it is what was promised."""
OVERDUE: Final = "overdue"
"""The term is over: a head decides."""
ORDERED: Final = "ordered"
"""A head ordered it to be handed in by a day (责令改正)."""
KEPT: Final = "kept"
BROKEN: Final = "broken"
LAPSED: Final = "lapsed"
"""The application ended before: nothing is owed any more."""

OPEN: Final = frozenset({RUNNING, CHECKING, OVERDUE, ORDERED})
OWED: Final = frozenset({RUNNING, OVERDUE, ORDERED})
"""The applicant may hand the document in."""

ACCEPTED_LATE: Final = "accept_late"
ORDER: Final = "order"
REVOCATION: Final = "start_revocation"
INSPECTION: Final = "refer"


class Promise(Contract):
    """One document that is owed. `clock` is the key of its running clock in the case.

    `action` is what a head decided after the end; `order_until` the last day of an order. `files` are those of the last
    supplement, `late` whether it was received after the end.
    """

    seq: int
    part: str
    label: str
    clock: str
    promised_at: datetime
    state: str = RUNNING
    files: list[str] = Field(default_factory=list)
    supplements: int = 0
    supplemented_at: datetime | None = None
    late: bool = False
    action: str = ""
    order_until: date | None = None
    decided_by: str = ""
    cured_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def open(self) -> bool:
        return self.state in OPEN

    @property
    def cured(self) -> bool:
        """The document is there and was found right, in time or late."""
        return self.cured_at is not None

    def row(self, owner: str, uscc: str, *, ends_at: datetime, extended: bool) -> dict[str, Any]:
        """As the read model keeps it, for the record of kept and broken promises; its end is its clock's."""
        return {
            **self.model_dump(mode="json"),
            "owner": owner,
            "uscc": uscc or None,
            "ends_at": ends_at.isoformat(),
            "extended": extended,
        }
