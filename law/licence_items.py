"""Which licences a business scope leads to (证照分离, 涉企经营许可事项): scope terms → licence items.

The catalogue is data, one file an edition in `law/data/licence_items/`; an edition never changes once
shipped and a case pins the number it was opened under. Broken rows fail at import, so at start-up.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from pydantic import model_validator

from law import business_scope
from law.business_scope import Term, UnknownEdition, fold
from law.licence_types import Kind, Level, LicenceItem, Mode, Order, Row, TradeFrom
from law.strict_yaml import load_yaml

__all__ = [
    "EDITIONS",
    "Edition",
    "ItemsBroken",
    "Kind",
    "Level",
    "LicenceItem",
    "Match",
    "Mode",
    "Order",
    "Separation",
    "TradeFrom",
    "UnknownTerm",
    "Why",
    "edition",
    "edition_on",
    "item",
    "items_for",
]
_FOLDER = Path(__file__).parent / "data" / "licence_items"


class ItemsBroken(ValueError):
    """An edition of the catalogue contradicts its own rules; nothing may run on it."""


class Edition(Row):
    """The catalogue from `valid_from` on, over one edition of the business-scope terms."""

    edition: str
    valid_from: date
    business_scope: str
    items: tuple[LicenceItem, ...]

    @model_validator(mode="after")
    def _consistent(self) -> "Edition":
        if len({row.id for row in self.items}) != len(self.items):
            raise ValueError("事项编号重复")
        known = business_scope.of_edition(self.business_scope).by_key
        lost = [t for row in self.items for t in row.terms if fold(t) not in known]
        if lost:
            raise ValueError(f"经营范围表述目录中没有: {lost}")
        return self

    @cached_property
    def by_id(self) -> Mapping[str, LicenceItem]:
        return {row.id: row for row in self.items}

    @cached_property
    def by_term(self) -> Mapping[str, tuple[LicenceItem, ...]]:
        """Folded term → its items, in the order of the file."""
        found: dict[str, tuple[LicenceItem, ...]] = {}
        for row in self.items:
            for term in row.terms:
                found[fold(term)] = (*found.get(fold(term), ()), row)
        return found


class Why(StrEnum):
    """Why nobody can say what a term leads to."""

    NOT_LISTED = "not_listed"
    UNCLASSIFIED = "unclassified"
    NO_ITEM = "no_item"


@dataclass(frozen=True, slots=True)
class Match:
    """An item and the terms, as written, that led to it."""

    item: LicenceItem
    terms: tuple[str, ...]

    @property
    def conditional(self) -> bool:
        """Whether the applicant must first say if the item's condition is met."""
        return self.item.condition is not None

    @property
    def reason(self) -> str:
        named = "、".join(f"“{term}”" for term in self.terms)
        return f"经营范围含{named}" + (f"；{self.item.condition.zh}" if self.item.condition else "")

    @property
    def reason_en(self) -> str:
        named = ", ".join(f"“{term}”" for term in self.terms)
        asked = f"; if {self.item.condition.en}" if self.item.condition else ""
        return f"the scope contains {named}{asked}"


@dataclass(frozen=True, slots=True)
class UnknownTerm:
    """A term that no rule covers: a person decides, it is never taken for free of licences."""

    text: str
    why: Why
    resembling: tuple[Term, ...]
    possible: tuple[LicenceItem, ...]

    @property
    def instruction(self) -> str:
        return _INSTRUCTIONS[self.why][0].format(text=self.text)

    @property
    def instruction_en(self) -> str:
        return _INSTRUCTIONS[self.why][1].format(text=self.text)


@dataclass(frozen=True, slots=True)
class Separation:
    """What a scope leads to. Every term is in `matches`, `free` or `unknown`, none is lost."""

    edition: str
    matches: tuple[Match, ...]
    free: tuple[str, ...]
    unknown: tuple[UnknownTerm, ...]

    @property
    def after(self) -> tuple[Match, ...]:
        """What is handled after registration; an item whose order is unknown is among them."""
        return tuple(m for m in self.matches if m.item.order.value is not Order.BEFORE)

    @property
    def before(self) -> tuple[Match, ...]:
        return tuple(m for m in self.matches if m.item.order.value is Order.BEFORE)


def items_for(scope_terms: Iterable[str], edition_number: str | None = None) -> Separation:
    """The items of a scope, in the catalogue's order, each with the terms that led to it.

    Terms may be whole lines of a scope (headings, several terms with ;). Raises UnknownEdition.
    """
    catalogue = edition(edition_number)
    written = business_scope.split_scope(scope_terms)
    led: dict[str, list[str]] = {}
    free: list[str] = []
    unknown: list[UnknownTerm] = []
    for text in written:
        found = catalogue.by_term.get(fold(text), ())
        for row in found:
            led.setdefault(row.id, []).append(text)
        why = _unknown(text, catalogue, bool(found))
        if why is not None:
            unknown.append(_explain(text, why, catalogue))
        elif not found:
            free.append(text)
    matches = tuple(Match(row, tuple(led[row.id])) for row in catalogue.items if row.id in led)
    return Separation(catalogue.edition, matches, tuple(free), tuple(unknown))


def _unknown(text: str, catalogue: Edition, found: bool) -> Why | None:
    if found:
        return None
    term = business_scope.find(text, catalogue.business_scope)
    if term is None:
        return Why.NOT_LISTED
    if term.kind is business_scope.Kind.UNCLASSIFIED:
        return Why.UNCLASSIFIED
    return Why.NO_ITEM if term.kind is business_scope.Kind.LICENSED else None


def _explain(text: str, why: Why, catalogue: Edition) -> UnknownTerm:
    close = business_scope.resembling(text, edition=catalogue.business_scope)
    close = tuple(term for term in close if fold(term.text) != fold(text))
    ids = {row.id for term in close for row in catalogue.by_term.get(term.key, ())}
    possible = tuple(row for row in catalogue.items if row.id in ids)
    return UnknownTerm(text, why, close, possible)


def load(folder: Path) -> dict[str, Edition]:
    """Every edition of a folder by number. Raises ItemsBroken on the first broken file."""
    found: dict[str, Edition] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            read = parse(load_yaml(path))
        except (ValueError, KeyError, TypeError, yaml.YAMLError) as broken:
            raise ItemsBroken(f"{path.name}: {broken}") from broken
        if read.edition != path.stem:
            raise ItemsBroken(f"{path.name}: 版次与文件名不一致")
        found[read.edition] = read
    return found


def parse(data: dict[str, Any]) -> Edition:
    """One edition from its file's mapping: departments are written once and named in every row."""
    rest = {key: value for key, value in data.items() if key not in ("departments", "items")}
    departments = data["departments"]
    rows = [
        row
        | {
            "department_name": departments[row["department"]]["name"],
            "department_name_en": departments[row["department"]]["name_en"],
        }
        for row in data["items"]
    ]
    return Edition.model_validate(rest | {"items": rows})


def edition(number: str | None = None) -> Edition:
    """The edition of this number, or the newest. Raises UnknownEdition."""
    if number is None:
        return max(EDITIONS.values(), key=lambda each: each.valid_from)
    try:
        return EDITIONS[number]
    except KeyError:
        raise UnknownEdition(number) from None


def edition_on(day: date) -> Edition:
    """The edition in force on the day. Raises UnknownEdition before the first."""
    begun = [each for each in EDITIONS.values() if each.valid_from <= day]
    if not begun:
        raise UnknownEdition(day.isoformat())
    return max(begun, key=lambda each: each.valid_from)


def item(item_id: str, edition_number: str | None = None) -> LicenceItem:
    """A row by its id. Raises KeyError, UnknownEdition."""
    return edition(edition_number).by_id[item_id]


_INSTRUCTIONS = {
    Why.NOT_LISTED: (
        "“{text}”不在经营范围表述目录中。请改用提示中的规范表述；没有合适的，由审查人员会同有关部门确认"
        "是否需要许可，确认前不视为无需许可。",
        "“{text}” is not in the list of terms. Please use one of the suggested terms; if none fits, the "
        "reviewer settles with the departments whether it needs a licence. Until then it counts as unsettled.",
    ),
    Why.UNCLASSIFIED: (
        "“{text}”没有分类（待核）。请审查人员确认是一般项目还是许可项目，确认前不视为无需许可。",
        "“{text}” has no class yet. The reviewer settles whether it is a general or a licensed item; "
        "until then it counts as unsettled.",
    ),
    Why.NO_ITEM: (
        "“{text}”是许可项目，但事项目录中没有对应的许可（待核）。请审查人员向有关部门确认，确认前不得经营该项目。",
        "“{text}” is a licensed item, but the catalogue has no licence for it. The reviewer asks the "
        "department; until it is settled the firm may not trade in it.",
    ),
}
EDITIONS: Mapping[str, Edition] = load(_FOLDER)
