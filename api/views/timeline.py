"""The story of a case: one template per event kind, in the past tense, for whoever reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any, Final

from jinja2 import Environment, Template, TemplateNotFound
from markupsafe import Markup

from api.i18n import gettext as _
from api.templating import environment
from api.views import notice_words, why, words
from api.views.balls import Link
from api.views.viewer import Viewer
from domain.contracts import CaseEvent
from law import catalogue
from law.clocks import UnknownClock, find_clock
from law.zone import local
from storage.tables import CaseRow

# Inner workings: people outside read their effect (a paper, a stage), not these.
STAFF_ONLY: Final = frozenset(
    {
        "task_opened",
        "task_completed",
        "task_reassigned",
        "effect_requested",
        "effect_done",
        "effect_given_up",
        "facts_found",
        "clock_reminder",
        "clock_last_reminder",
        "clock_amber",
        "clock_pause_over",
        "suspension_noticed",
        "extension_requested",
        "extension_refused",
        "related_opened",
        "related_prepared",
        "related_ended",
        "cancellation_requested",
        "library_changed",
    }
)
# A paper is served when a stage already says so: the first of the two is enough for people outside.
PERSONAL: Final = frozenset({"parties_chased", "effect_waiting", "register_answered"})


# What names the last day of a clock.
DATED: Final = frozenset({"clock_started", "clock_extended"})
PLAIN: Final = "_unknown"


@dataclass(frozen=True)
class Line:
    """One entry. `what` is safe markup; `by` who did it, as this reader may know them."""

    revision: int
    kind: str
    at: datetime
    what: Markup
    by: str
    state: str = ""
    when: str = ""
    links: tuple[Link, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "revision": self.revision,
            "kind": self.kind,
            "at": local(self.at).isoformat(),
            "text": " ".join(self.what.striptags().split()),
            "by": self.by,
            "links": [{"text": link.text, "href": link.href} for link in self.links],
        }


@cache
def _environment() -> Environment:
    made = environment()
    made.globals |= {"w": words, "notices": notice_words}
    return made


@cache
def _template(kind: str) -> Template:
    """The kind's template; a kind that this release does not know is told plainly, never dropped."""
    try:
        return _environment().get_template(f"timeline/{kind}.html")
    except TemplateNotFound:
        return _environment().get_template(f"timeline/{PLAIN}.html")


def shown_to(kind: str, viewer: Viewer) -> bool:
    if viewer.staff:
        return True
    if kind in STAFF_ONLY:
        return False
    return viewer.own or kind not in PERSONAL


def _clock(data: Mapping[str, Any]) -> str:
    ident = str(data.get("clock_id") or str(data.get("clock", "")).partition("#")[0])
    try:
        return words.clock_name(find_clock(ident))
    except UnknownClock:
        return ident


def _party(case: CaseRow, data: Mapping[str, Any]) -> str:
    """The person a call was about: authentication and signature are numbered by the list of parties."""
    seq = data.get("seq")
    if data.get("kind") not in words.OF_PERSONS or not isinstance(seq, int):
        return ""
    return str(case.parties[seq - 1]["name"]) if 0 < seq <= len(case.parties) else ""


def _material(case: CaseRow, named: str | list[str]) -> str:
    """Materials that an event names by their labels, in the reader's language."""
    row = catalogue.procedure(case.procedure, case.catalogue_version)
    known = {m.label: words.bilingual(m.label, m.label_en) for m in row.materials}
    labels = [named] if isinstance(named, str) else named
    return _("、").join(known.get(label, label) for label in labels)


def _by(event: CaseEvent, case: CaseRow, viewer: Viewer) -> str:
    actor = event.actor
    if actor.person_id == "system":
        return words.known(words.SYSTEM)
    if actor.person_id in words.REGISTERS:
        return words.register_name(actor.person_id)
    if event.kind == "objection_received":
        # Known by what he is to the case, in the reader's language.
        return notice_words.objector(str(event.data.get("role", "")))
    if viewer.audience == "public" and actor.person_id == case.owner:
        return _("申请人")
    return actor.name or _("工作人员")


def _links(event: CaseEvent, case: CaseRow) -> tuple[Link, ...]:
    number = case.receipt_no or str(case.case_id)
    if event.kind == "paper_served":
        href = f"/cases/{number}/papers/{event.data.get('document', '')}"
        return (Link(_("查看文书"), href),)
    if event.kind in DATED:
        key = str(event.data.get("clock", ""))
        return (Link(_("为什么是这一天？"), why.of_clock(number, key)),)
    if event.kind == "submitted":
        return (Link(_("收件凭证"), f"/cases/{number}/receipt"),)
    return ()


def line_of(event: CaseEvent, case: CaseRow, viewer: Viewer) -> Line:
    """One event as this reader may see it."""
    mine = bool(viewer.person_id) and event.actor.person_id == viewer.person_id
    html = _template(event.kind).render(
        e=event,
        d=event.data,
        case=case,
        viewer=viewer,
        mine=mine,
        applicant=_("您") if viewer.own else _("申请人"),
        by=_by(event, case, viewer),
        clock=_clock(event.data),
        party=_party(case, event.data),
        material=partial(_material, case),
        internal=event.internal if viewer.staff else {},
    )
    # The template escapes everything it is given.
    what = Markup(html.strip())  # noqa: S704
    links = _links(event, case) if viewer.audience != "public" else ()
    return Line(event.revision, event.kind, event.at, what, _by(event, case, viewer), links=links)


def plain_line_of(event: CaseEvent, case: CaseRow, viewer: Viewer) -> Line:
    """An event whose details were erased: what happened and when, nothing of its content."""
    what = Markup(_template(PLAIN).render(e=event, d={}).strip())  # noqa: S704
    return Line(event.revision, event.kind, event.at, what, _by(event, case, viewer))


def lines(events: list[CaseEvent], case: CaseRow, viewer: Viewer) -> list[Line]:
    """Oldest first, without what this reader is not told."""
    return [line_of(e, case, viewer) for e in events if shown_to(e.kind, viewer)]
