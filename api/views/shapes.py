"""What REST answers about cases and tasks look like, for the API's description and its clients.

The answers are made by the views; tests compare them with these models.
"""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

LightKind = Literal["green", "amber", "red", "paused", "prov"]


class Shape(BaseModel):
    """Members may be added in v1, never taken away."""

    model_config = ConfigDict(extra="allow")


class LightShape(Shape):
    """How urgent, in words."""

    kind: LightKind
    text: str


class AllowedAction(Shape):
    """What the caller may try now."""

    action: str
    title: str
    method: str
    href: str


class WaitingFor(Shape):
    """Who holds the ball: exactly one."""

    holder: Literal["you", "applicant", "parties", "staff", "register", "system", "nobody"]
    who: str
    todo: str
    until: str
    until_at: AwareDatetime | None
    mine: bool


class Responsible(Shape):
    """Whom to ask (首办责任人)."""

    name: str
    office: str
    phone: str
    hours: str


class LedgerShares(Shape):
    """Three parts that always make the total."""

    total: int
    elapsed: int
    suspended: int
    remaining: int


class LedgerEntry(Shape):
    """A suspension or the extension. `to` is null while the ground holds; `article` is 待核 where it was not read."""

    kind: Literal["suspension", "extension"]
    label: str
    ground: str
    article: str
    role: str
    role_label: str
    paper: str
    expected_end: date | None
    units: int
    days: int
    to: date | None
    since: date


class ClockLedger(Shape):
    """What is used, what did not count and what is left: `units` in the clock's own unit, `days` in calendar days."""

    as_of: date
    unit: str
    units: LedgerShares
    days: LedgerShares
    paused_since: date | None
    legal_end: date | None
    entries: list[LedgerEntry]
    text: str
    standing: str


class SuspensionGround(Shape):
    """A ground on which the law lets the clock stand still, and whether it does now."""

    ground: str
    label: str
    holds: bool


class CaseClock(Shape):
    """A clock of law in the case. `legal_end` is a civil date, `ends_at` the exclusive instant behind it; a clock
    that stands still (`paused`) has neither. `overdue_reason`: what the public was told of an overrun that the agency
    answers for; empty until somebody has said it. `page_url` explains the date to people."""

    key: str
    clock_id: str
    name: str
    state: str
    level: str
    light: LightShape
    overdue: bool
    overdue_reason: str
    binds_agency: bool
    trigger: AwareDatetime
    raw_end: date | None
    legal_end: date | None
    ends_at: AwareDatetime | None
    end_text: str
    provisional: bool
    paused: bool
    extended: bool
    extendable: bool
    suspendable: bool
    suspension_basis: str | None
    grounds: list[SuspensionGround]
    ledger: ClockLedger | None
    closed_at: AwareDatetime | None
    next_rung: str | None
    next_rung_at: AwareDatetime | None
    citation: str
    verified: bool
    verified_label: str
    calendars: list[str]
    page_url: str


class ClockWithTrace(CaseClock):
    """With the reason of every day."""

    deadline: dict[str, JsonValue]


class Case(Shape):
    """A case as the caller may see it. Parties, notices and decision are for those concerned."""

    number: str
    case_id: UUID
    case_no: str | None
    numbers: dict[str, str]
    procedure: str
    procedure_title: str
    title: str
    office: str
    office_name: str
    stage: str
    stage_label: str
    status_text: str
    waiting_for: WaitingFor
    overdue: bool
    overdue_text: str
    responsible: Responsible
    version: int
    revision: int
    opened_at: AwareDatetime
    accepted_at: AwareDatetime | None
    closed_at: AwareDatetime | None
    outcome: str | None
    clocks: list[CaseClock]
    allowed_actions: list[AllowedAction]
    timeline_url: str
    events_url: str
    clocks_url: str
    documents_url: str
    diagram_url: str
    page_url: str


class CaseSummary(Shape):
    """A case in lists."""

    number: str
    case_id: UUID
    case_no: str | None
    procedure: str
    procedure_title: str
    title: str
    stage: str
    stage_label: str
    level: str
    due_at: AwareDatetime | None
    opened_at: AwareDatetime
    closed_at: AwareDatetime | None
    outcome: str | None
    url: str
    page_url: str


class CaseList(Shape):
    items: list[CaseSummary]
    next_cursor: str | None


class ShownLink(Shape):
    text: str
    href: str


class TimelineEntry(Shape):
    """What happened, in the past tense, in the caller's language."""

    revision: int
    kind: str
    at: AwareDatetime
    text: str
    by: str
    links: list[ShownLink]


class Timeline(Shape):
    items: list[TimelineEntry]


class ClockList(Shape):
    items: list[ClockWithTrace]


class CaseDocument(Shape):
    """A paper of the case."""

    document_id: str
    kind: str
    number: str
    title: str
    state: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    size: int
    issued_at: AwareDatetime
    content_url: str
    page_url: str
    verification_url: str


class DocumentList(Shape):
    items: list[CaseDocument]


class CaseMessage(Shape):
    """What the case told the caller."""

    kind: str
    text: str
    at: AwareDatetime


class MessageList(Shape):
    items: list[CaseMessage]


class TaskClaim(Shape):
    """Who works on the task; after `until` a colleague may take over."""

    mine: bool
    holder: str | None
    at: AwareDatetime
    until: AwareDatetime


class TaskSummary(Shape):
    """A task in lists; `etag` is what claim, release and complete ask for."""

    task_id: str
    case_id: UUID
    number: str
    procedure: str
    procedure_title: str
    title: str
    form: str
    form_title: str
    stage: str
    stage_label: str
    role: str
    role_label: str
    state: str
    opened_at: AwareDatetime
    due_at: AwareDatetime | None
    due_text: str
    clock: str | None
    level: str
    light: LightShape | None
    provisional: bool
    assigned_to_me: bool
    claim: TaskClaim | None
    etag: str
    url: str
    case_url: str
    page_url: str
    due_page_url: str | None


class TaskList(Shape):
    items: list[TaskSummary]
    next_cursor: str | None


class ClaimEntry(Shape):
    what: str
    at: AwareDatetime
    reason: str


class Task(TaskSummary):
    """A task with its context and who claimed it."""

    duty: str
    context: dict[str, JsonValue]
    closed_at: AwareDatetime | None
    claim_log: list[ClaimEntry]
    allowed_actions: list[AllowedAction]


class ActOutcome(Shape):
    """`applied`: the effect can be read; `received`: durable and on its way (202)."""

    act_id: UUID
    state: Literal["applied", "received"]
    received_at: AwareDatetime
    revision: int | None
    act_url: str


class ActRefusal(Shape):
    code: str
    detail: str


class Act(Shape):
    """What became of an act."""

    act_id: UUID
    kind: str
    state: Literal["received", "applied", "refused"]
    received_at: AwareDatetime
    revision: int | None
    refusal: ActRefusal | None
    case_url: str | None


class CallbackTaken(Shape):
    """The register's answer is durable."""

    act_id: UUID
    state: Literal["applied", "received"]


class CountedDay(Shape):
    date: date
    kind: str
    number: int | None
    reason: str
    source: str


class DeadlineResult(Shape):
    """When the clock ends. `days` is null for periods of more than about eleven years; `trace` holds runs."""

    clock: str
    name: str
    citation: str
    verified: str
    starts_at: AwareDatetime
    raw_end: date
    legal_end: date
    ends_at: AwareDatetime
    provisional: bool
    paused: bool
    trace: list[dict[str, Any]]
    days: list[CountedDay] | None


class Verification(Shape):
    """The proof of the record."""

    case_id: UUID
    ok: bool
    events: int
    head: str
    erased: bool
    findings: list[dict[str, str]]


class Alive(Shape):
    status: str
