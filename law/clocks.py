"""The statutory clocks (法定期限): every row by its id, loaded once at import.

Unknown keys, unknown values or contradictory rows stop the start: see law.clock_data.
"""

from collections.abc import Mapping
from types import MappingProxyType

from law import clock_data
from law.clock_types import Clock as Clock
from law.clock_types import Direction as Direction
from law.clock_types import Effect as Effect
from law.clock_types import EndRule as EndRule
from law.clock_types import Extension as Extension
from law.clock_types import Ground as Ground
from law.clock_types import Unit as Unit
from law.clock_types import Verified as Verified

LAW_EDITION: str = clock_data.EDITION
CLOCKS: Mapping[str, Clock] = MappingProxyType(clock_data.CLOCKS)


class UnknownClock(KeyError):
    """No clock has this id."""

    def __init__(self, clock_id: str) -> None:
        super().__init__(clock_id)
        self.clock_id = clock_id

    def __str__(self) -> str:
        return f"没有这个期限编号: {self.clock_id}"


def find_clock(clock_id: str) -> Clock:
    """The clock of this id; raises UnknownClock."""
    try:
        return CLOCKS[clock_id]
    except KeyError:
        raise UnknownClock(clock_id) from None
