"""The oracle stands on the law (dated examples), and ``law/`` agrees with the oracle.

The dated expectations are worked examples of the domain report, section 5, each named by its
scenario; all lie in 2026, whose notice is loaded.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import SystemRandom

import pytest

from tests.oracle import sky
from tests.oracle.answers import BEIJING, Answer, Refused, answer
from tests.oracle.papers import NAMED_DAYS, NOTICE_YEARS, ROWS, STATUTORY_DAYS, office_open
from tests.simulate import __main__ as command
from tests.simulate.cases import Case, random_case
from tests.simulate.compare import difference, oracle_says

ONE_DAY = timedelta(days=1)


def _date(text: str) -> date:
    return date.fromisoformat(text if len(text) > 5 else f"2026-{text}")


DATED = [
    # scenario, clock, trigger, length, extended, raw end, legal end
    ("S01 notice", "D01", "09-18", None, False, "10-08", "10-08"),
    ("S01 window", "D02", "10-08", None, False, "10-28", "10-28"),
    ("S01 decision", "R01", "10-12", None, False, "10-15", "10-15"),
    ("S01 decision extended", "R01", "10-12", None, True, "10-20", "10-20"),
    ("S06 second notice", "D01", "10-20", None, False, "11-09", "11-09"),
    ("S10 cause published", "D10", "06-01", None, False, "06-11", "06-11"),
    ("S10 group formed", "D11", "06-01", None, False, "06-16", "06-16"),
    ("S10 members published", "D12", "06-10", None, False, "06-20", "06-22"),
    ("S10 creditors notified", "D13", "06-10", None, False, "06-20", "06-22"),
    ("S10 announcement", "D13b", "06-10", None, False, "08-09", "08-10"),
    ("S13", "N01", "07-31", None, False, "09-30", "09-30"),
    ("S15", "N01", "12-31", None, False, "2027-02-28", "2027-03-01"),
    ("S20", "R01", "09-23", None, False, "09-29", "09-29"),
    ("S20 extended", "R01", "09-23", None, True, "10-09", "10-09"),
    ("S24", "G01", "09-23", None, False, "10-08", "10-08"),
    ("S27 second case", "R01", "09-24", None, False, "09-30", "09-30"),
    ("S31 instruction", "Q06", "04-23", (15, "cd"), False, "05-08", "05-08"),
    ("S31 recheck", "Q07", "05-06", None, False, "05-19", "05-19"),
    ("S32 instruction", "Q06", "05-20", (10, "cd"), False, "05-30", "06-01"),
    ("S32 recheck", "Q07", "05-29", None, False, "06-12", "06-12"),
    ("S37 accept", "C01", "09-21", None, False, "10-08", "10-08"),
    ("S37 mediation", "C02", "10-08", None, False, "12-07", "12-07"),
    ("S38 old rule", "C02old", "03-10", None, False, "05-15", "05-15"),
    ("S38 new rule", "C02", "04-15", None, False, "06-14", "06-15"),
    ("S39 lead check", "X01", "09-21", None, False, "10-19", "10-19"),
    ("S39 extended", "X01", "09-21", None, True, "11-09", "11-09"),
    ("S39 reporter told", "C05", "10-16", None, False, "10-23", "10-23"),
    ("S42", "X05", "09-29", None, False, "10-14", "10-14"),
    ("S43 fine", "X07", "09-18", None, False, "10-03", "10-08"),
    ("S43 reconsideration", "X15", "09-18", None, False, "11-17", "11-17"),
    ("S45 decision", "F02", "09-21", None, False, "10-12", "10-12"),
    ("S45 extended", "F02", "09-21", None, True, "10-19", "10-19"),
    ("S45 window opens", "F05a", "12-31", None, False, "08-21", "08-21"),
    ("S45 window closes", "F05b", "12-31", None, False, "12-10", "12-10"),
    ("S46", "M03b", "12-31", None, False, "11-19", "11-19"),
    ("S48 finish level 1", "F19a", "10-02", None, False, "10-20", "10-20"),
    ("S48 finish level 2", "F19b", "10-02", None, False, "11-03", "11-03"),
    ("S48 finish level 3", "F19c", "10-02", None, False, "11-17", "11-17"),
    ("S49 serious reaction", "A02", "09-20", None, False, "10-05", "10-05"),
    ("S49 county review", "A04a", "09-24", None, False, "09-30", "09-30"),
    ("S51 shortest term", "K07a", "07-01", None, False, "10-01", "10-01"),
    ("S51 decision", "K04", "10-16", None, False, "10-27", "10-27"),
    ("S54 old opposition", "B03a", "12-20", None, False, "2027-03-20", "2027-03-22"),
    ("S54 new opposition", "B03b", "2027-01-05", None, False, "2027-03-05", "2027-03-05"),
    # 民法典 202 and the anniversary days the rules themselves spell out.
    ("3.3 name free after", "N03", "2024-02-29", None, False, "2025-02-28", "2025-02-28"),
    ("3.7 month ends", "Q04", "03-31", None, False, "02-28", "02-28"),
    ("3.9 unrolled", "R12", "2025-11-30", None, True, "05-28", "05-28"),
    ("2.19 food seizure extended", "F15", "08-29", None, True, "11-12", "11-12"),
    ("3.7 seizure no roll", "Q10", "09-05", None, False, "10-05", "10-05"),
]


@pytest.mark.parametrize(
    ("clock", "trigger", "length", "extended", "raw", "legal"),
    [row[1:] for row in DATED],
    ids=[row[0] for row in DATED],
)
def test_the_oracle_gives_the_dates_of_the_law(
    clock: str,
    trigger: str,
    length: tuple[int, str] | None,
    extended: bool,
    raw: str,
    legal: str,
) -> None:
    told = answer(clock, _date(trigger), length=length, extended=int(extended))
    assert (told.raw_end, told.legal_end) == (_date(raw), _date(legal))
    assert told.ends_at == datetime.combine(_date(legal) + ONE_DAY, datetime.min.time(), BEIJING)


@pytest.mark.parametrize(
    ("clock", "trigger", "ends_at"),
    [
        ("Q09", "2026-10-03T16:00", "2026-10-04T16:00"),  # S34
        ("Q11", "2026-10-02T23:10", "2026-10-03T00:10"),  # S35
        ("F18a", "2026-10-01T09:00", "2026-10-02T09:00"),  # S48
    ],
)
def test_hours_run_through_nights_and_holidays(clock: str, trigger: str, ends_at: str) -> None:
    start = datetime.fromisoformat(trigger).replace(tzinfo=BEIJING)
    assert answer(clock, start).ends_at == datetime.fromisoformat(ends_at).replace(tzinfo=BEIJING)


def test_declared_testing_days_move_the_end() -> None:
    """S37: accepted 10-08, ten declared testing days, 12-07 becomes 12-17."""
    told = answer("C02", _date("10-08"), pauses=[(_date("11-01"), _date("11-10"))])
    assert told.legal_end == _date("12-17")


def test_an_objection_in_the_last_minutes_is_in_time_and_one_after_midnight_is_not() -> None:
    """S03 and S04: the twentieth day of a notice of 2026-09-18 is the whole of 2026-10-08."""
    ends_at = answer("D01", _date("09-18")).ends_at
    assert datetime(2026, 10, 8, 23, 30, tzinfo=BEIJING) < ends_at
    assert datetime(2026, 10, 9, 0, 10, tzinfo=BEIJING) >= ends_at


def test_a_year_without_a_notice_is_a_guess_and_says_so() -> None:
    """S15; and the working days per month of 2026 that section 3.5 gives."""
    assert answer("N01", _date("12-31")).provisional
    assert not answer("N01", _date("07-31")).provisional
    first = date(2026, 1, 1)
    days = [first + n * ONE_DAY for n in range(365)]
    counts = [sum(1 for day in days if day.month == m and office_open(day)) for m in range(1, 13)]
    assert counts == [21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23]


def test_the_oracle_refuses_what_the_row_does_not_allow() -> None:
    with pytest.raises(Refused):
        answer("R01", _date("09-23"), pauses=[(_date("09-24"), _date("09-25"))])
    with pytest.raises(Refused):
        answer("G01", _date("09-23"), extended=1)
    with pytest.raises(Refused):
        answer("Q06", _date("09-23"))


def test_the_festival_table_is_what_the_sky_says() -> None:
    for year, days in STATUTORY_DAYS.items():
        spring, bright, boat, moon = sky.festivals(year)
        assert {spring - ONE_DAY, spring, spring + ONE_DAY, spring + 2 * ONE_DAY} <= days
        assert {bright, boat, moon} <= days


def test_every_movable_festival_was_a_day_off_in_every_noticed_year() -> None:
    """Anchors ``sky.py`` in the notices themselves (since 2008 they name these festivals)."""
    for year in sorted(NOTICE_YEARS - {2007}):
        for festival in sky.festivals(year):
            assert not NAMED_DAYS.get(festival, festival.isoweekday() < 6), festival


def test_all_rows_are_read() -> None:
    assert len(ROWS) == 168


@pytest.mark.parametrize(
    "seed", [20261123, SystemRandom().randrange(1_000_000)], ids=["fixed", "random"]
)
def test_law_agrees_with_the_oracle(seed: int) -> None:
    print(f"python -m tests.simulate --cases 1500 --seed {seed}")
    found = [told for n in range(1500) if (told := difference(random_case(seed, n))) is not None]
    assert not found, "\n".join([f"seed {seed}", *found[:20]])


@pytest.mark.parametrize(
    "wrong",
    [
        lambda told: replace(told, raw_end=told.raw_end + ONE_DAY),
        lambda told: replace(told, legal_end=told.legal_end - ONE_DAY),
        lambda told: replace(told, ends_at=told.ends_at - timedelta(microseconds=1)),
        lambda told: replace(told, provisional=not told.provisional),
        lambda told: Refused("no"),
    ],
    ids=["raw end", "legal end", "instant", "provisional", "refusal"],
)
def test_a_wrong_answer_is_seen(wrong: Callable[[Answer], Answer | Refused]) -> None:
    case = Case("D01", datetime(2026, 9, 18, 10, tzinfo=BEIJING), None, (), 0, None)
    right = oracle_says(case)
    assert isinstance(right, Answer)
    assert difference(case, ask=lambda _: right) is None
    assert difference(case, ask=lambda _: wrong(right)) is not None


# The periods alone: running cases have tests of their own (tests/kernel/test_simulation.py).
ALONE = ("--running", "0", "--races", "0", "--no-outage", "--sixty", "0")


def test_the_command_fails_when_the_two_differ(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["--cases", "334", "--seed", "1", *ALONE]) == 0
    assert "seed 1: 334 cases, 0 differences" in capsys.readouterr().out
    monkeypatch.setattr(command, "difference", lambda case: f"{case}: a difference")
    assert command.main(["--cases", "2", "--seed", "1", *ALONE]) == 1
    said = capsys.readouterr().out
    assert "case 1 (--seed 1 --case 1): G02 from" in said
    assert command.main(["--seed", "1", "--case", "1"]) == 1
    assert said.splitlines()[2].split(": ", 1)[1] in capsys.readouterr().out
