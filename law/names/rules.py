"""The rules a name is held against, by id: title, article, effect, how far the article was read."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from law.clock_types import Verified
from law.strict_yaml import load_yaml

DATA: Final = Path(__file__).parents[1] / "data" / "names"


class NameDataInvalid(ValueError):
    """A table of names that cannot be trusted: broken, twice the same row, unknown value."""


class Effect(StrEnum):
    """What a rule does to a proposed name."""

    REFUSE = "refuse"
    MANUAL = "manual"
    CONDITION = "condition"
    NOTE = "note"
    SAME = "same"
    SIMILAR = "similar"

    @property
    def label(self) -> str:
        return _EFFECTS[self]


_EFFECTS = {
    Effect.REFUSE: "不予申报",
    Effect.MANUAL: "人工审核",
    Effect.CONDITION: "须声明或者证明",
    Effect.NOTE: "提示",
    Effect.SAME: "相同，不得申报",
    Effect.SIMILAR: "近似，须作出承诺",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `basis` names document and article; only TEXT was read in full."""

    id: str
    effect: Effect
    title: str
    basis: str
    verified: Verified

    @property
    def cite(self) -> str:
        """Basis with its mark, for an explanation."""
        return self.basis if self.verified is Verified.TEXT else f"{self.basis}〔待核〕"


def _load() -> tuple[str, dict[str, Rule]]:
    data = load_yaml(DATA / "rules.yaml")
    if set(data) != {"edition", "rules"} or not isinstance(data["rules"], list):
        raise NameDataInvalid("rules.yaml: 顶层应为 edition 和 rules")
    rules: dict[str, Rule] = {}
    for row in data["rules"]:
        rule = _rule(row)
        if rule.id in rules:
            raise NameDataInvalid(f"rules.yaml: {rule.id} 重复")
        rules[rule.id] = rule
    return str(data["edition"]), rules


def _rule(row: Any) -> Rule:
    if not isinstance(row, dict) or set(row) != {"id", "effect", "title", "basis", "verified"}:
        raise NameDataInvalid(f"rules.yaml: 字段不对: {row!r}")
    if not all(isinstance(value, str) and value for value in row.values()):
        raise NameDataInvalid(f"rules.yaml: 值应为文字: {row!r}")
    return Rule(
        row["id"], Effect(row["effect"]), row["title"], row["basis"], Verified(row["verified"])
    )


EDITION, _RULES = _load()
RULES: Final[Mapping[str, Rule]] = MappingProxyType(_RULES)
