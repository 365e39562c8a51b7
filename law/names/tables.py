"""The tables of law/data/names, read and checked once at import."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from law.clock_types import Verified
from law.names.rules import DATA, NameDataInvalid


def rows(name: str, columns: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The rows of a table.

    Raises:
        NameDataInvalid: other columns than these, a row of another length, or a row twice.
    """
    seen: set[tuple[str, ...]] = set()
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        if tuple(next(reader, ())) != columns:
            raise NameDataInvalid(f"{name}: 列应为 {columns}")
        for row in reader:
            line = tuple(row)
            if len(line) != len(columns) or not line[0] or line in seen:
                raise NameDataInvalid(f"{name}: 行无效或者重复: {row!r}")
            seen.add(line)
            yield line


def _pairs(name: str, columns: tuple[str, ...]) -> dict[str, str]:
    table: dict[str, str] = {}
    for key, value, *_ in rows(name, columns):
        if len(key) != 1 or len(value) != 1 or key in table:
            raise NameDataInvalid(f"{name}: 应为一字对一字: {key!r}")
        table[key] = value
    return table


def _readings() -> dict[str, tuple[str, ...]]:
    table = {}
    for character, given in rows("characters.csv", ("character", "readings")):
        if len(character) != 1 or not given:
            raise NameDataInvalid(f"characters.csv: {character!r}")
        table[character] = tuple(given.split(" "))
    return table


@dataclass(frozen=True, slots=True)
class Word:
    """A word of industries (行业用语). `classes`: GB/T 4754 divisions it may belong to."""

    text: str
    classes: frozenset[str]
    synonyms: str
    generic: bool
    source: str
    verified: Verified


def _classes() -> dict[str, str]:
    table = {}
    for code, name in rows("gbt4754_divisions.csv", ("code", "name")):
        table[code] = name
    return table


def _words() -> dict[str, Word]:
    table = {}
    for name, classes in rows("gbt4754.csv", ("name", "classes")):
        table[name] = Word(
            name, frozenset(classes.split()), "", False, "GB/T 4754-2017", Verified.TEXT
        )
    for text, classes, synonyms, generic, source, verified in rows(
        "industries.csv", ("word", "classes", "synonyms", "generic", "source", "verified")
    ):
        if strange := set(classes.split()) - set(CLASSES):
            raise NameDataInvalid(f"industries.csv: {text}: 没有这个大类: {strange}")
        official = table.get(text)
        among = frozenset(classes.split()) | (official.classes if official else frozenset())
        table[text] = Word(text, among, synonyms, generic == "yes", source, Verified(verified))
    return table


@dataclass(frozen=True, slots=True)
class Form:
    """Words of an organisation form (组织形式); `industry` is the industry they say as well (酒厂 → 酒业)."""

    text: str
    kinds: frozenset[str]
    industry: str
    basis: str
    verified: Verified


def _forms() -> dict[str, Form]:
    table = {}
    for text, kinds, industry, basis, verified in rows(
        "forms.csv", ("form", "kinds", "industry", "basis", "verified")
    ):
        if text in table:
            raise NameDataInvalid(f"forms.csv: {text} 重复")
        table[text] = Form(text, frozenset(kinds.split()), industry, basis, Verified(verified))
    return table


def _shapes() -> tuple[dict[str, str], dict[str, Verified]]:
    first: dict[str, str] = {}
    marks: dict[str, Verified] = {}
    for group, _source, verified in rows("shapes.csv", ("characters", "source", "verified")):
        for character in group:
            if character in first:
                raise NameDataInvalid(f"shapes.csv: {character} 在两组里")
            first[character] = group[0]
            marks[character] = Verified(verified)
    return first, marks


READINGS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(_readings())
STANDARD: Final[frozenset[str]] = frozenset(READINGS)
TRADITIONAL: Final[Mapping[str, str]] = MappingProxyType(
    _pairs("traditional.csv", ("traditional", "standard"))
)
LOOKALIKES: Final[Mapping[str, str]] = MappingProxyType(
    _pairs("lookalikes.csv", ("character", "standard", "source", "verified"))
)
CLASSES: Final[Mapping[str, str]] = MappingProxyType(_classes())
WORDS: Final[Mapping[str, Word]] = MappingProxyType(_words())
FORMS: Final[Mapping[str, Form]] = MappingProxyType(_forms())
_SHAPE_ROWS = _shapes()
SHAPES: Final[Mapping[str, str]] = MappingProxyType(_SHAPE_ROWS[0])
SHAPE_MARKS: Final[Mapping[str, Verified]] = MappingProxyType(_SHAPE_ROWS[1])
