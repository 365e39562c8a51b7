"""Hazards of special equipment (特种设备事故隐患): their facts and the grade that follows from them. law.md §2.15.

特种设备安全监督检查办法 24 (重大违法行为), 25 (严重事故隐患). The lists name what was read of these articles; what they do not
name an officer grades, with reasons.
"""

from collections.abc import Collection
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Grade(StrEnum):
    """From the least to the gravest."""

    GENERAL = "general"
    SERIOUS = "serious"
    MAJOR = "major"


GRADE_LABELS: Final = MappingProxyType(
    {
        Grade.GENERAL: ("一般问题", "a general fault"),
        Grade.SERIOUS: ("严重事故隐患", "a serious hazard"),
        Grade.MAJOR: ("重大违法行为", "a major violation"),
    }
)
GRADE_NAMES: Final = MappingProxyType({grade: zh for grade, (zh, _) in GRADE_LABELS.items()})


class HazardFact(StrEnum):
    """What an inspection finds, as the articles name it."""

    UNLICENSED = "unlicensed"
    NOT_INSPECTED = "not_inspected"
    SAFETY_DEVICE = "safety_device"
    AFTER_ACCIDENT = "after_accident"
    BEYOND_PARAMETERS = "beyond_parameters"
    REFUSES_TO_REMOVE = "refuses_to_remove"
    OTHER = "other"


SERIOUS_FACTS: Final = frozenset(
    {
        HazardFact.UNLICENSED,
        HazardFact.NOT_INSPECTED,
        HazardFact.SAFETY_DEVICE,
        HazardFact.AFTER_ACCIDENT,
        HazardFact.BEYOND_PARAMETERS,
    }
)
"""办法 25."""
MAJOR_FACTS: Final = frozenset({HazardFact.REFUSES_TO_REMOVE})
"""办法 24, so far as it was read."""


def grade_of(facts: Collection[HazardFact]) -> Grade | None:
    """The gravest grade that the facts lead to; None where nothing was found."""
    if not facts:
        return None
    if MAJOR_FACTS & set(facts):
        return Grade.MAJOR
    return Grade.SERIOUS if SERIOUS_FACTS & set(facts) else Grade.GENERAL


def graver(grade: Grade, facts: Collection[HazardFact]) -> Grade:
    """The grade once these facts are known too: it rises with them and never falls."""
    order = list(Grade)
    found = grade_of(facts)
    return max((grade, found or grade), key=order.index)
