"""Separation of duties: who carried a measure out does not approve it; two who check are two persons."""

import pytest

from law.sod import TWO_OFFICERS, Taken, check, check_officers


@pytest.mark.parametrize(("one", "other"), [("inspector", "approver"), ("approver", "inspector")])
def test_who_seized_does_not_approve_and_who_approved_does_not_seize(one: str, other: str) -> None:
    violation = check(["SOD-4"], [Taken(one, "x")], other, "x")
    assert violation is not None
    assert violation.source.startswith("由行政强制法第18条")
    assert check(["SOD-4"], [Taken(one, "x")], other, "y") is None


@pytest.mark.parametrize("rule", sorted(TWO_OFFICERS))
def test_two_officers_are_two_persons(rule: str) -> None:
    assert check_officers([rule], ["王海", "冯丽"]) is None
    for alone in (["王海"], ["王海", "王海"], ["王海", " 王海 "], ["王海", " "], []):
        violation = check_officers([rule], alone)
        assert violation is not None
        assert violation.rule == rule
