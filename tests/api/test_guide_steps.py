"""The steps of a guide are those that an application really goes through."""

import re
from datetime import date

from api.guides import steps_of
from law import catalogue
from law.catalogue import procedure


def test_the_site_check_stands_before_the_decision() -> None:
    """A general approval's main line passes it by; the item's row says that it takes place."""
    steps = [step.stage for step in steps_of(procedure("food_operation_licence"))]
    assert steps == ["apply", "submitted", "under_review", "site_check", "deciding", "issuing"]


def test_an_item_without_one_does_not_name_it() -> None:
    steps = [step.stage for step in steps_of(procedure("establishment_registration"))]
    assert "site_check" not in steps


def test_every_step_says_by_whom() -> None:
    """In words that people know, never a code of the table's."""
    for row in catalogue.offered(date(2026, 9, 21)):
        for step in steps_of(row):
            assert step.who.endswith("办理"), step
            assert not re.search("[a-z]{4}", step.who), step
