"""Divisions (行政区划) in a name: which one it opens with, seen from the registrar's seat.

A short name is also an ordinary word (安康, 朝阳), so only these short names are read as a division at the head of a
name: those of provinces, of the seat's own province's prefectures, and of its own prefecture's counties.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from law.names.tables import rows

ZONES: Final = (
    "高新技术产业开发区",
    "经济技术开发区",
    "高新技术开发区",
    "经济开发区",
    "工业园区",
    "高新区",
    "开发区",
    "垦区",
)
_ZONE_PREFIX: Final = 4
_ZONE_REACH: Final = _ZONE_PREFIX + max(map(len, ZONES))


@dataclass(frozen=True, slots=True)
class Division:
    code: str
    level: str
    name: str
    short: str

    @property
    def district(self) -> bool:
        """A district of a city (市辖区): its name may not stand alone."""
        # 神农架林区 and 六枝特区 are counties of their own, not parts of a city.
        return self.level == "county" and self.name.endswith("区") and self.name[-2] not in "林特"

    def within(self, other: "Division") -> bool:
        """Whether this one lies in the other one."""
        stem = {"province": 2, "prefecture": 4, "county": 6}[other.level]
        return self.code != other.code and self.code[:stem] == other.code[:stem]


DIVISIONS: Final = tuple(
    Division(*row) for row in rows("divisions.csv", ("code", "level", "name", "short_name"))
)
BY_CODE: Final = {division.code: division for division in DIVISIONS}
_NAMED: Final[dict[str, list[Division]]] = {}
for _division in DIVISIONS:
    for _text in dict.fromkeys((_division.name, _division.short)):
        _NAMED.setdefault(_text, []).append(_division)
_LONGEST: Final = max(map(len, _NAMED))
# First character → longest name that begins with it: most texts begin with no division at all.
_REACH: Final[dict[str, int]] = {}
for _text in _NAMED:
    _REACH[_text[0]] = max(len(_text), _REACH.get(_text[0], 0))


class UnknownSeat(KeyError):
    """The registrar's division is not in the table."""


@lru_cache(maxsize=64)
def seat_of(code: str) -> tuple[Division, ...]:
    """The division and those it lies in, smallest first; raises UnknownSeat."""
    try:
        own = BY_CODE[code]
    except KeyError:
        raise UnknownSeat(code) from None
    around = [BY_CODE.get(code[:4] + "00"), BY_CODE.get(code[:2] + "0000")]
    return (own, *(d for d in around if d is not None and d.code != own.code))


def named(text: str) -> tuple[Division, ...]:
    """Every division with exactly this full or short name."""
    return tuple(_NAMED.get(text, ()))


def head(text: str, seat: str) -> tuple[tuple[Division, ...], int]:
    """The divisions a text opens with, larger ones first, and how many characters they take."""
    chain: tuple[Division, ...] = ()
    length = 0
    while True:
        step = next(_steps(text[length:], seat, chain), None)
        if step is None:
            return chain, length
        division, taken = step
        chain, length = (*chain, division), length + taken


def _steps(text: str, seat: str, chain: tuple[Division, ...]) -> Iterator[tuple[Division, int]]:
    for length in range(min(_REACH.get(text[:1], 0), len(text)), 1, -1):
        for division in _NAMED.get(text[:length], ()):
            if chain and not division.within(chain[-1]):
                continue
            full = division.name == text[:length]
            # Below a named division a short name cannot be mistaken for one elsewhere.
            if full or (chain and division.level != "county") or _near(division, seat):
                yield division, length


def _near(division: Division, seat: str) -> bool:
    if division.level == "province":
        return True
    stem = 2 if division.level == "prefecture" else 4
    return division.code[:stem] == seat[:stem]


def zone(text: str) -> int:
    """How many characters a development zone's name (开发区、垦区) takes at the head of a text; 0 for none."""
    if "区" not in text[:_ZONE_REACH]:
        return 0
    for prefix in range(_ZONE_PREFIX + 1):
        for word in ZONES:
            if text.startswith(word, prefix):
                return prefix + len(word)
    return 0


def short_elsewhere(text: str) -> Division | None:
    """A prefecture that a text opens with by its short name (`text` itself excluded)."""
    for length in range(min(_LONGEST, len(text) - 1), 1, -1):
        for division in _NAMED.get(text[:length], ()):
            if division.level == "prefecture":
                return division
    return None
