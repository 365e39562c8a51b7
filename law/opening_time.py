"""How long an opening took (企业开办注册登记时间): the plan's 1.5 days, by office hours.

Counted from acceptance (受理) to the issue of the licence (发照) in the office hours of the competent
registrar; queues inside the office do not stop it. The part in which the applicant had to act
(authentication, signature, correction) is shown apart, and is never taken off the measured figure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from statistics import median

from law.calendars import Calendars
from law.worktime import OFFICE_HOURS, working_time
from law.zone import CST, local

# 曾都区市场监督管理“十四五”建设规划: 企业开办时间注册登记压缩至1.5天.
TARGET_DAYS = 1.5

Hours = tuple[tuple[time, time], ...]
Wait = tuple[datetime, datetime | None]


class NotIssuedAfterAcceptance(ValueError):
    """The licence would have been issued before the application was accepted."""


@dataclass(frozen=True, slots=True)
class OpeningTime:
    """`worked` is the measured figure; `waiting` the applicant's part of it. All in office time."""

    worked: timedelta
    waiting: timedelta
    office_day: timedelta
    finished: bool

    @property
    def handling(self) -> timedelta:
        """The office's own part."""
        return self.worked - self.waiting

    @property
    def days(self) -> float:
        """The measured figure in office days, not rounded."""
        return self.worked / self.office_day

    @property
    def handling_days(self) -> float:
        return self.handling / self.office_day

    @property
    def meets_target(self) -> bool:
        """Whether the whole is within the target; exactly 1.5 days is. A running case may still miss."""
        return self.worked <= TARGET_DAYS * self.office_day

    @property
    def left(self) -> timedelta:
        """Office time left to the target; zero once it is missed."""
        return max(TARGET_DAYS * self.office_day - self.worked, timedelta())

    @property
    def text(self) -> str:
        """Chinese, for pages: 受理至发照 5 小时 30 分（0.79 天），其中等待申请人 0 分."""
        until = "受理至发照" if self.finished else "受理至今"
        return (
            f"{until} {_hours(self.worked)}（{self.days:.2f} 天），"
            f"其中等待申请人 {_hours(self.waiting)}"
        )

    @property
    def text_en(self) -> str:
        until = "from acceptance to licence" if self.finished else "since acceptance"
        return (
            f"{self.worked / timedelta(hours=1):.2f} office hours {until} ({self.days:.2f} days), "
            f"{self.waiting / timedelta(hours=1):.2f} of them waiting for the applicant"
        )


@dataclass(frozen=True, slots=True)
class Summary:
    """Of finished openings: median and 90th percentile (nearest rank) in days, how many within 1.5.

    `waiting`: the median of the applicant's part, in days; part of the measured figure, shown apart.
    """

    count: int
    median: float
    p90: float
    within: int
    waiting: float

    @property
    def share(self) -> float:
        return self.within / self.count


def opening_time(
    accepted_at: datetime,
    issued_at: datetime | None,
    waits: Iterable[Wait],
    calendars: Calendars,
    *,
    now: datetime | None = None,
    hours: Hours = OFFICE_HOURS,
) -> OpeningTime:
    """Measure one opening.

    Args:
        accepted_at: the instant of acceptance.
        issued_at: the instant of issue, None while it is running: then up to `now`.
        waits: when the applicant had to act, from–to; None = still. Overlaps count once, what lies
            before acceptance or after issue does not count.
        calendars: whose working days count.
        now: the instant as of which a running opening is measured.
        hours: the office hours of the competent registrar.

    Raises:
        NotIssuedAfterAcceptance, NaiveInstant.
        ValueError: neither an issue nor a `now` is given.
    """
    end = issued_at if issued_at is not None else now
    if end is None:
        raise ValueError("未发照的须给出截至时刻")
    if local(end) < local(accepted_at):
        raise NotIssuedAfterAcceptance(f"{end.isoformat()} 早于受理")
    waiting = sum(
        (
            working_time(begin, stop, calendars, hours)
            for begin, stop in _merged(accepted_at, end, waits)
        ),
        timedelta(),
    )
    return OpeningTime(
        worked=working_time(accepted_at, end, calendars, hours),
        waiting=waiting,
        office_day=office_day(hours),
        finished=issued_at is not None,
    )


def office_day(hours: Hours = OFFICE_HOURS) -> timedelta:
    """What one day of these office hours amounts to."""
    day = datetime(2026, 1, 5, tzinfo=CST)
    return sum(
        (datetime.combine(day, shut) - datetime.combine(day, opens) for opens, shut in hours),
        timedelta(),
    )


def summarise(measured: Sequence[OpeningTime]) -> Summary | None:
    """The plan's figures over finished openings; None where there is none."""
    done = [each for each in measured if each.finished]
    if not done:
        return None
    days = sorted(each.days for each in done)
    return Summary(
        count=len(days),
        median=median(days),
        p90=days[-(-len(days) * 9 // 10) - 1],
        within=sum(each.meets_target for each in done),
        waiting=median(each.waiting / each.office_day for each in done),
    )


def _merged(
    first: datetime, last: datetime, waits: Iterable[Wait]
) -> list[tuple[datetime, datetime]]:
    spans = sorted(
        (max(local(begin), local(first)), min(local(end or last), local(last)))
        for begin, end in waits
    )
    merged: list[tuple[datetime, datetime]] = []
    for begin, end in spans:
        if end <= begin:
            continue
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((begin, end))
    return merged


def whole_minutes(span: timedelta) -> int:
    """To the nearest: a span is the sum of parts, and a second more or less at an end of one is not a minute."""
    return round(span / timedelta(minutes=1))


def _hours(span: timedelta) -> str:
    minutes = whole_minutes(span)
    return f"{minutes // 60} 小时 {minutes % 60} 分" if minutes >= 60 else f"{minutes} 分"
