"""The board's rule in SQL terms (the latest end that is short) is the very rule of the light on a card."""

from datetime import date, datetime, timedelta

import pytest

from api.clock_cards import light_of
from law.calendars import default_calendars
from law.clock_types import Direction, Unit
from law.clocks import CLOCKS, Clock
from law.deadlines import deadline
from law.lights import CARDS, short_until
from law.worktime import remaining
from law.zone import CST

AGENCY = [
    c
    for c in CLOCKS.values()
    if c.binds_agency and c.length and c.direction is not Direction.BEFORE
]
HOURS = (8, 12, 23)


@pytest.mark.parametrize("clock", AGENCY, ids=lambda c: c.id)
def test_the_board_and_the_light_agree_at_every_instant(clock: Clock) -> None:
    calendars = default_calendars()
    kinds = set()
    for start in (date(2026, 1, 19), date(2026, 4, 27), date(2026, 9, 23)):
        end = deadline(
            clock, datetime(start.year, start.month, start.day, 10, tzinfo=CST), calendars
        )
        if end.provisional:
            continue
        told = end.to_json(trace=False)
        for back in [*range(-4, 16), 30, 60]:
            for hour in HOURS:
                day = end.legal_end - timedelta(back)
                now = datetime(day.year, day.month, day.day, hour, 30, tzinfo=CST)
                if now < end.starts_at:
                    continue
                kind = light_of(told, remaining(end, now, calendars)).kind
                kinds.add(kind)
                short = end.ends_at <= short_until(clock, now, calendars)
                assert short == (kind in {"amber", "red"}), (clock.id, end.legal_end, now, kind)
                assert (kind == "red") == (end.ends_at <= now)
    # A clock of one hour may be over between two of these instants.
    wanted = {"red"} if clock.unit is Unit.H else {"red", "amber"}
    assert not kinds or wanted <= kinds


def test_a_reminder_is_no_card() -> None:
    assert set(CARDS) == {"amber", "overdue_l1", "overdue_l2", "overdue_l3"}
    assert CARDS["amber"] == "yellow"
