"""Whose name bars another one, and the dates of reservations and of the year after (N01-N03)."""

from datetime import date, datetime

import pytest

from law.calendars import default_calendars
from law.names.compare import compare
from law.names.holders import HolderState, Relation, blocked_until, exempt, held_until
from law.names.keys import KEYS_VERSION
from law.names.parse import read_name
from law.names.rules import RULES, Effect
from law.names.sounds import pinyin, readings, sound_key, syllables
from law.names.tables import READINGS
from law.zone import CST

CALENDARS = default_calendars()


def test_s15_two_months_from_the_last_of_december() -> None:
    """No 31 February → 2027-02-28, a Sunday; without the year's notice the roll to Monday is provisional."""
    end = held_until(datetime(2026, 12, 31, 10, tzinfo=CST), CALENDARS, approval_needed=False)
    assert end.legal_end == date(2027, 3, 1)
    assert end.provisional


def test_s19_the_hold_is_over_at_midnight_after_its_last_day() -> None:
    end = held_until(datetime(2026, 7, 31, 9, tzinfo=CST), CALENDARS, approval_needed=False)
    assert end.legal_end == date(2026, 9, 30)
    assert end.ends_at == datetime(2026, 10, 1, tzinfo=CST)


def test_one_year_where_an_approval_comes_first() -> None:
    end = held_until(datetime(2026, 3, 2, 9, tzinfo=CST), CALENDARS, approval_needed=True)
    assert end.clock.id == "N02"
    assert end.legal_end == date(2027, 3, 2)


@pytest.mark.parametrize(
    ("ended", "last"),
    [
        (date(2025, 11, 23), date(2026, 11, 23)),
        (date(2024, 2, 29), date(2025, 2, 28)),
        (
            date(2025, 10, 4),
            date(2026, 10, 4),
        ),  # inside the holidays: the anniversary does not roll
    ],
)
def test_a_name_given_up_is_barred_up_to_and_including_the_anniversary(
    ended: date, last: date
) -> None:
    assert blocked_until(ended, CALENDARS) == last


@pytest.mark.parametrize("state", list(HolderState))
def test_article_17_exemptions(state: HolderState) -> None:
    assert not exempt(state, Relation.NONE)
    assert exempt(state, Relation.INVESTMENT)
    given_up = state in (HolderState.DEREGISTERED, HolderState.RENAMED)
    assert exempt(state, Relation.TRANSFER) == given_up
    assert state.label


def test_s17_the_whole_prefecture_is_compared() -> None:
    new = read_name("随州市曾都区红光酒业有限公司")
    hit = compare(new, read_name("随县红光酒业厂"))
    assert hit is not None
    assert hit.effect is Effect.SAME


def test_characters_of_one_reading_have_one_sound_key() -> None:
    by_syllable: dict[str, set[str]] = {}
    for character in READINGS:
        for syllable in syllables(character):
            by_syllable.setdefault(syllable, set()).add(sound_key(character))
    assert all(len(keys) == 1 for keys in by_syllable.values())
    # Polyphones tie few syllables together: a key stays selective.
    assert len({sound_key(c) for c in READINGS}) > 330


@pytest.mark.parametrize(
    ("reading", "shown"),
    [
        ("zhong1", "zhōng"),
        ("lv4", "lǜ"),
        ("liu2", "liú"),
        ("gui4", "guì"),
        ("de5", "de"),
        ("xue2", "xué"),
    ],
)
def test_pinyin(reading: str, shown: str) -> None:
    assert pinyin(reading) == shown


def test_every_reading_can_be_shown() -> None:
    for character in READINGS:
        for reading in readings(character):
            assert not any(d in pinyin(reading) for d in "12345")


def test_rules_have_an_effect_and_a_basis() -> None:
    assert all(rule.basis and rule.title for rule in RULES.values())
    assert len(KEYS_VERSION) == 16
