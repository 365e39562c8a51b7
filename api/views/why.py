"""The way from a due date to its reasons: one lasting address per case and per clock of it."""

from typing import Final

from law.ladder import RungKind

TOLD_OF_DATES: Final = frozenset(kind.value for kind in RungKind)
"""Messages of these kinds name the day on which a clock ends."""


def addressed(key: str) -> str:
    """A clock's key in an address: R01#1 → R01-1 ("#" would begin a fragment)."""
    return key.replace("#", "-")


def of_case(number: str) -> str:
    """The page that explains every date of the case."""
    return f"/cases/{number}/clocks"


def of_clock(number: str, key: str) -> str:
    """The page that explains one date, in this case for ever: a closed clock stays in the record."""
    return f"{of_case(number)}/{addressed(key)}"
