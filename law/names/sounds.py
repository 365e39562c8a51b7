"""How trade names sound (字音) and look (字形): readings, sound keys, look-alike groups.

Initial and final count, the tone does not: law.md's rule names no tone (待核); an explanation says where tones differ.
"""

import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

from law.names.tables import READINGS, SHAPES


class SoundPair(NamedTuple):
    """Two characters at the same place of two trade names, with the readings that meet."""

    new: str
    old: str
    new_reading: str
    old_reading: str

    @property
    def same_tone(self) -> bool:
        return self.new_reading[-1:] == self.old_reading[-1:]


@lru_cache(maxsize=16384)
def readings(character: str) -> tuple[str, ...]:
    """Readings with tone number (zhong1); a character outside the table reads as itself."""
    return READINGS.get(character, (character,))


@lru_cache(maxsize=16384)
def syllables(character: str) -> frozenset[str]:
    """Readings without tone."""
    return frozenset(r.rstrip("12345") or r for r in readings(character))


def _components() -> dict[str, str]:
    """Syllable → first of all syllables that a chain of polyphones (长 cháng/zhǎng) ties it to."""
    parent: dict[str, str] = {}

    def root(syllable: str) -> str:
        while (up := parent.setdefault(syllable, syllable)) != syllable:
            syllable = up
        return syllable

    for character in READINGS:
        first, *others = sorted(syllables(character))
        for other in others:
            one, two = sorted((root(first), root(other)))
            parent[two] = one
    return {s: root(s) for s in parent}


_TIED: Final = _components()


@lru_cache(maxsize=16384)
def sound_key(character: str) -> str:
    """Equal for any two characters that share a reading; some others share it as well."""
    first = min(syllables(character))
    return _TIED.get(first, first)


def sounds_alike(new: str, old: str) -> bool:
    """Whether two texts read the same, character by character."""
    return len(new) == len(old) and all(
        a == b or not syllables(a).isdisjoint(syllables(b)) for a, b in zip(new, old, strict=True)
    )


def sound_at(longer: str, shorter: str) -> int:
    """Where a part of the longer text reads as the shorter one; -1 for nowhere."""
    for start in range(len(longer) - len(shorter) + 1):
        if sounds_alike(longer[start : start + len(shorter)], shorter):
            return start
    return -1


def pairs(new: str, old: str) -> tuple[SoundPair, ...]:
    """The characters of two equally sounding texts that differ, with the readings that meet."""
    found = []
    for a, b in zip(new, old, strict=True):
        if a != b:
            meeting = [
                (x, y)
                for x in readings(a)
                for y in readings(b)
                if x.rstrip("12345") == y.rstrip("12345")
            ]
            # The same tone is the nearer likeness, if any pair of readings has it.
            x, y = next((p for p in meeting if p[0] == p[1]), meeting[0])
            found.append(SoundPair(a, b, x, y))
    return tuple(found)


_MARKS: Final = {"1": "\u0304", "2": "\u0301", "3": "\u030c", "4": "\u0300", "5": ""}


def pinyin(reading: str) -> str:
    """zhong1 → zhōng, lv4 → lǜ; what is no reading stays."""
    body, tone = reading[:-1], reading[-1:]
    if tone not in _MARKS or not body.isascii():
        return reading
    body = body.replace("v", "ü")
    if not _MARKS[tone]:
        return body
    place = next((body.index(v) for v in ("a", "o", "e") if v in body), -1)
    if place < 0:
        place = max((body.rfind(v) for v in "iuü"), default=-1)
    place = place if place >= 0 else len(body) - 1
    marked = body[: place + 1] + _MARKS[tone] + body[place + 1 :]
    return unicodedata.normalize("NFC", marked)


@lru_cache(maxsize=65536)
def shape_key(text: str) -> str:
    """The text with each look-alike replaced by the first of its group; empty without any."""
    if not any(c in SHAPES for c in text):
        return ""
    return "".join(SHAPES.get(c, c) for c in text)
