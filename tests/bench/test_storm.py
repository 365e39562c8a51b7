"""The referee of a storm sees what was early, lost or twice, and the bounds say so."""

import pytest

from bench.storm import StormTiming, bounds_of, side_of

RAW = side_of(200, [0.01 * n for n in range(200)])


@pytest.mark.parametrize(
    ("late", "early", "lost", "twice"),
    [
        ([0.01 * n for n in range(200)], 0, 0, 0),
        ([-0.001, *(0.01 * n for n in range(199))], 1, 0, 0),
        ([0.01 * n for n in range(198)], 0, 2, 0),
        ([0.01 * n for n in range(203)], 0, 0, 3),
    ],
)
def test_what_went_wrong_is_counted(late: list[float], early: int, lost: int, twice: int) -> None:
    side = side_of(200, late)
    assert (side.early, side.lost, side.twice) == (early, lost, twice)
    found = StormTiming(RAW, side, 1.0, 50.0, 90.0, 12)
    whole = all(bound.holds for bound in bounds_of(found))
    assert whole == (not early + lost + twice)


def test_p99_is_that_of_the_slowest_in_a_hundred_and_bounded_by_the_bare_timers() -> None:
    assert (RAW.p99, RAW.worst) == (1.98, 1.99)
    slow = side_of(200, [0.02 * n for n in range(200)])
    found = StormTiming(RAW, slow, 4.0, 50.0, 90.0, 12)
    assert found.ratio == pytest.approx(2.0)
    assert [bound.name for bound in bounds_of(found) if not bound.holds] == [
        "200 clocks in a second: p99 lateness ÷ bare timers"
    ]
    assert side_of(200, []).lost == 200
