"""Prohibited and restricted words (企业名称登记管理规定 11, 12): each hit with its row.

A word whose source was not read never refuses by itself: it goes to a person.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from law.clock_types import Verified
from law.names.characters import CLOSE, OPEN, Finding, finding, visible
from law.names.model import Name
from law.names.rules import Effect, NameDataInvalid
from law.names.tables import rows


@dataclass(frozen=True, slots=True)
class NameWord:
    """A row of the word table. `place`: anywhere, prefix (of the name), middle, trade (the whole trade name)."""

    text: str
    effect: Effect
    place: str
    reason: str
    basis: str
    source: str
    verified: Verified

    @property
    def cite(self) -> str:
        """Article, and the mark of the word where the list it stands in was not read."""
        return self.basis if self.verified is Verified.TEXT else f"{self.basis}〔字词待核〕"


def _load() -> tuple[NameWord, ...]:
    table = []
    for text, effect, place, reason, basis, source, verified in rows(
        "words.csv", ("word", "effect", "place", "reason", "basis", "source", "verified")
    ):
        row = NameWord(text, Effect(effect), place, reason, basis, source, Verified(verified))
        if place not in ("anywhere", "prefix", "middle", "trade"):
            raise NameDataInvalid(f"words.csv: 位置无效: {place}")
        if row.effect is Effect.REFUSE and not source:
            raise NameDataInvalid(f"words.csv: 没有来源的字词不能禁止: {text}")
        table.append(row)
    return tuple(table)


NAME_WORDS: Final = _load()


def word_findings(name: Name) -> tuple[Finding, ...]:
    """Every prohibited or restricted word in the name; of overlapping ones the longest.

    Brackets are overlooked, and so is what stands in them: neither may hide a word.
    """
    hits: set[tuple[int, int, NameWord]] = set()
    for places in _readings(name.text):
        plain = "".join(name.text[i] for i in places)
        for row in NAME_WORDS:
            for start in _starts(row, plain, name.trade):
                end = start + len(row.text)
                hits.add((places[start], places[end - 1] + 1, row))
    kept = [h for h in hits if not any(_covers(o, h) for o in hits)]
    kept.sort(key=lambda h: (h[0], h[1], h[2].place))
    return tuple(_finding(name, *hit) for hit in kept)


def _readings(text: str) -> Iterator[list[int]]:
    """The places that are read: all but brackets, and all outside of brackets."""
    depth = 0
    outside = []
    for place, character in enumerate(text):
        if character == OPEN:
            depth += 1
        elif character == CLOSE:
            depth = max(0, depth - 1)
        elif not depth:
            outside.append(place)
    yield [i for i, c in enumerate(text) if c not in (OPEN, CLOSE)]
    yield outside


def _starts(row: NameWord, plain: str, trade: str) -> Iterator[int]:
    if row.place == "trade" and trade != row.text:
        return
    start = plain.find(row.text)
    while start >= 0:
        if row.place in ("anywhere", "trade") or (row.place == "prefix") == (start == 0):
            yield start
        start = plain.find(row.text, start + 1)


def _covers(other: tuple[int, int, NameWord], hit: tuple[int, int, NameWord]) -> bool:
    longer = other[1] - other[0] > hit[1] - hit[0]
    return longer and other[0] <= hit[0] and hit[1] <= other[1]


def _finding(name: Name, start: int, end: int, row: NameWord) -> Finding:
    rule = "words.prohibited" if row.effect is Effect.REFUSE else "words.restricted"
    at, until = name.given_span(start, end)
    text = name.given[at:until]
    message = f"“{row.text}”：{row.reason}"
    if text != row.text:
        message += f"（写作 {visible(text)}）"
    return replace(finding(rule, at, until, text, message), cite=row.cite)
