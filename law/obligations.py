"""Recurring obligations (周期性义务): from when a term runs, until when, and when its case opens.

Which duty it is, is a row of the catalogue (`obligation`); its days are the row's clocks. A case exists only from `opens_on` on.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from law.calendars import Calendars
from law.catalogue import Procedure
from law.clocks import find_clock
from law.deadline_types import LengthInvalid
from law.deadlines import deadline


@dataclass(frozen=True, slots=True)
class Term:
    """`since`: the day it counts from; `due_on`: its last day; `opens_on`: the day on which its case opens. Civil days."""

    since: date
    due_on: date
    opens_on: date

    @property
    def days(self) -> int:
        """Its length in calendar days: what a clock takes whose length the case sets."""
        return (self.due_on - self.since).days


def term_of(
    row: Procedure, since: date, calendars: Calendars, *, until: date | None = None
) -> Term:
    """The term of the row's duty that runs from the day.

    Args:
        until: its last day, where a document says it (下次检验日期); None where the row's clock has a length of its own.

    Raises:
        LengthInvalid: the last day is not after the first one.
        DeadlineError: the row's clock cannot be counted so.
    """
    rule = row.obligation
    assert rule is not None, "only a row with an obligation has terms"
    if until is not None and until <= since:
        raise LengthInvalid("有效期的最后一天应当晚于开始的一天")
    length = None if until is None else (until - since).days
    due_on = deadline(find_clock(rule.clock), since, calendars, length=length).legal_end
    ask_by = due_on
    if rule.request_clock is not None:
        # Counted back from the last day: the last day to ask for it.
        ask_by = deadline(find_clock(rule.request_clock), due_on, calendars).legal_end
    return Term(since, due_on, max(since, ask_by - timedelta(days=rule.opens_days)))
