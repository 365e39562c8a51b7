"""The plan's figure (企业开办注册登记时间): one registration's, and those of a period; the applicant's part of it apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from api.views import words
from domain.waits import applicants_waits
from law.calendars import default_calendars
from law.opening_time import TARGET_DAYS, OpeningTime, Summary, opening_time, summarise
from law.zone import civil_date, day_end, day_start, local
from storage import opening_times
from storage.opening_times import Registration
from workflows.registry import PROCEDURES

STEM: Final = "establishment_registration"
# More than the page can show; all of them are counted.
MOST_SHOWN: Final = 50
HOUR: Final = timedelta(hours=1)
MOST_DAYS: Final = 366


def measured(
    table_version: str,
    passed: Sequence[Mapping[str, str]],
    accepted_at: datetime,
    issued_at: datetime | None,
    now: datetime,
) -> OpeningTime:
    """One registration: until its licence, or until now."""
    instant = datetime.fromisoformat
    spans = applicants_waits(PROCEDURES[STEM].tables[table_version], passed)
    waits = [(instant(begin), instant(end) if end else None) for begin, end in spans]
    return opening_time(accepted_at, issued_at, waits, default_calendars(), now=now)


@dataclass(frozen=True)
class Line:
    """One registration with its figure."""

    of: Registration
    took: OpeningTime

    @property
    def text(self) -> str:
        return words.bilingual(self.took.text, self.took.text_en)

    def to_json(self) -> dict[str, Any]:
        issued = self.of.issued_at
        return {
            "number": self.of.number,
            "title": self.of.title,
            "onestop": self.of.onestop,
            "accepted_at": local(self.of.accepted_at).isoformat(),
            "issued_at": local(issued).isoformat() if issued else None,
            **figure_json(self.took),
        }


def figure_json(took: OpeningTime) -> dict[str, Any]:
    """Hours are office hours, days office days; a running one that meets the target so far may still miss it."""
    return {
        "hours": round(took.worked / HOUR, 2),
        "waiting_hours": round(took.waiting / HOUR, 2),
        "days": round(took.days, 2),
        "handling_days": round(took.handling_days, 2),
        "meets_target": took.meets_target,
    }


@dataclass(frozen=True)
class Month:
    """Of the period, the licences of one month; `first` its first day in the period."""

    first: date
    summary: Summary

    @property
    def name(self) -> str:
        return f"{self.first:%Y-%m}"


@dataclass(frozen=True)
class Period:
    """Both days included, in Asia/Shanghai."""

    first: date
    last: date

    @classmethod
    def before(cls, today: date) -> "Period":
        """This month and the eleven before it, up to today."""
        year, month = divmod(today.year * 12 + today.month - 12, 12)
        return cls(date(year, month + 1, 1), today)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class OpeningTimes:
    """The figures of a period, and what is running now."""

    period: Period
    done: list[Line]
    running: list[Line]

    @cached_property
    def summary(self) -> Summary | None:
        return summarise([line.took for line in self.done])

    @cached_property
    def months(self) -> list[Month]:
        """Those with a licence, oldest first."""
        by_month: dict[tuple[int, int], list[Line]] = {}
        for line in self.done:
            assert line.of.issued_at is not None
            day = civil_date(line.of.issued_at)
            by_month.setdefault((day.year, day.month), []).append(line)
        found = []
        for (year, month), lines in by_month.items():
            summary = summarise([line.took for line in lines])
            assert summary is not None
            found.append(Month(date(year, month, 1), summary))
        return found

    @cached_property
    def missed(self) -> list[Line]:
        """Those that took longer than the target, the longest first."""
        late = [line for line in self.done if not line.took.meets_target]
        return sorted(late, key=lambda line: line.took.worked, reverse=True)

    @cached_property
    def longest(self) -> list[Line]:
        """What is running, the longest first."""
        return sorted(self.running, key=lambda line: line.took.worked, reverse=True)

    @property
    def running_late(self) -> int:
        return sum(not line.took.meets_target for line in self.running)

    def to_json(self) -> dict[str, Any]:
        return {
            "from": self.period.first.isoformat(),
            "to": self.period.last.isoformat(),
            "target_days": TARGET_DAYS,
            "summary": summary_json(self.summary) if self.summary else None,
            "months": [
                {"month": month.name, **summary_json(month.summary)} for month in self.months
            ],
            "missed": [line.to_json() for line in self.missed[:MOST_SHOWN]],
            "running": [line.to_json() for line in self.longest[:MOST_SHOWN]],
            "running_count": len(self.running),
            "running_late_count": self.running_late,
        }


def summary_json(summary: Summary) -> dict[str, Any]:
    return {
        "count": summary.count,
        "median_days": round(summary.median, 2),
        "p90_days": round(summary.p90, 2),
        "meets_target_count": summary.within,
        "share": round(summary.share, 4),
        "median_waiting_days": round(summary.waiting, 2),
    }


async def opening_times_of(
    connection: AsyncConnection, office: str, period: Period, now: datetime
) -> OpeningTimes:
    """By the day of the licence; what is running does not depend on the period."""
    begin, end = day_start(period.first), day_end(period.last)
    done = await opening_times.issued(connection, office, begin, end)
    running = await opening_times.running(connection, office)
    return OpeningTimes(
        period, [_line(each, now) for each in done], [_line(each, now) for each in running]
    )


def _line(of: Registration, now: datetime) -> Line:
    took = measured(of.table_version, of.passed, of.accepted_at, of.issued_at, now)
    return Line(of, took)
