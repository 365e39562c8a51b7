"""Papers as a case serves them: the real builder on a case's rows, so that no word of them is written twice."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from activities.context import CaseView, Means
from activities.papers import render
from activities.paperwork import content
from banjian import worker  # noqa: F401 (declares every builder)
from domain.contracts import PaperOrder, RunningClock
from forms.registry import APPLICATIONS
from law import catalogue
from law.calendars import default_calendars
from law.clocks import find_clock
from law.deadlines import deadline
from law.offices import office
from storage.tables import CaseRow, FileRow, SubmissionRow

CASE = UUID("8b2e3f58-52f6-4b4b-9d3c-2f6d1b1e7a10")
OFFICE = "421303"
APPLICANT = "阿依古丽·买买提"


@dataclass(frozen=True)
class Served:
    """One paper of a case.

    Attributes:
        form: what the application says.
        data: what the workflow orders the paper with.
        clocks: key → the instant of its trigger (`D01#1`).
        decision, facts: of the case's row.
        handed: parts of the file.
        says: words that must be on the page.
    """

    stem: str
    kind: str
    form: Mapping[str, Any]
    at: str
    data: Mapping[str, Any] = field(default_factory=dict)
    clocks: Mapping[str, str] = field(default_factory=dict)
    decision: Mapping[str, Any] = field(default_factory=dict)
    facts: tuple[Mapping[str, Any], ...] = ()
    handed: tuple[str, ...] = ()
    received_at: str = "2026-09-18T10:00:00+08:00"
    says: tuple[str, ...] = ()
    variant: str = ""

    @property
    def name(self) -> str:
        return f"{self.stem}-{self.kind}" + (f"-{self.variant}" if self.variant else "")


def running(key: str, since: str) -> RunningClock:
    """A clock as the workflow starts it."""
    at = datetime.fromisoformat(since)
    calendars = default_calendars()
    end = deadline(find_clock(key.partition("#")[0]), at, calendars)
    return RunningClock(
        key=key,
        clock_id=end.clock.id,
        trigger=at,
        started_at=at,
        law_edition="2026.1",
        calendar_pins=list(calendars.pins),
        legal_end=end.legal_end,
        ends_at=end.ends_at,
    )


def view_of(served: Served) -> CaseView:
    row = catalogue.procedure(served.stem)
    form = APPLICATIONS[row.application].model_validate(served.form)
    received = datetime.fromisoformat(served.received_at)
    case = CaseRow(
        case_id=CASE,
        procedure=served.stem,
        office=OFFICE,
        owner_name=APPLICANT,
        title=form.subject(),
        case_no="421303-2026-000123",
        receipt_no="421303-R-2026-000123",
        accepted_at=received,
        numbers={},
        decision=dict(served.decision),
        facts=[dict(f) for f in served.facts],
    )
    means = Means(
        engine=cast(Any, None),
        keys=cast(Any, None),
        files=cast(Any, None),
        registers=cast(Any, None),
        public_url="https://banjian.example",
    )
    return CaseView(
        means=means,
        case_id=CASE,
        case=case,
        submission=SubmissionRow(received_at=received, digest="3f9a" * 16),
        form=form,
        files=[FileRow(part=part) for part in served.handed],
        clocks={key: running(key, since) for key, since in served.clocks.items()},
        row=row,
        office=office(OFFICE),
    )


async def fields_of(served: Served) -> tuple[str, dict[str, Any]]:
    """The kind of the paper's model, and everything it says."""
    order = PaperOrder(
        case_id=str(CASE),
        office=OFFICE,
        procedure=served.stem,
        kind=served.kind,
        at=datetime.fromisoformat(served.at),
        data=dict(served.data),
    )
    return await content(view_of(served), order, "曾市监〔2026〕第000008号")


async def pdf_of(served: Served) -> bytes:
    """As it is issued, without the seal."""
    kind, fields = await fields_of(served)
    return render(kind, fields, timestamp=datetime.fromisoformat(served.at))
