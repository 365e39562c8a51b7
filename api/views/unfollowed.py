"""Parts and licence items after the case that opened them is closed: their own cases go on, and alone say how they stand."""

from collections.abc import Mapping
from typing import Any

from law import licence_items, licence_standing, startup_parts
from law.licence_types import LicenceItem
from storage.related_cases import Related
from storage.tables import CaseRow

Entry = dict[str, Any]
Children = Mapping[str, Related]


def parts_now(case: CaseRow, children: Children) -> list[Entry]:
    """The parts of an opening as they stand now. `children`: case id → the case."""
    entries: list[Entry] = case.decision.get("parts", [])
    if case.closed_at is None:
        return entries
    return [_part_now(entry, children.get(entry.get("case", ""))) for entry in entries]


def _part_now(entry: Entry, own: Related | None) -> Entry:
    kept = startup_parts.Standing(entry["standing"])
    if kept.settled:
        return entry
    if own is None:
        return entry | {"standing": startup_parts.Standing.NOT_BEGUN.value}
    told = own.decision
    standing = startup_parts.own_standing(own.stage, str(told.get("standing", "")))
    return _as_of(
        entry,
        own,
        standing=standing.value,
        number=told.get("document", ""),
        reason=told.get("reasons", "") if standing.not_done else "",
    )


def items_now(case: CaseRow, children: Children, edition: licence_items.Edition) -> list[Entry]:
    """The licence items of a separation as they stand now. `children`: case id → the case."""
    entries: list[Entry] = case.decision.get("items", [])
    if case.closed_at is None:
        return entries
    return [
        _item_now(entry, children.get(entry.get("case", "")), edition.by_id[entry["item"]])
        for entry in entries
    ]


def _item_now(entry: Entry, own: Related | None, row: LicenceItem) -> Entry:
    kept = licence_standing.Standing(entry["standing"])
    if kept.settled:
        return entry
    if own is None:
        # An application that was laid out stays its owner's to hand in.
        laid_out = kept is licence_standing.Standing.TO_APPLY
        standing = kept if laid_out else licence_standing.Standing.NOT_BEGUN
        return entry | {
            "standing": standing.value,
            "may_trade": licence_standing.may_trade(row, standing),
        }
    told = own.decision
    standing = licence_standing.own_standing(own.stage, str(told.get("standing", "")))
    return _as_of(
        entry,
        own,
        standing=standing.value,
        may_trade=licence_standing.may_trade(row, standing),
        number=told.get("licence_number") or entry.get("number", ""),
        reason=told.get("reasons", "") if standing in licence_standing.WITH_REASON else "",
    )


def _as_of(entry: Entry, own: Related, **how: Any) -> Entry:
    return entry | {"since": own.passed[-1]["at"], **how}
