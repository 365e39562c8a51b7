"""How long a published penalty or an entry of the serious list is shown, and when its repair may be applied for.

信用修复管理办法 (国家发展改革委令第36号), K06–K08b: seen in excerpts (待核). law.md §2.20.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from law.calendars import default_calendars
from law.clocks import find_clock
from law.deadlines import Deadline, deadline


@dataclass(frozen=True)
class Terms:
    """Clocks of a class: `shortest` None where the class has none."""

    name: str
    shortest: str | None
    longest: str


MINOR: Final = Terms("轻微失信", None, "K06")
GENERAL: Final = Terms("一般失信", "K07a", "K07b")
SERIOUS: Final = Terms("严重失信", "K08a", "K08b")
# By the ground of the entry. The list of serious violations is of the serious class.
BY_GROUND: Final = {
    "minor": MINOR,
    "general": GENERAL,
    "serious": SERIOUS,
    "major_penalty": SERIOUS,
}


def longest_clock(ground: str) -> str:
    """The clock at which the publication ends by itself."""
    return BY_GROUND[ground].longest


def shortest_end(ground: str, published: datetime) -> Deadline | None:
    """When repair may be applied for, at the earliest; None where the class has no shortest term."""
    clock = BY_GROUND[ground].shortest
    return deadline(find_clock(clock), published, default_calendars()) if clock else None


def longest_end(ground: str, published: datetime) -> Deadline:
    """When the publication ends by itself."""
    return deadline(find_clock(longest_clock(ground)), published, default_calendars())
