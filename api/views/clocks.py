"""The clocks of a case with their light, their reasons, and what the public is told of an overrun."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from math import ceil
from typing import Any, Final, NamedTuple

from api import dates
from api.clock_cards import ClockCard, Light, Promised, card, light_of
from api.i18n import counted, mark
from api.i18n import gettext as _
from api.views import why, words
from api.views.ledgers import LedgerView
from domain.clocks import deadline_of, ledger_of
from domain.contracts import RunningClock
from law import catalogue
from law.calendars import default_calendars
from law.clock_types import Unit, Verified
from law.clocks import find_clock
from law.deadlines import Deadline
from law.worktime import Remaining, remaining
from law.zone import local
from storage.tables import CaseRow, ClockRow

OVERDUE_UNSAID: Final = mark("承办机关还没有说明")
ENDED: Final = mark("已结束")
STATES: Final[dict[str, str]] = {
    "met": mark("已办结"),
    "returned": mark("已退回补正"),
    "expired": mark("已届满"),
    "closed": mark("办件已办结"),
}
_WORKING_DAYS: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*个工作日")


class GroundView(NamedTuple):
    """A ground of the clock's row (中止事由)."""

    ground: str
    label: str
    holds: bool


# From this length on a day without its year could be one of several.
OF_YEARS: Final = timedelta(days=300)


@dataclass(frozen=True)
class ClockView:
    """One clock as of `now`. `row` is the index row; everything else follows from its pinned editions."""

    row: ClockRow
    now: datetime
    procedure: str
    catalogue_version: str
    number: str

    @property
    def address(self) -> str:
        """The page that explains this date."""
        return why.of_clock(self.number, self.row.key)

    @property
    def promised(self) -> Promised | None:
        """The bureau's promise beside the legal limit."""
        return promised_for(self.procedure, self.catalogue_version, self.deadline)

    @cached_property
    def running_clock(self) -> RunningClock:
        return RunningClock.model_validate(self.row.body)

    @cached_property
    def deadline(self) -> Deadline:
        return deadline_of(self.running_clock)

    @cached_property
    def left(self) -> Remaining:
        return remaining(self.deadline, self.now, default_calendars())

    @property
    def running(self) -> bool:
        return self.row.state == "running"

    @property
    def paused(self) -> bool:
        """Stands still now: it has no legal end until the last ground has ended."""
        pauses = self.running_clock.pauses
        return self.running and any(p.end is None for p in pauses) and self.deadline.paused

    @property
    def ends_at(self) -> datetime | None:
        """The exclusive end; None while the clock stands still."""
        return None if self.paused else self.row.ends_at

    @property
    def binds_agency(self) -> bool:
        return find_clock(self.row.clock_id).binds_agency

    @property
    def name(self) -> str:
        return words.clock_name(find_clock(self.row.clock_id))

    @property
    def overdue(self) -> bool:
        """Running past its legal end. Overdue is a fact of the calendar, not of a rung that fired."""
        return self.running and not self.paused and self.now >= self.row.ends_at

    @cached_property
    def light(self) -> Light:
        if not self.running:
            return Light("green", _(STATES.get(self.row.state, ENDED)))
        return light_of(self.deadline.to_json(trace=False), self.left)

    @property
    def left_text(self) -> str:
        """How much is left, without the verdict that a light adds to it."""
        left = self.left
        if self.light.kind != "green" or left.minutes is not None:
            return self.light.text
        if self.deadline.unit is Unit.WD:
            return counted("还剩 %(n)s 个工作日", left.working_days)
        return counted("还剩 %(n)s 天", left.calendar_days)

    @property
    def end_text(self) -> str:
        if self.paused:
            return _("中止")
        if self.row.ends_at - self.running_clock.trigger > OF_YEARS:
            return dates.day_end_text(words.last_day(self.row.ends_at))
        return words.end_text(self.row.ends_at, hours=self.deadline.unit is Unit.H)

    @property
    def escalated_to(self) -> str:
        """The post that was told last, as its rung fired; empty before the first."""
        told = [r for r in self.running_clock.rungs if r.fired_at and r.kind in words.ESCALATED]
        return words.role_label(told[-1].role) if told else ""

    @property
    def over_text(self) -> str:
        """By how much a passed end is passed."""
        days = self.left.working_days
        return counted("超时 %(n)s 个工作日", days) if days else _("超时，不满 1 个工作日")

    @property
    def late(self) -> bool:
        """An overrun that the agency answers for, and explains to the public."""
        return self.overdue and self.binds_agency

    @property
    def over_reason(self) -> str:
        """Why this term was overrun, or that nobody has said so yet; empty while in time."""
        return (self.row.overdue_reason or _(OVERDUE_UNSAID)) if self.late else ""

    @property
    def overdue_text(self) -> str:
        """超时 N 个工作日，原因：…，已升级到〔岗位〕 (优化营商环境条例 36); empty while in time."""
        if not self.late:
            return ""
        text = self.over_text + _("，原因：%(reason)s") % {"reason": self.over_reason}
        if self.escalated_to:
            text += _("，已升级到%(post)s") % {"post": self.escalated_to}
        return text

    @cached_property
    def card(self) -> ClockCard:
        return card(
            self.deadline.to_json(),
            name=self.name,
            now=self.now,
            light=self.light,
            promised=self.promised,
            address=self.address,
        )

    @property
    def extendable(self) -> bool:
        """Whether an extension may still be asked for."""
        law = find_clock(self.row.clock_id)
        return (
            self.running
            and not self.paused
            and law.extension is not None
            and self.running_clock.extension is None
            and self.now < self.row.ends_at
        )

    @cached_property
    def ledger(self) -> LedgerView | None:
        """What is used, what did not count, what is left, and by whose act; None where nothing runs."""
        found = ledger_of(self.running_clock, self.now)
        return LedgerView(found, self.deadline.clock) if found else None

    @property
    def grounds(self) -> list[GroundView]:
        """The grounds on which the clock may stand still, and whether each holds now."""
        if not self.running:
            return []
        holding = {p.ground for p in self.running_clock.pauses if p.end is None}
        return [
            GroundView(g.value, words.known(g.label), g.value in holding)
            for g in find_clock(self.row.clock_id).suspension
        ]

    @property
    def open_grounds(self) -> list[GroundView]:
        """Those that do not hold, or whose told day may still be put off by a later one."""
        pauses = self.running_clock.pauses
        put_off = {p.ground for p in pauses if p.end is None and p.lapses}
        return [g for g in self.grounds if not g.holds or g.ground in put_off]

    @property
    def suspendable(self) -> bool:
        """Whether a ground is left on which the clock could be suspended now."""
        return bool(self.open_grounds) and (self.paused or self.now < self.row.ends_at)

    def to_json(self, *, trace: bool = False) -> dict[str, Any]:
        """As REST shows it: civil dates, instants with +08:00, the light in words."""
        clock = self.running_clock
        law = find_clock(self.row.clock_id)
        extension = clock.extension
        data: dict[str, Any] = {
            "key": self.row.key,
            "clock_id": self.row.clock_id,
            "name": self.name,
            "state": self.row.state,
            "level": self.row.level,
            "light": {"kind": self.light.kind, "text": self.light.text},
            "overdue": self.overdue,
            "overdue_reason": self.row.overdue_reason if self.late else "",
            "binds_agency": self.binds_agency,
            "trigger": local(clock.trigger).isoformat(),
            "raw_end": self.row.raw_end.isoformat()
            if self.row.raw_end and not self.paused
            else None,
            "legal_end": None if self.paused else self.row.legal_end.isoformat(),
            "ends_at": local(self.ends_at).isoformat() if self.ends_at else None,
            "end_text": self.end_text,
            "provisional": self.row.provisional,
            "paused": self.paused,
            "extended": extension is not None,
            "extendable": self.extendable,
            "suspendable": self.suspendable,
            "suspension_basis": law.suspension_basis if law.suspendable else None,
            "grounds": [g._asdict() for g in self.grounds],
            "ledger": self.ledger.to_json() if self.ledger else None,
            "closed_at": local(self.row.closed_at).isoformat() if self.row.closed_at else None,
            "next_rung": self.row.next_rung if self.running else None,
            "next_rung_at": local(self.row.next_rung_at).isoformat()
            if self.running and self.row.next_rung_at
            else None,
            "citation": law.citation,
            "verified": law.verified is Verified.TEXT,
            "verified_label": law.verified.label,
            "calendars": list(self.deadline.pins),
            "page_url": self.address,
        }
        if trace:
            data["deadline"] = self.deadline.to_json()
        return data


def promised_for(stem: str, version: str | None, end: Deadline) -> Promised | None:
    """The bureau's own promise (承诺期限) for the decision, where the catalogue words it in working days."""
    try:
        row = catalogue.procedure(stem, version)
    except KeyError:
        return None
    if end.clock.id != row.clocks.decision:
        return None
    found = _WORKING_DAYS.search(row.guide.promised)
    day = None
    if found:
        day = default_calendars().add_workdays(end.start_date, ceil(float(found[1])))
    return Promised(day, row.guide.promised)


def views(case: CaseRow, rows: list[ClockRow], now: datetime) -> list[ClockView]:
    """The case's clocks, running ones first."""
    number = case.receipt_no or str(case.case_id)
    return [ClockView(row, now, case.procedure, case.catalogue_version, number) for row in rows]


def leading(clocks: list[ClockView]) -> ClockView | None:
    """The clock people ask about: the agency's earliest running one, else the earliest of all."""
    running = [c for c in clocks if c.running]
    agency = [c for c in running if c.binds_agency]
    return min(agency or running, key=lambda c: (c.paused, c.row.ends_at), default=None)


def each_of(late: list[ClockView], said: Callable[[ClockView], str]) -> str:
    """What is said of each overrun; of several, each with the name of its term."""
    if len(late) == 1:
        return said(late[0])
    return _("；").join(_("%(name)s：%(said)s") % {"name": c.name, "said": said(c)} for c in late)
