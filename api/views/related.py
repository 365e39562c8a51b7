"""Cases beside a case: what opened it, what it opened; of a separation of licences, when one may trade in what; of an opening, its parts."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from api.i18n import gettext as _
from api.views import decisions, words
from api.views.cases import CaseView
from api.views.decisions import FieldView
from api.views.opening_times import STEM, figure_json, measured
from api.views.openings import Figure, PartLine, figure_of, own_part, parts_of
from api.views.parts_not_done import NotDone, not_done_of
from api.views.unfollowed import items_now
from forms.startup_part import PartCorrection
from law import licence_items
from law.licence_advice import told, told_en
from law.licence_items import Edition, LicenceItem
from law.licence_standing import Standing
from law.offices import office
from law.opening_time import OpeningTime
from law.zone import local
from storage import cluster_hosts, related_cases


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
    found: list[related_cases.Related]

    @cached_property
    def parent(self) -> related_cases.Related | None:
        return next((r for r in self.found if r.parent), None)

    @cached_property
    def children(self) -> list[related_cases.Related]:
        return [r for r in self.found if not r.parent]

    @cached_property
    def _by_case(self) -> dict[str, related_cases.Related]:
        return {str(r.case_id): r for r in self.children}

    @property
    def unfollowed(self) -> bool:
        """Withdrawn: what it opened goes on without it, or was never begun."""
        return self.view.case.outcome == "withdrawn"

    @cached_property
    def parts(self) -> list[PartLine]:
        """Of an opening; empty of any other case. Why an office said no is the applicant's business alone."""
        if self.view.viewer.audience == "public":
            return []
        return parts_of(self.view.case, self._by_case)

    @cached_property
    def not_done(self) -> list[NotDone]:
        """Parts that were not done: of an opening all of them, of a part's case its own."""
        if self.view.viewer.audience == "public":
            return []
        own = own_part(self.view.case)
        lines = [own] if own else self.parts
        return not_done_of(lines, office(self.view.case.office))

    @property
    def to_mend(self) -> NotDone | None:
        """What the reader may set right now; None where that is nothing."""
        if not self.view.viewer.own:
            return None
        return next((each for each in self.not_done if each.mendable_now), None)

    def correction(self, sent: dict[str, Any], errors: dict[str, str]) -> list[FieldView]:
        """What the applicant may set right before the part of this case is handed in again; empty where that is not to be."""
        own = own_part(self.view.case)
        if own is None or not self.view.may("correct_part"):
            return []
        return decisions.fields(PartCorrection, sent, errors, only=own.row.facts)

    @property
    def registration(self) -> related_cases.Related | None:
        """The case that registers the enterprise of an opening."""
        return next((r for r in self.children if r.item == "registration"), None)

    @property
    def figure(self) -> Figure | None:
        return figure_of(self.view.case)

    @cached_property
    def so_far(self) -> OpeningTime | None:
        """The plan's figure up to now: of a registration without a licence, and of the opening that waits for it."""
        case, own = self.view.case, self.registration
        if case.closed_at is not None:
            return None
        if case.procedure == STEM and not any(d.kind == "licence" for d in self.view.documents):
            version, passed, accepted = case.table_version, case.passed, case.accepted_at
        elif own is not None and self.figure is None:
            version, passed, accepted = own.table_version, own.passed, own.accepted_at
        else:
            return None
        now = self.view.viewer.now
        return measured(version, passed, accepted, None, now) if accepted else None

    @property
    def so_far_text(self) -> str:
        took = self.so_far
        return words.bilingual(took.text, took.text_en) if took else ""

    @cached_property
    def _edition(self) -> Edition:
        return licence_items.edition(self.view.case.decision.get("edition"))

    @cached_property
    def licences(self) -> list[LicenceLine]:
        """In the catalogue's order; empty of a case that separates nothing."""
        return [
            LicenceLine(self._edition.by_id[e["item"]], e, own.number if own else "")
            for e in items_now(self.view.case, self._by_case, self._edition)
            for own in (self._by_case.get(e.get("case", "")),)
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
            {
                "text": t["text"],
                "state": "dropped" if t["state"] == "open" and self.unfollowed else t["state"],
                "instruction": instructions.get(t["text"], ""),
            }
            for t in terms
        ]

    @property
    def drafts(self) -> list[LicenceLine]:
        """Items whose application was laid out and waits for its owner."""
        return [line for line in self.licences if line.draft]

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
    def is_hosting(self) -> bool:
        """Of a hosted enterprise, for those concerned: at which host's address it is."""
        case = self.view.case
        return (
            case.procedure == cluster_hosts.HOSTING
            and "host_name" in case.decision
            and self.view.viewer.audience != "public"
        )

    @property
    def hosted(self) -> tuple[cluster_hosts.Hosted, ...]:
        """A host's register."""
        return self.view.hosted

    @property
    def hosted_options(self) -> list[tuple[str, str]]:
        """To choose one of them: those whom the host's own case knows, it takes no report of another."""
        return [(h.uscc, h.name) for h in self.hosted if h.known]

    @staticmethod
    def hosted_stage(hosted: cluster_hosts.Hosted) -> str:
        """How its hosting stands; registered at the address, and the host's case has not heard of it yet: 正在登记."""
        if not hosted.known and hosted.standing == cluster_hosts.JOINING:
            return _("正在登记")
        return words.stage_name(cluster_hosts.HOSTING, hosted.standing)

    @staticmethod
    def title_of(related: related_cases.Related) -> str:
        return words.procedure_title(related.procedure, related.catalogue_version)

    @staticmethod
    def stage_of(related: related_cases.Related) -> str:
        """How it stands by its own account; one that this case relies on no longer says so first."""
        stage = words.stage_name(related.procedure, related.stage, related.catalogue_version)
        if related.state == "dropped":
            return _("本件不再使用；它自己：%(stage)s") % {"stage": stage}
        return stage

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
            "not_done": [each.to_json() for each in self.not_done],
            "opening_time": self.figure.to_json() if self.figure else None,
            "opening_time_so_far": figure_json(self.so_far) if self.so_far else None,
            "hosted": [
                {
                    "name": h.name,
                    "uscc": h.uscc,
                    "standing": h.standing,
                    "standing_text": self.hosted_stage(h),
                    "known": h.known,
                }
                for h in self.hosted
            ],
        }


async def related_of(connection: AsyncConnection, view: CaseView) -> RelatedView:
    """Nothing of it is for those who only hold a query code."""
    if view.viewer.audience == "public":
        return RelatedView(view, [])
    return RelatedView(view, await related_cases.related(connection, view.case.case_id))
