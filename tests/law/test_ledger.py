"""The ledger against a count of days that shares no code with it: one day after the other, another calendar."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import chinese_calendar
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.clocks import deadline_of, ledger_of
from domain.contracts import ExtensionGrant, Pause, RunningClock
from law.calendars import default_calendars
from law.clocks import find_clock
from law.ledger import EntryKind
from law.zone import CST

DAY = timedelta(days=1)
YEAR = [date(2026, 1, 1) + n * DAY for n in range(365)]
WORKS = {day: bool(chinese_calendar.is_workday(day)) for day in YEAR}
# Length, days of the extension, unit, rolls: read off the rows by hand.
ROWS: dict[str, tuple[int, int, str, bool]] = {
    "G02": (20, 10, "wd", True),
    "F02": (10, 5, "wd", True),
    "X01": (15, 15, "wd", True),
    "C02": (60, 0, "cd", True),
    "Q10": (30, 30, "cd", False),
}


@dataclass
class ByHand:
    """A clerk with a calendar on the wall and a list of what happened."""

    row: str
    d0: date
    stops: list[list[Any]] = field(default_factory=list)  # ground, first day, last day or None
    extended: bool = False

    def works(self, day: date) -> bool:
        return WORKS[day]

    def walk(self, today: date) -> tuple[dict[str, int], date, date]:
        """The parts as of today, the last counted day and the end, as if every ground ended today."""
        n, more, unit, rolls = ROWS[self.row]
        wanted = n + (more if self.extended else 0)
        parts = {
            "elapsed": 0,
            "suspended": 0,
            "remaining": 0,
            "days_elapsed": 0,
            "days_suspended": 0,
        }
        day, counted = self.d0, 0
        while counted < wanted:
            day += DAY
            still = any(first <= day <= (last or today) for _, first, last in self.stops)
            counts = unit == "cd" or self.works(day)
            if still:
                parts["suspended"] += counts
                parts["days_suspended"] += 1
                continue
            parts["days_elapsed"] += day <= today
            if counts:
                counted += 1
                parts["elapsed" if day <= today else "remaining"] += 1
        end = day
        while rolls and not self.works(end):
            end += DAY
            still = any(first <= end <= (last or today) for _, first, last in self.stops)
            parts["days_suspended"] += still
            parts["days_elapsed"] += end <= today and not still
        return parts, day, end

    @property
    def paused(self) -> bool:
        """A ground holds, and it began while there was a day left to count."""
        opened = [first for _, first, last in self.stops if last is None]
        if not opened:
            return False
        first = min(opened)
        parts, _, _ = ByHand(self.row, self.d0, self.stops, self.extended).walk(first)
        return parts["remaining"] > 0


Acts = list[tuple[int, str, int, int]]
acts = st.lists(
    st.tuples(
        st.integers(0, 11),  # days until the act
        st.sampled_from(["suspend", "suspend", "resume", "resume", "extend"]),
        st.integers(0, 2),  # which ground
        st.integers(0, 3),  # entered so many days late
    ),
    max_size=9,
)
starts = st.dates(date(2026, 1, 5), date(2026, 5, 20))


def check(row: str, d0: date, happened: Acts) -> None:
    law = find_clock(row)
    trigger = datetime.combine(d0, time(10), tzinfo=CST)
    clock = RunningClock(
        key=f"{row}#1", clock_id=row, trigger=trigger, started_at=trigger, law_edition="x",
        calendar_pins=list(default_calendars().pins), legal_end=d0, ends_at=trigger,
    )  # fmt: skip
    hand, today = ByHand(row, d0), d0
    compare(clock, hand, today)
    for gap, act, which, late in happened:
        today += gap * DAY
        ground = law.suspension[which % len(law.suspension)].value
        held = next((s for s in hand.stops if s[0] == ground and s[2] is None), None)
        _, _, end = hand.walk(today)
        over = today > end and not hand.paused
        day = max(d0, today - late * DAY)
        if act == "suspend" and held is None and not over:
            hand.stops.append([ground, day, None])
            if not hand.paused:
                hand.stops.pop()
                continue
            clock.pauses.append(Pause(start=day, ground=ground, article="a", role="reviewer"))
        elif act == "resume" and held is not None:
            held[2] = max(held[1], day)
            pause = next(p for p in clock.pauses if p.ground == ground and p.end is None)
            pause.end = held[2]
        elif act == "extend" and not (hand.extended or hand.paused or over) and ROWS[row][1]:
            hand.extended = True
            clock.extension = ExtensionGrant(asked_by="a", approved_by="b", reason="c", at=trigger)
        compare(clock, hand, today)
    compare(clock, hand, today + 45 * DAY)


def compare(clock: RunningClock, hand: ByHand, today: date) -> None:
    parts, raw, end = hand.walk(today)
    shown = ledger_of(clock, datetime.combine(today, time(12), tzinfo=CST))
    assert shown is not None
    units, days = shown.units, shown.days
    assert (units.elapsed, units.suspended, units.remaining) == (
        parts["elapsed"],
        parts["suspended"],
        parts["remaining"],
    )
    n, more, _, _ = ROWS[hand.row]
    assert units.total == n + more * hand.extended + parts["suspended"]
    assert (days.elapsed, days.suspended) == (parts["days_elapsed"], parts["days_suspended"])
    assert days.total == (end - hand.d0).days
    for total, *three in (units, days):
        assert sum(three) == total
    assert (shown.paused_since is not None) == hand.paused
    law = deadline_of(clock)
    assert law.paused == hand.paused
    if hand.paused:
        assert shown.legal_end is None
    else:
        assert (law.raw_end, law.legal_end, shown.legal_end) == (raw, end, end)
    stops = [e for e in shown.entries if e.kind is EntryKind.SUSPENSION]
    assert [(e.first, e.last) for e in stops] == sorted(
        ((s[1], s[2]) for s in hand.stops), key=lambda s: s[0]
    )
    assert len(shown.entries) - len(stops) == hand.extended


sequences = given(row=st.sampled_from(sorted(ROWS)), d0=starts, happened=acts)


@sequences
@settings(max_examples=500, deadline=None)
def test_a_random_story_adds_up_day_by_day(row: str, d0: date, happened: Acts) -> None:
    check(row, d0, happened)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@sequences
@settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))
def test_ten_thousand_random_stories_add_up_day_by_day(row: str, d0: date, happened: Acts) -> None:
    check(row, d0, happened)


def test_what_is_no_running_term_has_no_ledger() -> None:
    instant = datetime(2026, 3, 2, 9, tzinfo=CST)
    for row in ("Q04", "R17"):
        law = find_clock(row)
        clock = RunningClock(
            key=f"{row}#1", clock_id=row, trigger=instant, started_at=instant, law_edition="x",
            calendar_pins=list(default_calendars().pins), legal_end=date(2026, 3, 2), ends_at=instant,
        )  # fmt: skip
        assert ledger_of(clock, instant) is None, law.direction


def test_a_ledger_of_hours_runs_through_the_night() -> None:
    instant = datetime(2026, 10, 3, 16, tzinfo=CST)
    clock = RunningClock(
        key="Q09#1", clock_id="Q09", trigger=instant, started_at=instant, law_edition="x",
        calendar_pins=list(default_calendars().pins), legal_end=date(2026, 10, 4), ends_at=instant,
    )  # fmt: skip
    shown = ledger_of(clock, instant + timedelta(hours=9, minutes=59))
    assert shown is not None
    assert shown.units == (24, 9, 0, 15)
