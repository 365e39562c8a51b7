"""When a period ends, found the slow way: write the days down, strike out, take the n-th.

Source: 民法典 201-203, 行政许可法 45 and 82, and the end rule of each clock row. Every choice the
text leaves open is in README.md of this folder.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from tests.oracle.papers import NAMED_DAYS, NOTICE_YEARS, ONE_DAY, ROWS, Row, office_open

BEIJING = timezone(timedelta(hours=8))
ROLLING = {"roll", "roll_protect", "wd", "same step as R01", "-"}
STANDING = {"no_roll", "hard", "anniversary day included", "backward"}

Pause = tuple[date, date]  # first and last day that do not count, both included
Length = tuple[int, str]  # for rows whose length is set case by case


class Refused(ValueError):
    """The row does not allow what was asked."""


@dataclass(frozen=True)
class Answer:
    """raw_end before rollover, legal_end after it; ends_at is the first instant too late."""

    raw_end: date
    legal_end: date
    ends_at: datetime
    provisional: bool


class _Desk:
    """Answers "is the office open" and remembers whether a day no notice covers was asked."""

    def __init__(self) -> None:
        self.guessed = False

    def open(self, day: date) -> bool:
        if day.year not in NOTICE_YEARS and day not in NAMED_DAYS:
            self.guessed = True
        return office_open(day)


def _nth_left(start: date, n: int, step: timedelta, keep: Callable[[date], bool]) -> date:
    """Day number n of those kept, walking from ``start`` (not counted); n=0 is ``start``."""
    kept = [start]
    day = start
    while len(kept) <= n:
        day += step
        if keep(day):
            kept.append(day)
    return kept[n]


def _same_number(start: date, months: int) -> date:
    """Same day number ``months`` later (or earlier), else that month's last day (民法典 202)."""
    year, month = start.year, start.month
    for _ in range(abs(months)):
        month += 1 if months > 0 else -1
        if month == 13:
            year, month = year + 1, 1
        if month == 0:
            year, month = year - 1, 12
    first = date(year, month, 1)
    that_month = [first + i * ONE_DAY for i in range(31)]
    that_month = [day for day in that_month if day.month == month]
    return next((day for day in that_month if day.day == start.day), that_month[-1])


def _run(start: date, n: int, unit: str, pauses: Sequence[Pause], desk: _Desk) -> date:
    """Last day of a forward period of n units after ``start``, paused days struck out."""

    def counts(day: date) -> bool:
        return not any(first <= day <= last for first, last in pauses)

    if unit == "wd":
        return _nth_left(start, n, ONE_DAY, lambda day: counts(day) and desk.open(day))
    if unit == "cd":
        return _nth_left(start, n, ONE_DAY, counts)
    if unit in ("mo", "y"):
        unpaused = _same_number(start, n if unit == "mo" else 12 * n)
        # A pause inside a term of months: the term is so many days, and those days are counted.
        return _nth_left(start, (unpaused - start).days, ONE_DAY, counts)
    raise ValueError(unit)


def _day_of(trigger: date | datetime) -> date:
    if isinstance(trigger, datetime):
        return trigger.astimezone(BEIJING).date()
    return trigger


def _whole_days(raw: date, legal: date, guessed: bool) -> Answer:
    midnight_after = datetime.combine(legal + ONE_DAY, time(0), BEIJING)
    return Answer(raw, legal, midnight_after, guessed)


def _fixed(row: Row, start: date) -> Answer:
    year_given = len(row.fixed) == len("2027-06-30")
    day = date.fromisoformat(row.fixed if year_given else f"{start.year}-{row.fixed}")
    return _whole_days(day, day, False)


def answer(
    clock: str,
    trigger: date | datetime,
    *,
    length: Length | None = None,
    pauses: Sequence[Pause] = (),
    extended: int = 0,
    granted: int | None = None,
) -> Answer:
    """End of the period of row ``clock``.

    Args:
        clock: id of the row.
        trigger: instant of the event, or its civil day.
        length: number and unit, for variable rows.
        pauses: days that do not count.
        extended: how many extensions were granted.
        granted: length of the extension whose length the row leaves to the approver.

    Raises:
        Refused: a pause or an extension the row does not know, or a length it does not take.
    """
    row = ROWS[clock]
    start = _day_of(trigger)
    if (row.unit == "variable") != (length is not None):
        raise Refused("a length belongs to variable rows, and to them alone")
    if pauses and not row.suspendable:
        raise Refused("this clock does not stop")
    if extended > len(row.added):
        raise Refused("this clock has no such extension")
    if granted is not None and None not in row.added[:extended]:
        raise Refused("the row says how long, or nothing was extended")
    extensions = [granted if number is None else number for number in row.added[:extended]]
    if row.unit == "date":
        return _fixed(row, start)

    n, unit = length if length is not None else (row.length or 0, row.unit)
    if unit == "h":
        if pauses or row.end_rule != "no_roll":
            raise Refused("hours neither stop nor roll, so only a row that does neither has them")
        if not isinstance(trigger, datetime):
            raise Refused("hours run from an instant")
        end = trigger.astimezone(BEIJING) + timedelta(hours=n)
        return Answer(end.date(), end.date(), end, False)

    desk = _Desk()
    if row.direction == "before":
        if unit == "wd":
            raw = _nth_left(start, n, -ONE_DAY, desk.open)
        elif unit == "cd":
            raw = start - n * ONE_DAY
        else:
            raw = _same_number(start, -n if unit == "mo" else -12 * n)
    else:
        raw = _run(start, n, unit, pauses, desk)
        for number in extensions:
            if number is None:
                raise Refused("the approver must say how long")
            raw = _run(raw, number, unit, pauses, desk)

    legal = raw
    if row.end_rule in ROLLING:
        while not desk.open(legal):
            legal += ONE_DAY
    elif row.end_rule not in STANDING:
        raise ValueError(f"{clock}: end rule {row.end_rule!r} was never read")
    return _whole_days(raw, legal, desk.guessed)
