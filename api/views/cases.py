"""A case for one reader: stage, ball, clocks, papers, actions. Read from SQL in one go."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncConnection

from api.i18n import gettext as _
from api.services import Services
from api.views import actions, clocks, flow, words
from api.views.balls import Ball, Situation, ball_of, through
from api.views.clocks import ClockView
from api.views.promises import PromiseView, conditional_lines, label_of, referrals_of
from api.views.promises import views as promise_views
from api.views.timeline import Line, lines
from api.views.viewer import Viewer
from domain.transitions import Stage, Table
from law import catalogue
from law.catalogue import Procedure
from law.offices import OFFICES
from law.zone import local
from storage import cases, promises, related_cases
from storage.cluster_hosts import ADMISSION, Hosted, hosted_by
from storage.prepared import Place
from storage.projector import stored_events
from storage.tables import CaseRow, DocumentRow, EffectRow, PromiseRow, TaskRow


@dataclass(frozen=True)
class CaseView:
    """What every representation of the case is made of."""

    case: CaseRow
    viewer: Viewer
    row: Procedure
    table: Table
    clocks: list[ClockView]
    tasks: list[TaskRow]
    effects: list[EffectRow]
    documents: list[DocumentRow]
    # The related case that this one's stage waits for, where it can be read.
    awaited: "CaseView | None" = None
    # Of a host of cluster registration: the enterprises at its address.
    hosted: tuple[Hosted, ...] = ()
    # Documents promised for later.
    promises: tuple[PromiseRow, ...] = ()

    @cached_property
    def promises_seen(self) -> tuple[PromiseView, ...]:
        """Each promise beside its clock."""
        referrals = referrals_of(self.case.facts) if self.viewer.staff else {}
        return promise_views(self.row, list(self.promises), self.clocks, referrals)

    @property
    def offered(self) -> list[dict[str, str]]:
        """What may be promised now (容缺受理通知书): part and label."""
        if "promise_supplement" not in self.table.accepts.get(self.case.stage, ()):
            return []
        found: list[dict[str, str]] = self.case.decision.get("tolerance", [])
        return [{**m, "label": label_of(self.row, m["part"])} for m in found]

    @property
    def conditional(self) -> bool:
        """Whether something promised is still missing."""
        return bool(conditional_lines(list(self.promises)))

    @property
    def number(self) -> str:
        """The number people know the case by: the receipt's, which never changes."""
        return self.case.receipt_no or str(self.case.case_id)

    @property
    def stage(self) -> Stage:
        return self.table.stage(self.case.stage)

    @property
    def stage_label(self) -> str:
        return words.stage_label(self.stage)

    @property
    def procedure_title(self) -> str:
        return words.bilingual(self.row.title, self.row.title_en)

    @cached_property
    def clock(self) -> ClockView | None:
        """The clock people ask about."""
        return clocks.leading(self.clocks)

    @property
    def due_text(self) -> str:
        """The leading clock's end as sentences about the case print it; empty where none runs."""
        return self.clock.end_text if self.clock is not None else ""

    @property
    def due_address(self) -> str:
        """The page that explains this end."""
        return self.clock.address if self.clock is not None else ""

    @cached_property
    def ball(self) -> Ball:
        if self.awaited is not None:
            return through(self.awaited.ball, self.awaited.procedure_title, self.awaited.number)
        accepts = self.table.accepts.get(self.case.stage, frozenset())
        return ball_of(
            Situation(
                self.case,
                self.stage,
                self.tasks,
                self.effects,
                self.clock,
                self.viewer,
                accepts,
                reports=self.may("report_hosted"),
            )
        )

    @property
    def overdue_text(self) -> str:
        """超时… of each of the agency's clocks that is over; empty while in time."""
        return clocks.each_of(self.late, lambda clock: clock.overdue_text)

    @cached_property
    def late(self) -> list[ClockView]:
        """What the agency has overrun and owes the public a reason for, the first that ended first."""
        late = [c for c in self.clocks if c.late]
        return sorted(late, key=lambda c: (c.row.ends_at, c.row.key))

    @property
    def status_text(self) -> str:
        """The state in one sentence, an overrun first said after it, never hidden."""
        said = self.ball.sentence
        over = self.overdue_text
        return f"{said}{_('。')}{over}" if over and over not in said else said

    @cached_property
    def actions(self) -> list[actions.Action]:
        return actions.of_case(
            self.case,
            self.table,
            self.tasks,
            self.clocks,
            self.viewer,
            hosts_some=any(h.known for h in self.hosted),
            owes=any(p.owed for p in self.promises_seen),
        )

    def may(self, name: str) -> bool:
        return any(action.name == name for action in self.actions)

    @property
    def diagram(self) -> Markup:
        return flow.figure_of(self.case, self.table)

    @property
    def office_name(self) -> str:
        office = OFFICES.get(self.case.office)
        return office.name if office else self.case.office

    @property
    def responsible(self) -> dict[str, str]:
        """Whom to ask: the first handler (首办责任人), before that the office's window."""
        office = OFFICES.get(self.case.office)
        return {
            "name": self.case.first_handler,
            "office": self.office_name,
            "phone": office.phone if office else "12345",
            "hours": words.known(office.hours) if office else "",
        }

    @property
    def numbers(self) -> list[tuple[str, str]]:
        """Every number of the case with what it is."""
        known = dict(self.case.numbers)
        labels = (
            ("receipt", _("办件编号")),
            ("case", _("受理编号")),
            ("uscc", _("统一社会信用代码")),
            ("device", _("设备代码")),
            ("licence", _("证照编号")),
        )
        return [(label, known[key]) for key, label in labels if known.get(key)]

    def to_json(self) -> dict[str, Any]:
        """The REST representation (design §6: fixed names)."""
        case, ball = self.case, self.ball
        number = self.number
        base = f"/api/v1/cases/{number}"
        public = self.viewer.audience == "public"
        data: dict[str, Any] = {
            "number": number,
            "case_id": str(case.case_id),
            "case_no": case.case_no,
            "numbers": dict(case.numbers),
            "procedure": case.procedure,
            "procedure_title": self.procedure_title,
            "title": case.title,
            "office": case.office,
            "office_name": self.office_name,
            "stage": case.stage,
            "stage_label": self.stage_label,
            "status_text": self.status_text,
            "waiting_for": {
                "holder": ball.holder,
                "who": ball.who,
                "todo": ball.todo,
                "until": ball.until,
                "until_at": local(ball.until_at).isoformat() if ball.until_at else None,
                "mine": ball.mine,
            },
            "overdue": bool(self.overdue_text),
            "overdue_text": self.overdue_text,
            "responsible": self.responsible,
            "version": case.version,
            "revision": case.revision,
            "opened_at": local(case.opened_at).isoformat(),
            "accepted_at": local(case.accepted_at).isoformat() if case.accepted_at else None,
            "closed_at": local(case.closed_at).isoformat() if case.closed_at else None,
            "outcome": case.outcome,
            "clocks": [c.to_json() for c in self.clocks],
            "allowed_actions": [a.to_json() for a in self.actions],
            "timeline_url": f"{base}/timeline",
            "events_url": f"/api/v1/event-streams/cases/{case.case_id}",
            "clocks_url": f"{base}/clocks",
            "documents_url": f"{base}/documents",
            "diagram_url": f"{base}/diagram",
            "page_url": f"/cases/{number}",
        }
        if not public:
            data |= {
                "parties": [_party(p) for p in case.parties],
                "notices": case.notices,
                "decision": _decision(case, self.viewer),
            }
        if self.viewer.staff:
            data |= {
                "owner_name": case.owner_name,
                "facts": case.facts,
                "duties": [{"duty": d["duty"], "name": d.get("name", "")} for d in case.duties],
            }
        return data


def _party(party: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": party["name"],
        "posts": party.get("parts", []),
        "signs": party.get("signs", False),
        "authenticated_at": party.get("authenticated_at"),
        "signed_at": party.get("signed_at"),
        "refused": party.get("refused"),
    }


def _decision(case: CaseRow, viewer: Viewer) -> dict[str, Any]:
    """The applicant learns the decision, not the opinions that went before it."""
    if viewer.staff:
        return dict(case.decision)
    told = (
        "decision", "reasons", "decided_at", "uscc", "registered_at", "licence_number", "check",
        "item", "standing", "failed", "measure", "document", "part",
        "hosting", "hosting_reason", "address", "hosted", "host_name", "host_uscc", "domicile", "lead",
        "liquidation", "deregistered_at", "voided_licence",
    )  # fmt: skip
    return {k: v for k, v in case.decision.items() if k in told}


def document_json(view: CaseView, document: DocumentRow) -> dict[str, Any]:
    """One paper in lists."""
    content = f"/api/v1/cases/{view.number}/documents/{document.document_id}/content"
    return {
        "document_id": document.document_id,
        "kind": document.kind,
        "number": document.number,
        "title": words.paper_title(document.kind, document.title),
        "state": document.state,
        "sha256": document.sha256,
        "size": document.size,
        "issued_at": local(document.issued_at).isoformat(),
        "content_url": content,
        "page_url": f"/cases/{view.number}/papers/{document.document_id}",
        "verification_url": f"/verify/{document.slug}",
    }


def seen(whole: cases.Whole, viewer: Viewer) -> CaseView:
    """Everything about the case but its events, for one reader."""
    case = whole.case
    return CaseView(
        case=case,
        viewer=viewer,
        row=catalogue.procedure(case.procedure, case.catalogue_version),
        table=words.table_of(case.procedure, case.catalogue_version, case.table_version),
        clocks=clocks.views(case, whole.clocks, viewer.now),
        tasks=whole.tasks,
        effects=whole.effects,
        documents=whole.documents,
    )


async def seen_with_awaited(place: Place, whole: cases.Whole, viewer: Viewer) -> CaseView:
    """The same with the related case that its stage waits for: whose turn it is there, is whose turn it is here.

    Of a host with its enterprises: the box that says whose turn it is, the acts, the form and the register read one list.
    """
    view = seen(whole, viewer)
    if view.row.tolerance and viewer.audience != "public":
        view = replace(view, promises=tuple(await promises.of_case(place, whole.case.case_id)))
    host = whole.case.procedure == ADMISSION and "hosting" in whole.case.decision
    if host and viewer.audience != "public":
        return replace(view, hosted=tuple(await hosted_by(place, whole.case.case_id)))
    kind, _colon, item = view.stage.holder.partition(":")
    if kind != "related":
        return view
    child = await related_cases.open_child(place, view.case.case_id, item)
    found = await cases.whole(place, child) if child is not None else None
    return replace(view, awaited=seen(found, viewer)) if found is not None else view


async def view_of(place: Place, case: CaseRow, viewer: Viewer) -> CaseView:
    """The same of a case whose row is at hand."""
    # A row may be gone meanwhile: the task that wrote it was lost, and is done again.
    whole = await cases.whole(place, case.case_id) or cases.Whole(case)
    return await seen_with_awaited(place, whole, viewer)


async def timeline_of(
    connection: AsyncConnection, means: Services, case: CaseRow, viewer: Viewer, since: int = 0
) -> list[Line]:
    """The case's story for this reader, oldest first."""
    cipher = means.keys.cached(case.case_id) or await means.keys.cipher(case.case_id)
    events = await stored_events(connection, case.case_id, cipher, since)
    return lines(events, case, viewer)
