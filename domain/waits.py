"""When it was the applicant's turn (等待申请人): the stages of a case in which nobody else could act."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Final

from domain.transitions import Table

HOLDERS: Final = frozenset({"applicant", "parties"})

Span = tuple[str, str | None]


def applicants_waits(table: Table, passed: Sequence[Mapping[str, str]]) -> list[Span]:
    """From–to of each such stage as ISO instants; None = it is still the applicant's turn.

    Args:
        passed: the stages of the case with the instant (`at`) at which each began, oldest first.
    """
    ends: Iterable[str | None] = [step["at"] for step in passed[1:]]
    return [
        (step["at"], end)
        for step, end in zip_longest(passed, ends)
        if table.stage(step["stage"]).holder in HOLDERS
    ]
