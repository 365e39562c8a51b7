"""Which rule of law applies on a day, and what differs between two days or two editions of the table.

A changed rule is a new row with its own id that names the row it replaces; both stay in the table. A clock that
runs keeps the row it was started under, whatever replaces it later (法不溯及既往).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from law import clock_data
from law.clock_types import Clock, Extension
from law.clocks import CLOCKS, LAW_EDITION, find_clock
from law.deadline_types import DeadlineError
from law.strict_yaml import load_yaml

_COMPARED: Final = (
    "length", "unit", "count_unit", "direction", "fixed_date", "end_rule", "suspension", "extension", "effect",
    "citation", "verified", "binds_name", "name", "valid_from", "valid_to",
)  # fmt: skip
assert set(_COMPARED) <= {field.name for field in fields(Clock)}


class NoRuleInForce(DeadlineError):
    """No row of the rule covers the day: an older or a later law applies that this table does not have."""

    code = "no-rule-in-force"

    def __init__(self, known: tuple[Clock, ...], day: date) -> None:
        self.known = known
        self.day = day
        terms = "；".join(f"{c.id} {c.citation}，{_term(c)}" for c in known)
        super().__init__(f"{day} 没有可以适用的期限规定（{terms}）")


class EditionUnknown(ValueError):
    """Neither a day, nor the edition of this release, nor a file of clocks that can be read."""


def succession(clock_id: str, clocks: Mapping[str, Clock] = CLOCKS) -> tuple[Clock, ...]:
    """All rows of the clock's rule, the oldest first. Raises UnknownClock."""
    found = clocks[clock_id] if clock_id in clocks else find_clock(clock_id)
    rows = [found]
    while rows[0].replaces is not None:
        rows.insert(0, clocks[rows[0].replaces])
    following = {c.replaces: c for c in clocks.values() if c.replaces is not None}
    while rows[-1].id in following:
        rows.append(following[rows[-1].id])
    return tuple(rows)


def rule_on(clock_id: str, day: date, clocks: Mapping[str, Clock] = CLOCKS) -> Clock:
    """The row of the clock's rule that is in force on the day; a row whose term nobody established always is.

    Raises:
        UnknownClock: there is no such row.
        NoRuleInForce: the day lies before the first row of the rule or after the last.
    """
    rows = succession(clock_id, clocks)
    for row in reversed(rows):
        if row.in_force_on(day) is not False:
            return row
    raise NoRuleInForce(rows, day)


@dataclass(frozen=True)
class Law:
    """The rules as they stand in one edition, on one day where one is given. Keyed by the rule's oldest row."""

    name: str
    rules: Mapping[str, Clock]


@dataclass(frozen=True)
class Difference:
    """One rule that is not the same; None where one side has no row in force."""

    rule: str
    old: Clock | None
    new: Clock | None

    @property
    def changes(self) -> tuple[tuple[str, str, str], ...]:
        """Field, before, after: of rules that both sides have."""
        if self.old is None or self.new is None:
            return ()
        pairs = ((name, getattr(self.old, name), getattr(self.new, name)) for name in _COMPARED)
        differ = {name: (a, b) for name, a, b in pairs if a != b}
        if differ.get("unit") == differ.get("count_unit"):
            differ.pop("count_unit", None)
        return tuple((name, in_words(a), in_words(b)) for name, (a, b) in differ.items())


def law_of(reference: str, *, on: date | None = None) -> Law:
    """The law that a reference names.

    Args:
        reference: a day (2026-04-14), the edition of this release (2026.1), or a file like `law/data/clocks.yaml`.
        on: the day to look at an edition or a file on; without it every row counts for itself.

    Raises:
        EditionUnknown: it names none of them.
    """
    day = day_of(reference)
    if day is not None:
        return _on_day(reference, CLOCKS, day)
    if reference == LAW_EDITION:
        name, clocks = reference, dict(CLOCKS)
    else:
        name, clocks = _of_file(Path(reference))
    return _on_day(name, clocks, on) if on else Law(name, clocks)


def day_of(reference: str) -> date | None:
    """The day that a reference is, or None."""
    try:
        return date.fromisoformat(reference)
    except ValueError:
        return None


def differences(old: Law, new: Law) -> list[Difference]:
    """The rules that differ in what counts, by id."""
    found = []
    for rule in sorted({*old.rules, *new.rules}):
        difference = Difference(rule, old.rules.get(rule), new.rules.get(rule))
        if difference.old is None or difference.new is None or difference.changes:
            found.append(difference)
    return found


def compare(old: str, new: str) -> tuple[Law, Law, list[Difference]]:
    """Both sides of two references and what differs. Raises EditionUnknown."""
    days = day_of(old), day_of(new)
    on = None if all(days) else next((day for day in days if day), None)
    sides = law_of(old, on=on), law_of(new, on=on)
    return *sides, differences(*sides)


def _on_day(name: str, clocks: Mapping[str, Clock], day: date) -> Law:
    rules = {}
    for root in _oldest(clocks.values()):
        try:
            rules[root] = rule_on(root, day, clocks)
        except NoRuleInForce:
            continue
    return Law(name, rules)


def _oldest(clocks: Iterable[Clock]) -> list[str]:
    return [clock.id for clock in clocks if clock.replaces is None]


def _of_file(path: Path) -> tuple[str, dict[str, Clock]]:
    try:
        return clock_data.parse_clocks(load_yaml(path))
    except (OSError, ValueError, TypeError) as error:
        raise EditionUnknown(
            f"{path}：不是日期、本版编号（{LAW_EDITION}），也不是可以读取的期限文件（{error}）"
        ) from error


def _term(clock: Clock) -> str:
    if clock.valid_from and clock.valid_to:
        return f"{clock.valid_from} 至 {clock.valid_to} 施行"
    if clock.valid_from:
        return f"自 {clock.valid_from} 起施行"
    return f"施行至 {clock.valid_to}" if clock.valid_to else "施行期间待核"


def in_words(value: Any) -> str:
    """A field of a row as people read it."""
    if value is None or value == ():
        return "无"
    if isinstance(value, Extension) or (isinstance(value, StrEnum) and hasattr(value, "label")):
        return str(value.label)
    if isinstance(value, tuple):
        return "、".join(in_words(one) for one in value)
    return str(value)
