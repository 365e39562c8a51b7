"""A public notice (公示) as anybody reads it: what it says, its exact period, why it ends on that day, what became of it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Final

from api import dates
from api.clock_cards import ClockCard, Light, card
from api.i18n import counted
from api.i18n import gettext as _
from api.views import notice_words, words
from domain import public_notices as notices
from domain.clocks import deadline_of
from domain.contracts import RunningClock
from law.clocks import find_clock
from law.offices import OFFICES
from law.zone import civil_date, local
from storage.public_notices import Noticed

PATH: Final = "/notices"
LAST_DAY: Final = timedelta(days=1)


def left_text(left: timedelta) -> str:
    """10 天 13 小时; in the last day hours and minutes."""
    minutes = int(left.total_seconds()) // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return _("%(days)s %(hours)s") % {
            "days": counted("%(n)s 天", days),
            "hours": counted("%(n)s 小时", hours),
        }
    if hours:
        return _("%(hours)s %(minutes)s") % {
            "hours": counted("%(n)s 小时", hours),
            "minutes": counted("%(n)s 分钟", minutes % 60),
        }
    return counted("%(n)s 分钟", minutes) if minutes else _("不到 1 分钟")


@dataclass(frozen=True)
class NoticeView:
    """One notice as of `found.now`."""

    found: Noticed

    @property
    def id(self) -> str:
        return str(self.found.row.notice_id)

    @property
    def address(self) -> str:
        """Its permanent page."""
        return f"{PATH}/{self.id}"

    @property
    def title(self) -> str:
        return self.found.row.title

    @property
    def kind_text(self) -> str:
        return notice_words.kind(self.found.row.kind)

    @property
    def procedure_title(self) -> str:
        return words.procedure_title(self.found.row.procedure, self.found.catalogue_version or None)

    @property
    def office_name(self) -> str:
        office = OFFICES.get(self.found.row.office)
        return office.name if office else self.found.row.office

    @property
    def running(self) -> bool:
        """On the board: by SQL's clock, whoever has heard of its end."""
        return self.found.running

    @property
    def outcome(self) -> str:
        """How it stands: over from its end on, also while no worker has said so."""
        if self.running:
            return notices.RUNNING
        return self.found.row.outcome or notices.EXPIRED

    @property
    def outcome_text(self) -> str:
        if self.outcome == notices.EXPIRED and self.ends_at is None:
            return _("已结束")
        return notice_words.outcome(self.outcome)

    @property
    def starts_at(self) -> datetime:
        return self.found.row.starts_at

    @property
    def ends_at(self) -> datetime | None:
        """The exclusive end of its period."""
        return self.found.row.ends_at

    @property
    def over_at(self) -> datetime | None:
        """From when on it was no longer on the board."""
        return self.found.row.ended_at or self.found.row.ends_at

    @property
    def updated_at(self) -> datetime:
        """When what it says changed last."""
        return self.starts_at if self.running or self.over_at is None else self.over_at

    @property
    def last_day(self) -> date | None:
        return words.last_day(self.ends_at) if self.ends_at else None

    @property
    def end_text(self) -> str:
        """2026年10月8日（周四）24:00; that none is set."""
        return notice_words.end(self.ends_at) if self.ends_at else _("没有确定的截止日")

    @property
    def over_text(self) -> str:
        """When it was over, to the minute."""
        return notice_words.end(self.over_at) if self.over_at else ""

    @property
    def period_text(self) -> str:
        start = dates.date_text(self.starts_at)
        return _("%(start)s至%(end)s") % {"start": start, "end": self.end_text}

    @property
    def left(self) -> timedelta | None:
        """What is left of its period; None where it is over or has no end."""
        if not self.running or self.over_at is None:
            return None
        return max(timedelta(0), self.over_at - self.found.now)

    @property
    def left_text(self) -> str:
        return left_text(self.left) if self.left is not None else ""

    @property
    def light(self) -> Light:
        """Green while it runs, amber on its last day; nothing is late here."""
        if self.left is None:
            return Light("green", self.outcome_text)
        day = (civil_date(self.found.now) - civil_date(self.starts_at)).days
        if self.left <= LAST_DAY:
            return Light("amber", _("还剩 %(left)s") % {"left": self.left_text})
        return Light("green", counted("公示中，第 %(n)s 天", day) if day else _("公示中，今天发布"))

    @property
    def takes(self) -> str:
        return self.found.row.takes

    @property
    def open(self) -> bool:
        """Whether something can be said to it now."""
        return self.running and bool(self.takes)

    @property
    def lines(self) -> list[tuple[str, str]]:
        return [(str(label), str(value)) for label, value in self.found.row.lines]

    @cached_property
    def card(self) -> ClockCard | None:
        """Why it ends on that day; None where no clock ends it."""
        if self.found.clock is None:
            return None
        clock = RunningClock.model_validate(self.found.clock)
        law = find_clock(clock.clock_id)
        return card(
            deadline_of(clock).to_json(),
            name=words.clock_name(law),
            now=self.found.now,
            light=self.light,
        )

    @property
    def result_text(self) -> str:
        """What became of its case, once that is closed."""
        if self.found.closed_at is None:
            return ""
        row = self.found.row
        return words.stage_name(row.procedure, self.found.stage, self.found.catalogue_version)

    def summary(self) -> dict[str, Any]:
        """One line of the list over REST."""
        row = self.found.row
        return {
            "id": self.id,
            "kind": row.kind,
            "kind_text": self.kind_text,
            "title": row.title,
            "procedure": row.procedure,
            "procedure_title": self.procedure_title,
            "office": row.office,
            "office_name": self.office_name,
            "starts_at": local(row.starts_at).isoformat(),
            "ends_at": local(row.ends_at).isoformat() if row.ends_at else None,
            "last_day": self.last_day.isoformat() if self.last_day else None,
            "ended_at": local(self.over_at).isoformat()
            if self.over_at and not self.running
            else None,
            "running": self.running,
            "outcome": self.outcome,
            "outcome_text": self.outcome_text,
            "seconds_left": int(self.left.total_seconds()) if self.left is not None else None,
            "takes": row.takes,
            "url": f"/api/v1/notices/{self.id}",
            "page_url": self.address,
        }

    def to_json(self) -> dict[str, Any]:
        """The notice over REST, with the reasons of its end."""
        row = self.found.row
        clock = RunningClock.model_validate(self.found.clock) if self.found.clock else None
        return self.summary() | {
            "lines": [{"label": label, "value": value} for label, value in self.lines],
            "article": row.cite,
            "reason": row.reason,
            "result": self.result_text,
            "received": self.found.said,
            "deadline": deadline_of(clock).to_json() if clock else None,
            "objections_url": f"/api/v1/notices/{self.id}/objections" if self.open else None,
        }
