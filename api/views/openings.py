"""An opening (企业开办“一次办”) on its case page: each part with its case, and the plan's figure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from api.views import words
from law.opening_time import OpeningTime, office_day
from law.startup_parts import Standing, StartupPart, part_of
from law.zone import local
from storage.tables import CaseRow


@dataclass(frozen=True)
class PartLine:
    """One part: its office, how it stands, the case that handles it."""

    row: StartupPart
    entry: dict[str, Any]
    case_number: str

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


def parts_of(case: CaseRow, numbers: dict[str, str]) -> list[PartLine]:
    """In the order of the parts; empty of a case that opens nothing. `numbers`: case id → its number."""
    return [
        PartLine(part_of(e["part"]), e, numbers.get(e.get("case", ""), ""))
        for e in case.decision.get("parts", [])
    ]


def figure_of(case: CaseRow) -> Figure | None:
    """None before the licence."""
    kept = case.decision.get("opening")
    return Figure(kept) if kept else None
