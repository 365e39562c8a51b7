"""Cases beside a case: what opened it, what it opened; of a separation of licences, when one may trade in what; of an opening, its parts."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from api.i18n import gettext as _
from api.views import words
from api.views.cases import CaseView
from api.views.openings import Figure, PartLine, figure_of, parts_of
from law import licence_items
from law.licence_advice import told, told_en
from law.licence_items import Edition, LicenceItem
from law.licence_standing import Standing
from law.zone import local
from storage import cases, cluster_hosts


@dataclass(frozen=True)
class LicenceLine:
    """One licence item: its law, how it stands, the case that handles it."""

    row: LicenceItem
    entry: dict[str, Any]
    case_number: str

    @property
    def name(self) -> str:
        return words.bilingual(self.row.name, self.row.name_en)

    @property
    def department(self) -> str:
        return words.bilingual(self.row.department_name, self.row.department_name_en)

    @property
    def mode(self) -> str:
        return words.bilingual(self.row.mode.value.label, self.row.mode.value.label_en)

    @property
    def standing(self) -> Standing:
        """A draft that was handed in is a case under way."""
        kept = Standing(self.entry["standing"])
        return Standing.HANDLING if kept is Standing.TO_APPLY and self.case_number else kept

    @property
    def draft(self) -> str:
        """The address of the application that waits for its owner."""
        waits = self.standing is Standing.TO_APPLY
        return f"/applications/{self.entry['case']}" if waits else ""

    @property
    def standing_text(self) -> str:
        return words.bilingual(self.standing.label, self.standing.label_en)

    @property
    def may_trade(self) -> bool:
        return bool(self.entry["may_trade"])

    @property
    def trade_from(self) -> str:
        return words.bilingual(self.row.trade_from.label, self.row.trade_from.label_en)

    @property
    def number(self) -> str:
        return str(self.entry.get("number", ""))

    @property
    def reason(self) -> str:
        return str(self.entry.get("reason", ""))

    @property
    def advice(self) -> str:
        return told_en(self.row) if words.english() else told(self.row)

    @property
    def condition(self) -> str:
        """What the applicant is asked; empty where nothing is."""
        asked = self.row.condition
        if asked is None or self.standing is not Standing.ASKED:
            return ""
        return words.bilingual(asked.zh, asked.en)

    @property
    def since(self) -> datetime:
        return datetime.fromisoformat(self.entry["since"])

    def to_json(self) -> dict[str, Any]:
        return {
            "item": self.row.id,
            "name": self.name,
            "department": self.department,
            "mode": self.mode,
            "terms": list(self.entry["terms"]),
            "standing": self.standing.value,
            "standing_text": self.standing_text,
            "may_trade": self.may_trade,
            "trade_from": self.trade_from,
            "advice": self.advice,
            "number": self.number,
            "reason": self.reason,
            "since": local(self.since).isoformat(),
            "case_number": self.case_number or None,
            "application_url": f"/api/v1{self.draft}" if self.draft else None,
            "doubts": list(self.row.doubts),
        }


@dataclass(frozen=True)
class RelatedView:
    """For one reader of the case."""

    view: CaseView
    found: list[cases.Related]
    hosted: list[cluster_hosts.Hosted] = field(default_factory=list)

    @cached_property
    def parent(self) -> cases.Related | None:
        return next((r for r in self.found if r.parent), None)

    @cached_property
    def children(self) -> list[cases.Related]:
        return [r for r in self.found if not r.parent]

    @cached_property
    def _numbers(self) -> dict[str, str]:
        return {str(r.case_id): r.number for r in self.children}

    @cached_property
    def parts(self) -> list[PartLine]:
        """Of an opening; empty of any other case. Why an office said no is the applicant's business alone."""
        if self.view.viewer.audience == "public":
            return []
        return parts_of(self.view.case, self._numbers)

    @property
    def registration(self) -> cases.Related | None:
        """The case that registers the enterprise of an opening."""
        return next((r for r in self.children if r.item == "registration"), None)

    @property
    def figure(self) -> Figure | None:
        return figure_of(self.view.case)

    @cached_property
    def _edition(self) -> Edition:
        return licence_items.edition(self.view.case.decision.get("edition"))

    @cached_property
    def licences(self) -> list[LicenceLine]:
        """In the catalogue's order; empty of a case that separates nothing."""
        entries = self.view.case.decision.get("items", [])
        return [
            LicenceLine(self._edition.by_id[e["item"]], e, self._numbers.get(e.get("case", ""), ""))
            for e in entries
        ]

    @cached_property
    def unsettled(self) -> list[dict[str, str]]:
        """Terms that nobody knows, with what is done about them."""
        terms = self.view.case.decision.get("unknown_terms", [])
        found = licence_items.items_for([t["text"] for t in terms], self._edition.edition)
        instructions = {
            u.text: words.bilingual(u.instruction, u.instruction_en) for u in found.unknown
        }
        return [
            {"text": t["text"], "state": t["state"], "instruction": instructions.get(t["text"], "")}
            for t in terms
        ]

    @property
    def asked(self) -> list[LicenceLine]:
        return [line for line in self.licences if line.condition]

    @property
    def summary(self) -> str:
        """现在可以经营 n 项…; empty of a case that separates nothing."""
        if not self.licences and not self.unsettled:
            return ""
        free = sum(line.may_trade for line in self.licences)
        return _("涉及许可的 %(all)s 项，现在可以经营的 %(free)s 项。") % {
            "all": len(self.licences),
            "free": free,
        }

    @property
    def is_host(self) -> bool:
        """Of an admitted host, also one that hosts nobody yet."""
        return self.view.case.procedure == cluster_hosts.ADMISSION and (
            "hosting" in self.view.case.decision
        )

    @property
    def hosted_options(self) -> list[tuple[str, str]]:
        """To choose one of them."""
        return [(h.uscc, h.name) for h in self.hosted]

    @staticmethod
    def hosted_stage(hosted: cluster_hosts.Hosted) -> str:
        return words.stage_name(cluster_hosts.HOSTING, hosted.standing)

    @staticmethod
    def title_of(related: cases.Related) -> str:
        return words.procedure_title(related.procedure, related.catalogue_version)

    @staticmethod
    def stage_of(related: cases.Related) -> str:
        return words.stage_name(related.procedure, related.stage, related.catalogue_version)

    def to_json(self) -> dict[str, Any]:
        return {
            "items": [
                {
                    "parent": r.parent,
                    "item": r.item,
                    "number": r.number,
                    "procedure": r.procedure,
                    "procedure_title": self.title_of(r),
                    "stage": r.stage,
                    "stage_label": self.stage_of(r),
                    "state": r.state,
                    "outcome": r.outcome,
                    "page_url": f"/cases/{r.number}",
                }
                for r in self.found
            ],
            "licences": [line.to_json() for line in self.licences],
            "unsettled_terms": self.unsettled,
            "parts": [line.to_json() for line in self.parts],
            "opening_time": self.figure.to_json() if self.figure else None,
            "hosted": [
                {
                    "name": h.name,
                    "uscc": h.uscc,
                    "standing": h.standing,
                    "standing_text": self.hosted_stage(h),
                }
                for h in self.hosted
            ],
        }


async def related_of(connection: AsyncConnection, view: CaseView) -> RelatedView:
    """Nothing of it is for those who only hold a query code."""
    if view.viewer.audience == "public":
        return RelatedView(view, [])
    found = await cases.related(connection, view.case.case_id)
    hosted = []
    if view.case.procedure == cluster_hosts.ADMISSION:
        hosted = await cluster_hosts.hosted_by(connection, view.case.case_id)
    return RelatedView(view, found, hosted)
