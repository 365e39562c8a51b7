"""How much is left, in the words of the screens, and working time by office hours."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import NamedTuple

from law.calendars import Calendars
from law.clock_types import Unit
from law.deadline_types import ONE_DAY, Deadline
from law.zone import CST, civil_date, local

# Office hours of the bureau, local policy: mornings and afternoons of working days.
OFFICE_HOURS: tuple[tuple[time, time], ...] = (
    (time(8, 30), time(12, 0)),
    (time(14, 30), time(18, 0)),
)


class State(NamedTuple):
    """Where a deadline stands for people: a stable code and its Chinese word."""

    code: str
    zh: str


LEFT = State("left", "进行中")
TODAY = State("today", "今天到期")
OVERDUE = State("overdue", "超时")
PAUSED = State("paused", "已停止计算")


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is left or overdue. Counts are not negative; hours only for clocks counted in hours."""

    state: State
    working_days: int
    calendar_days: int
    minutes: int | None
    text_zh: str

    @property
    def overdue(self) -> bool:
        return self.state is OVERDUE


def remaining(deadline: Deadline, now: datetime, calendars: Calendars) -> Remaining:
    """Working days left until the legal end, or passed since, as of the instant."""
    today = civil_date(now)
    if deadline.paused:
        left = deadline.progress(today).remaining
        text = f"已停止计算,剩余 {left} {'个工作日' if deadline.unit is Unit.WD else '日'}"
        return Remaining(PAUSED, left, left, None, text)
    over = not deadline.in_time(now)
    if deadline.unit is Unit.H:
        span = now - deadline.ends_at if over else deadline.ends_at - now
        minutes = int(span.total_seconds() // 60)
        text = f"{'已超时' if over else '还剩'} {minutes // 60} 小时 {minutes % 60} 分"
        state = OVERDUE if over else LEFT
        return Remaining(state, 0, abs((deadline.legal_end - today).days), minutes, text)
    if over:
        working = calendars.workdays_between(deadline.legal_end, today)
        days = (today - deadline.legal_end).days
        text = f"已超时 {working} 个工作日" if working else "已超时(尚未满 1 个工作日)"
        return Remaining(OVERDUE, working, days, None, text)
    working = calendars.workdays_between(today, deadline.legal_end)
    days = (deadline.legal_end - today).days
    if days == 0:
        return Remaining(TODAY, 0, 0, None, TODAY.zh)
    text = f"还剩 {working} 个工作日" if working else f"还剩 {days} 日(均为休息日)"
    return Remaining(LEFT, working, days, None, text)


def working_time(
    start: datetime,
    end: datetime,
    calendars: Calendars,
    hours: tuple[tuple[time, time], ...] = OFFICE_HOURS,
) -> timedelta:
    """Office time between two instants; zero where the end is not later than the start."""
    begin, stop = local(start), local(end)
    total = timedelta()
    day = begin.date()
    while day <= stop.date():
        if calendars.is_workday(day):
            for opens, closes in hours:
                first = max(begin, datetime.combine(day, opens, tzinfo=CST))
                last = min(stop, datetime.combine(day, closes, tzinfo=CST))
                if last > first:
                    total += last - first
        day += ONE_DAY
    return total
