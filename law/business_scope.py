"""Business-scope terms (经营范围规范表述): the words a scope is written in, with search for a form.

The national catalogue of several thousand terms was not found: what ships was seen in registered
scopes, or is from memory and marked 待核. A bureau's own list is a new edition in
`law/data/business_scope/`. Editions never change once shipped; broken rows fail at import.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from law.clock_types import Verified
from law.strict_yaml import load_yaml

_FOLDER = Path(__file__).parent / "data" / "business_scope"
_HEADING = re.compile(r"^(一般项目|许可项目|一般经营项目|许可经营项目)[:\uff1a]")
# （依法须经批准的项目，经相关部门批准后方可开展经营活动）: the licence's own closing words, not a term.
_CLOSING = re.compile(r"[(\uff08](依法须经批准的项目|除依法须经批准的项目)[^)\uff09]*[)\uff09]?")
_ENDS = re.compile(r"[;\uff1b。\n]+")
# Pairs of characters in more of the terms than this (服务, 销售) say nothing about likeness.
_COMMON = 0.05
_LIKENESS = 0.3


class ScopeDataBroken(ValueError):
    """An edition of the terms contradicts its own rules."""


class UnknownEdition(KeyError):
    """No edition has this number, or none was in force on the day."""

    def __str__(self) -> str:
        return f"没有这个版次: {self.args[0]}"


class Kind(StrEnum):
    """What registered scopes show: 一般项目, 许可项目, both over time, or no class at all."""

    GENERAL = "general"
    LICENSED = "licensed"
    BOTH_SEEN = "both_seen"
    UNCLASSIFIED = "unclassified"

    @property
    def label(self) -> str:
        return _KIND_LABELS[self]


@dataclass(frozen=True, slots=True)
class Term:
    """One term. `seen` counts the registered scopes it was seen in; 0 = from memory."""

    text: str
    kind: Kind
    verified: Verified
    seen: int
    initials: str

    @property
    def key(self) -> str:
        return fold(self.text)


@dataclass(frozen=True, slots=True)
class Entry:
    """A term as it is searched: `telling` are the pairs of characters that few terms have."""

    term: Term
    key: str
    initials: str
    telling: frozenset[str]


@dataclass(frozen=True)
class Edition:
    """The terms as of a day; `terms` in the order of the file."""

    edition: str
    valid_from: date
    terms: tuple[Term, ...]

    @cached_property
    def by_key(self) -> Mapping[str, Term]:
        return {term.key: term for term in self.terms}

    @cached_property
    def common_pairs(self) -> frozenset[str]:
        counts = Counter(pair for key in self.by_key for pair in _pairs(key))
        return frozenset(p for p, count in counts.items() if count > _COMMON * len(self.terms))

    @cached_property
    def index(self) -> tuple[Entry, ...]:
        """Every term with what it is searched by; a list of thousands is prepared once."""
        return tuple(
            Entry(term, key, term.initials.upper(), _pairs(key) - self.common_pairs)
            for key, term in self.by_key.items()
        )


def fold(text: str) -> str:
    """A term as compared: compatibility forms folded, blanks and invisible characters gone."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).upper())
    shown = "".join(char for char in folded if unicodedata.category(char)[0] not in "ZC")
    # What stood on either side of a dropped character may combine.
    return unicodedata.normalize("NFKC", shown)


def split_scope(lines: Iterable[str]) -> tuple[str, ...]:
    """The terms of a scope as written: headings and the closing words dropped, each term once."""
    found: dict[str, str] = {}
    for line in lines:
        for part in _ENDS.split(_CLOSING.sub("", line)):
            text = _HEADING.sub("", part.strip()).strip()
            if fold(text):
                found.setdefault(fold(text), text)
    return tuple(found.values())


def find(text: str, edition: str | None = None) -> Term | None:
    """The term that is written like this, whatever the width of its brackets; None = nobody knows it."""
    return of_edition(edition).by_key.get(fold(text))


def search(
    query: str, limit: int = 20, kinds: frozenset[Kind] | None = None, edition: str | None = None
) -> tuple[Term, ...]:
    """Terms for what was typed so far, best first: whole, beginning, initials (spxs), anywhere.

    The order depends on nothing but the edition. An empty query finds nothing.
    """
    key = fold(query)
    if not key or limit <= 0:
        return ()
    hits: list[tuple[int, int, str, Term]] = []
    for entry in of_edition(edition).index:
        term = entry.term
        if kinds is not None and term.kind not in kinds:
            continue
        rank = _rank(key, entry)
        if rank is not None:
            hits.append((rank, len(term.text), term.text, term))
    return tuple(hit[-1] for hit in sorted(hits, key=lambda hit: hit[:3])[:limit])


def _rank(key: str, entry: Entry) -> int | None:
    tests = (
        entry.key == key,
        entry.key.startswith(key),
        entry.initials.startswith(key),
        key in entry.key,
        len(key) > 1 and key in entry.initials,
    )
    return tests.index(True) if True in tests else None


def resembling(text: str, limit: int = 5, edition: str | None = None) -> tuple[Term, ...]:
    """Terms that share telling pairs of characters with an unknown one: what its writer may mean."""
    terms = of_edition(edition)
    wanted = _pairs(fold(text)) - terms.common_pairs
    scored: list[tuple[float, int, str, Term]] = []
    for entry in terms.index:
        shared = wanted & entry.telling
        if not shared:
            continue
        likeness = 2 * len(shared) / (len(wanted) + len(entry.telling))
        if likeness >= _LIKENESS:
            scored.append((-likeness, len(entry.term.text), entry.term.text, entry.term))
    return tuple(row[-1] for row in sorted(scored, key=lambda row: row[:3])[:limit])


def _pairs(key: str) -> frozenset[str]:
    return frozenset(key[n : n + 2] for n in range(len(key) - 1))


def parse(data: dict[str, Any]) -> Edition:
    """One edition from its file's mapping; raises ScopeDataBroken."""
    if set(data) != {"edition", "valid_from", "terms"}:
        raise ScopeDataBroken(f"字段无效: {sorted(data)}")
    if type(data["valid_from"]) is not date or not isinstance(data["edition"], str):
        raise ScopeDataBroken("版次或起始日无效")
    terms = tuple(_term(row) for row in data["terms"])
    keys = {term.key for term in terms}
    if len(keys) != len(terms):
        raise ScopeDataBroken("有写法相同的表述")
    return Edition(data["edition"], data["valid_from"], terms)


def _term(row: Any) -> Term:
    try:
        text, kind, source, seen, initials = row
        term = Term(text, Kind(kind), _SOURCES[source], seen, initials)
    except (ValueError, KeyError, TypeError) as broken:
        raise ScopeDataBroken(f"{row!r}: {broken}") from None
    if not isinstance(text, str) or not fold(text) or text != text.strip():
        raise ScopeDataBroken(f"表述无效: {row!r}")
    if type(seen) is not int or (seen > 0) != (source == "seen"):
        raise ScopeDataBroken(f"{text}: 次数与来源矛盾")
    if not isinstance(initials, str) or not re.fullmatch(r"[a-z0-9]+", initials):
        raise ScopeDataBroken(f"{text}: 拼音首字母无效")
    return term


def load(folder: Path) -> dict[str, Edition]:
    """Every edition of a folder by number. Raises ScopeDataBroken."""
    found: dict[str, Edition] = {}
    for path in sorted(folder.glob("*.yaml")):
        edition = parse(load_yaml(path))
        if edition.edition != path.stem:
            raise ScopeDataBroken(f"{path.name}: 版次与文件名不一致")
        found[edition.edition] = edition
    return found


def of_edition(number: str | None = None) -> Edition:
    """The edition of this number, or the newest. Raises UnknownEdition."""
    if number is None:
        return max(EDITIONS.values(), key=lambda edition: edition.valid_from)
    try:
        return EDITIONS[number]
    except KeyError:
        raise UnknownEdition(number) from None


_KIND_LABELS = {
    Kind.GENERAL: "一般项目",
    Kind.LICENSED: "许可项目",
    Kind.BOTH_SEEN: "一般项目(曾为许可项目)",
    Kind.UNCLASSIFIED: "未分类(待核)",
}
_SOURCES = {"seen": Verified.EXCERPT, "memory": Verified.MEMORY}
EDITIONS: Mapping[str, Edition] = load(_FOLDER)
