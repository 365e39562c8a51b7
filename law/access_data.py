"""Loads the prohibited activities (禁止准入) strictly; broken rows fail at import.

The text of the 市场准入负面清单 was not found. What ships are prohibitions of statutes that were read,
and a few from memory that are only asked of the clerk.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import yaml
from pydantic import Field, model_validator

from law import licence_items
from law.business_scope import UnknownEdition, fold
from law.clock_types import Verified
from law.licence_types import Basis, Row
from law.strict_yaml import load_yaml

_FOLDER = Path(__file__).parent / "data" / "market_access"


class BansBroken(ValueError):
    """An edition of the prohibitions contradicts its own rules."""


class Ban(Row):
    """An activity that is prohibited, and the words it is known by in a scope."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{2,40}$")
    name: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    words: tuple[str, ...] = Field(min_length=1)
    basis: Basis

    @model_validator(mode="after")
    def _read(self) -> "Ban":
        if (self.basis.verified is Verified.TEXT) != bool(self.basis.text):
            raise ValueError(f"{self.id}: 只有读过原文的禁止项才能写原文并标为已核对")
        if any(len(fold(word)) < 2 for word in self.words):
            raise ValueError(f"{self.id}: 词语过短")
        return self


class Bans(Row):
    """One edition, over one edition of the licence items."""

    edition: str
    valid_from: date
    licence_items: str
    bans: tuple[Ban, ...]

    @model_validator(mode="after")
    def _known(self) -> "Bans":
        licence_items.edition(self.licence_items)
        if len({ban.id for ban in self.bans}) != len(self.bans):
            raise ValueError("禁止项编号重复")
        return self


def load(folder: Path) -> dict[str, Bans]:
    """Every edition of a folder by number. Raises BansBroken."""
    found: dict[str, Bans] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            read = Bans.model_validate(load_yaml(path))
        except (ValueError, KeyError, yaml.YAMLError) as broken:
            raise BansBroken(f"{path.name}: {broken}") from broken
        if read.edition != path.stem:
            raise BansBroken(f"{path.name}: 版次与文件名不一致")
        found[read.edition] = read
    return found


def bans(number: str | None = None) -> Bans:
    """The edition of this number, or the newest. Raises UnknownEdition."""
    if number is None:
        return max(EDITIONS.values(), key=lambda each: each.valid_from)
    try:
        return EDITIONS[number]
    except KeyError:
        raise UnknownEdition(number) from None


EDITIONS: Mapping[str, Bans] = load(_FOLDER)
