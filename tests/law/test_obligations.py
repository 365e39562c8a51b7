"""Terms of recurring obligations: from a day to its last day, and when the case opens."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law import catalogue
from law.calendars import default_calendars
from law.deadline_types import LengthInvalid
from law.obligations import term_of

INSPECTION = catalogue.procedure("se_periodic_inspection")
PLEDGE = catalogue.procedure("se_responsibility_pledge")
DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))


def test_an_inspection_is_asked_for_a_month_before_and_opens_fifteen_days_earlier() -> None:
    term = term_of(INSPECTION, date(2025, 11, 1), default_calendars(), until=date(2026, 10, 31))
    assert term.due_on == date(2026, 10, 31), "a Saturday: the validity does not move"
    assert term.opens_on == date(2026, 9, 15), "fifteen days before 09-30"
    assert term.days == 364


def test_a_yearly_duty_moves_from_a_holiday() -> None:
    term = term_of(PLEDGE, date(2025, 10, 1), default_calendars())
    assert (term.due_on, term.opens_on) == (date(2026, 10, 8), date(2026, 9, 8))


def test_a_short_validity_opens_at_once() -> None:
    term = term_of(INSPECTION, date(2026, 9, 1), default_calendars(), until=date(2026, 9, 20))
    assert term.opens_on == term.since == date(2026, 9, 1)


@pytest.mark.parametrize("until", [date(2026, 9, 1), date(2026, 8, 31)])
def test_a_validity_that_ends_before_it_begins_is_refused(until: date) -> None:
    with pytest.raises(LengthInvalid, match="晚于"):
        term_of(INSPECTION, date(2026, 9, 1), default_calendars(), until=until)


def test_a_duty_names_clocks_that_exist_and_can_be_counted() -> None:
    rows = catalogue.obligations()
    assert {r.procedure for r in rows} == {
        "se_emergency_drill",
        "se_emergency_plan",
        "se_periodic_inspection",
        "se_responsibility_pledge",
    }
    assert [r.procedure for r in catalogue.obligations("device")] == ["se_periodic_inspection"]
    for row in rows:
        assert not row.applied_for, "nobody applies for what the day opens"


@given(since=DAYS, length=st.integers(1, 2000))
def test_the_case_opens_within_the_term(since: date, length: int) -> None:
    until = since + timedelta(days=length)
    term = term_of(INSPECTION, since, default_calendars(), until=until)
    assert since <= term.opens_on <= term.due_on == until


@given(since=DAYS)
def test_a_yearly_term_is_a_year_and_some_days_off(since: date) -> None:
    term = term_of(PLEDGE, since, default_calendars())
    assert since < term.opens_on < term.due_on
    assert 364 <= term.days <= 366 + 12
