"""Recurring obligations (周期性义务): from when a term runs, until when, and when its case opens.

Which duty it is, is a row of the catalogue (`obligation`); its days are the row's clocks. A case exists only from `opens_on` on.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from law.calendars import Calendars
from law.catalogue import Procedure
from law.clocks import find_clock
from law.deadline_types import LengthInvalid
from law.deadlines import add_months, deadline

LONGEST_YEARS: Final = 15
"""An inspection is never taken to be valid for longer: a day beyond it is a slip (2072 for 2027). 本局规则，待核."""
EARLIEST: Final = date(1990, 1, 1)
"""No term counts from an earlier day (`law.deadlines`)."""
_LAST_BEGIN: Final = date(date.max.year - LONGEST_YEARS, 1, 1)
BEYOND: Final = f"检验有效期超过{LONGEST_YEARS}年，请核对检验报告上的下次检验日期"
TOO_EARLY: Final = "日期早于1990年，请核对"


def latest(day: date) -> date:
    """The last day until which an inspection that is known on the day can be valid."""
    return add_months(min(day, _LAST_BEGIN), 12 * LONGEST_YEARS)


def countable(until: date | None, day: date) -> bool:
    """Whether the inspection's last day, where one is said on the day, can be one."""
    return until is None or EARLIEST < until <= latest(day)


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
