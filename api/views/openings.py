"""An opening (企业开办“一次办”) on its case page: each part with its case, and the plan's figure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from api.views import words
from api.views.unfollowed import parts_now
from law.opening_time import OpeningTime, office_day
from law.startup_parts import Standing, StartupPart, own_standing, part_of
from law.zone import local
from storage.related_cases import Related
from storage.tables import CaseRow


@dataclass(frozen=True)
class PartLine:
    """One part: its office, how it stands, the case that handles it; `refusal`: the office's own words for its no."""

    row: StartupPart
    entry: dict[str, Any]
    case_number: str
    refusal: str = ""

    @property
    def name(self) -> str:
        return words.bilingual(self.row.name, self.row.name_en)

    @property
    def office(self) -> str:
        return words.bilingual(self.row.office, self.row.office_en)

    @property
    def standing(self) -> Standing:
        return Standing(self.entry["standing"])

    @property
    def standing_text(self) -> str:
        return words.bilingual(self.standing.label, self.standing.label_en)

    @property
    def number(self) -> str:
        return str(self.entry.get("number", ""))

    @property
    def reason(self) -> str:
        return str(self.entry.get("reason", ""))

    def to_json(self) -> dict[str, Any]:
        return {
            "part": self.row.part.value,
            "name": self.name,
            "office": self.office,
            "standing": self.standing.value,
            "standing_text": self.standing_text,
            "number": self.number,
            "reason": self.reason,
            "since": local(datetime.fromisoformat(self.entry["since"])).isoformat(),
            "case_number": self.case_number or None,
        }


@dataclass(frozen=True)
class Figure:
    """How long the registration took, as the case measured it (`law.opening_time`)."""

    kept: dict[str, Any]

    @property
    def took(self) -> OpeningTime:
        return OpeningTime(
            worked=timedelta(minutes=self.kept["worked_minutes"]),
            waiting=timedelta(minutes=self.kept["waiting_minutes"]),
            office_day=office_day(),
            finished=True,
        )

    @property
    def text(self) -> str:
        return words.bilingual(self.took.text, self.took.text_en)

    @property
    def meets(self) -> bool:
        return bool(self.kept["meets"])

    def to_json(self) -> dict[str, Any]:
        took = self.took
        return {
            "accepted_at": local(datetime.fromisoformat(self.kept["accepted_at"])).isoformat(),
            "issued_at": local(datetime.fromisoformat(self.kept["issued_at"])).isoformat(),
            "hours": round(took.worked / timedelta(hours=1), 2),
            "waiting_hours": round(took.waiting / timedelta(hours=1), 2),
            "days": self.kept["days"],
            "meets_target": self.meets,
            "text": self.text,
        }


def parts_of(case: CaseRow, children: Mapping[str, Related]) -> list[PartLine]:
    """In the order of the parts; empty of a case that opens nothing. `children`: case id → the case."""
    found = []
    for entry in parts_now(case, children):
        own = children.get(entry.get("case", ""))
        number, refusal = (own.number, own.decision.get("refusal", "")) if own else ("", "")
        found.append(PartLine(part_of(entry["part"]), entry, number, refusal))
    return found


def own_part(case: CaseRow) -> PartLine | None:
    """The part that this case handles; None of any other case."""
    told = case.decision
    if case.procedure != "startup_part" or "standing" not in told:
        return None
    standing = own_standing(case.stage, told["standing"])
    entry = {
        "standing": standing.value,
        "reason": told.get("reasons", "") if standing.not_done else "",
        "since": case.passed[-1]["at"],
    }
    return PartLine(part_of(told["part"]), entry, "", told.get("refusal", ""))


def figure_of(case: CaseRow) -> Figure | None:
    """None before the licence."""
    kept = case.decision.get("opening")
    return Figure(kept) if kept else None
