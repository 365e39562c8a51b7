"""The catalogue of special equipment (特种设备目录, 质检总局公告 2014年第114号): categories, classes, kinds, by code.

The table was found in one or two public sources (`sources`), not in the notice itself: what rests on it is 待核.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).parent / "data" / "special_equipment" / "catalogue.csv"
LIFTS: Final = "3000"
BOILERS: Final = "1000"
MOBILE_VESSELS: Final = "2200"
BY_UNIT: Final = ("2300", "8300")
"""气瓶, 工业管道: what a unit registers for all it has of them (TSG 08-2017, 待核)."""
NEVER_REGISTERED: Final = ("7000", "F000")
"""压力管道元件, 安全附件: parts of devices, which have no use registration of their own (TSG 08-2017, 待核)."""


class UnknownKind(LookupError):
    """No entry of the catalogue has this code."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: 种类 (category), 类别 (class) or 品种 (kind). `parent` is "" for a category."""

    code: str
    level: str
    name: str
    parent: str


@cache
def catalogue() -> dict[str, Entry]:
    """Every entry by its code."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        rows = [
            Entry(r["code"], r["level"], r["name"], r["parent_code"]) for r in csv.DictReader(file)
        ]
    found = {row.code: row for row in rows}
    if len(found) != len(rows) or any(r.parent and r.parent not in found for r in rows):
        raise ValueError(f"{_FILE.name}: a code twice, or a parent that is missing")
    return found


def entry_of(code: str) -> Entry:
    """Raises UnknownKind."""
    try:
        return catalogue()[code]
    except KeyError:
        raise UnknownKind(code) from None


def belongs_to(code: str, *ancestors: str) -> bool:
    """Whether the entry is one of these, or below one of them; False for a code that the catalogue does not have."""
    entry = catalogue().get(code)
    while entry is not None:
        if entry.code in ancestors:
            return True
        entry = catalogue().get(entry.parent)
    return False


def kind_in_words(code: str) -> str:
    """电梯：曳引驱动乘客电梯; of a code that the catalogue does not have, the code."""
    try:
        return f"{category_of(code).name}：{entry_of(code).name}"
    except UnknownKind:
        return f"代码{code}（目录中没有）"


def category_of(code: str) -> Entry:
    """The category (种类) that a class or kind belongs to. Raises UnknownKind."""
    entry = entry_of(code)
    while entry.parent:
        entry = entry_of(entry.parent)
    return entry
