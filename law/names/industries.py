"""Words of industries (行业或者经营特点): cutting them off a name, and which of them mean the same."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from law.names.tables import WORDS

_LONGEST: Final = max(map(len, WORDS))


@dataclass(frozen=True, slots=True)
class Industry:
    """What an industry expression says.

    `words`: its words; one that the tables do not know stands whole. `classes`: GB/T 4754 divisions, or the
    expression itself where nothing is known. `core`: the words without generic ones. `generic`: only such words.
    """

    text: str
    words: tuple[str, ...]
    known: bool
    core: tuple[str, ...]
    classes: frozenset[str]
    meanings: tuple[str, ...]
    generic: bool


NONE: Final = Industry("", (), True, (), frozenset(), (), False)


@lru_cache(maxsize=65536)
def industry(text: str) -> Industry:
    """Reads an industry expression; any text has a reading."""
    if not text:
        return NONE
    words = cut(text)
    if words is None:
        return Industry(text, (text,), False, (text,), frozenset({text}), (text,), False)
    core = tuple(w for w in words if not WORDS[w].generic)
    classes = frozenset(c for w in core for c in WORDS[w].classes)
    meanings = tuple(sorted({WORDS[w].synonyms or w for w in core}))
    return Industry(text, words, True, core, classes, meanings, not core)


@lru_cache(maxsize=65536)
def cut(text: str) -> tuple[str, ...] | None:
    """The text as words of industries, the fewest and the longest first; None where it is not made of such."""
    best: list[tuple[str, ...] | None] = [()] + [None] * len(text)
    for end in range(1, len(text) + 1):
        for begin in range(max(0, end - _LONGEST), end):
            before = best[begin]
            if before is None or text[begin:end] not in WORDS:
                continue
            found = best[end]
            if found is None or len(before) + 1 < len(found):
                best[end] = (*before, text[begin:end])
    return best[len(text)] or None


def trade_length(body: str) -> int:
    """How many characters of `trade name + industry` are the trade name.

    The shortest of at least two whose rest is made of words of industries; else all of it.
    """
    for length in range(2, len(body)):
        if cut(body[length:]) is not None:
            return length
    return len(body)


def same_class(one: Industry, other: Industry) -> bool:
    """Whether two expressions lie in one GB/T 4754 division, or are the same unknown expression."""
    return not one.classes.isdisjoint(other.classes)


def same_meaning(one: Industry, other: Industry) -> bool:
    """Whether two expressions say the same in other words (地产, 房地产, 置业), generic words left out."""
    return bool(one.meanings) and one.meanings == other.meanings
