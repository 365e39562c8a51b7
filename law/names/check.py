"""The first half of a self-declaration (自主申报): a proposed name by itself, before any other name is looked at."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from law.names.characters import Finding, character_faults, finding, visible, written
from law.names.forms import EntityKind
from law.names.model import Name, NameUnreadable
from law.names.parse import DEFAULT_SEAT, read_name
from law.names.rules import EDITION, Effect
from law.names.structure import structure_findings
from law.names.words import word_findings


class Standing(StrEnum):
    """What becomes of the name by itself."""

    REFUSED = "refused"
    MANUAL = "manual"
    FREE = "free"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Standing.REFUSED: "不予申报",
    Standing.MANUAL: "转人工审核",
    Standing.FREE: "可以比对",
}
_WEIGHT: Final = {Effect.REFUSE: 0, Effect.MANUAL: 1, Effect.CONDITION: 2, Effect.NOTE: 3}


@dataclass(frozen=True, slots=True)
class NameCheck:
    """The findings about a proposed name, gravest first. `name` is None where there is nothing to read.

    `written` is the name as it would be registered: brackets full width, outer white space gone.
    """

    given: str
    written: str
    name: Name | None
    findings: tuple[Finding, ...]

    @property
    def standing(self) -> Standing:
        effects = {f.effect for f in self.findings}
        if Effect.REFUSE in effects:
            return Standing.REFUSED
        return Standing.MANUAL if Effect.MANUAL in effects else Standing.FREE

    def to_json(self) -> dict[str, Any]:
        """Plain data; what cannot be printed stands as its code point."""
        name = self.name
        return {
            "name": visible(self.written),
            "standing": self.standing.value,
            "rules_edition": EDITION,
            "parts": None
            if name is None
            else {
                "division": name.division,
                "zone": name.zone,
                "division_place": name.place.value,
                "trade_name": name.trade,
                "industry": name.industry.text,
                "form": name.form.text,
                "branch": name.branch,
            },
            "findings": [
                {
                    "rule": f.rule.id,
                    "effect": f.effect.value,
                    "start": f.start,
                    "end": f.end,
                    "text": visible(f.text),
                    "instead": f.instead,
                    "message": f.message,
                    "basis": f.cite,
                }
                for f in self.findings
            ],
        }


def check_name(
    given: str,
    *,
    seat: str = DEFAULT_SEAT,
    trade: str | None = None,
    kind: EntityKind | None = None,
    other_meaning: bool = False,
) -> NameCheck:
    """Characters, structure and words of a proposed name. Any text has an answer.

    Args:
        given: the whole name.
        seat: division code of where the enterprise is (district or county).
        trade: the trade name (字号) where the applicant says which part it is.
        kind: what is to be set up.
        other_meaning: the applicant says that a division or industry as trade name means something else.

    Raises:
        UnknownSeat: no such division.
    """
    found = list(character_faults(given))
    try:
        name = read_name(given, seat=seat, trade=trade)
    except NameUnreadable as error:
        found.append(finding(error.code, 0, len(given), given, str(error)))
        return NameCheck(given, written(given), None, _gravest_first(found))
    found += structure_findings(name, seat=seat, kind=kind, other_meaning=other_meaning)
    found += word_findings(name)
    return NameCheck(given, written(given), name, _gravest_first(found))


def _gravest_first(found: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(found, key=lambda f: (_WEIGHT[f.effect], f.start)))
