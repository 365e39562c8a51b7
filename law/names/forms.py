"""Organisation forms (组织形式) at the end of a name, and what kinds of entity may bear them."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from law.names.characters import CLOSE, OPEN
from law.names.tables import FORMS, Form


class EntityKind(StrEnum):
    """What an entity is, as far as its name must say it."""

    LIMITED = "LIMITED"
    JOINT_STOCK = "JOINT_STOCK"
    GENERAL_PARTNERSHIP = "GENERAL_PARTNERSHIP"
    SPECIAL_PARTNERSHIP = "SPECIAL_PARTNERSHIP"
    LIMITED_PARTNERSHIP = "LIMITED_PARTNERSHIP"
    SOLE = "SOLE"
    COOPERATIVE = "COOPERATIVE"
    BRANCH = "BRANCH"
    INDIVIDUAL = "INDIVIDUAL"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    EntityKind.LIMITED: "有限责任公司",
    EntityKind.JOINT_STOCK: "股份有限公司",
    EntityKind.GENERAL_PARTNERSHIP: "普通合伙企业",
    EntityKind.SPECIAL_PARTNERSHIP: "特殊的普通合伙企业",
    EntityKind.LIMITED_PARTNERSHIP: "有限合伙企业",
    EntityKind.SOLE: "个人独资企业",
    EntityKind.COOPERATIVE: "农民专业合作社",
    EntityKind.BRANCH: "分支机构",
    EntityKind.INDIVIDUAL: "个体工商户",
}
GROUPS: Final = (f"{OPEN}集团{CLOSE}", "集团")
BRANCHES: Final = tuple(f for f, row in FORMS.items() if EntityKind.BRANCH in row.kinds)
_PARTNERS: Final = tuple(sorted((f for f in FORMS if f.startswith(OPEN)), key=len, reverse=True))
_PLAIN: Final = frozenset(f for f in FORMS if not f.startswith(OPEN) and f not in BRANCHES)
_LENGTHS: Final = tuple(sorted({len(f) for f in _PLAIN}, reverse=True))


@dataclass(frozen=True, slots=True)
class FormAt:
    """The organisation form of a name: its text, where its parts begin, what it says.

    `start` counts from the beginning of the text; `group`: 集团 stands before it.
    """

    start: int
    text: str
    group: bool
    kinds: frozenset[str]
    industry: str
    rows: tuple[Form, ...]


NO_FORM: Final = FormAt(0, "", False, frozenset(), "", ())


def form_of(text: str) -> FormAt:
    """The form a text ends with; `start` is the text's length where there is none."""
    end = len(text)
    partners = ""
    if text.endswith(CLOSE):
        partners = next((f for f in _PARTNERS if text.endswith(f)), "")
        end -= len(partners)
    plain = next((t for n in _LENGTHS if n <= end and (t := text[end - n : end]) in _PLAIN), "")
    end -= len(plain)
    group = ""
    if plain and text.endswith(GROUPS, 0, end):
        group = next(g for g in GROUPS if text.endswith(g, 0, end))
        end -= len(group)
    found = tuple(FORMS[f] for f in (plain, partners) if f)
    industry = FORMS[plain].industry if plain else ""
    return FormAt(end, text[end:], bool(group), _kinds(plain, partners), industry, found)


@lru_cache(maxsize=256)
def _kinds(plain: str, partners: str) -> frozenset[str]:
    if partners:
        # 普通合伙 stands behind a form of its own or behind none; a company cannot be a partnership.
        own = FORMS[plain].kinds if plain else frozenset()
        companies = {EntityKind.LIMITED, EntityKind.JOINT_STOCK, EntityKind.COOPERATIVE}
        return frozenset() if own & companies else FORMS[partners].kinds
    if not plain:
        return frozenset()
    return FORMS[plain].kinds - {"PARTNERSHIP_BASE"}
