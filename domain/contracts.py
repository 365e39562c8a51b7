"""What is written into a case's history.

Histories outlive releases: a field may be added with a default, never renamed or retyped.
Unknown fields are ignored on reading (an older history, a newer writer).
"""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from domain.contract import Contract as Contract
from domain.promises import Promise
from domain.public_notices import Objection, PublicNotice


class Actor(Contract):
    """Who acts. `person_id` is opaque; `name` is shown on the case's own pages only."""

    person_id: str
    name: str = ""
    roles: list[str] = Field(default_factory=list)
    office: str = ""
    certificates: list[str] = Field(default_factory=list)
    acting_for: str | None = None
    claim_version: int = 0


SYSTEM = Actor(person_id="system", name="系统", roles=["system"])


class Command(Contract):
    """One act on its way to the case, signed by the API over everything but the signature.

    `received_at` is the instant (SQL clock) at which the act became durable: it decides whether
    the act was in time (电子签名法 art. 11), whatever the processing instant. `known`: what the API read
    of persons and files that the answers name, so that a validator, which reads no database, can judge it.
    """

    act_id: str
    case_id: str
    kind: str
    received_at: datetime
    actor: Actor
    task_id: str | None = None
    data: dict[str, Any] = Field(default_factory=dict)
    known: dict[str, Any] = Field(default_factory=dict)
    key_id: str = ""
    signature: str = ""


class ActResult(Contract):
    """Returned once the read model shows the act, so that the actor's next page does too."""

    case_id: str
    revision: int
    stage: str


class FileVersion(Contract):
    """One version of the applicant's file: digests only, the content stays in the database."""

    version: int
    digest: str
    received_at: datetime
    parts: dict[str, str] = Field(default_factory=dict)


class NoticeGiven(Contract):
    """A one-time notice (一次性告知): on which version, and what it listed."""

    version: int
    digest: str
    gaps: list[str] = Field(default_factory=list)
    at: datetime


class Duty(Contract):
    """Who did what in the case, for the separation-of-duty rules (law.md SOD-1…16)."""

    duty: str
    person_id: str
    name: str = ""


class OpenTask(Contract):
    task_id: str
    form: str
    role: str
    duty: str
    stage: str
    opened_at: datetime
    clock: str | None = None
    due_at: datetime | None = None
    assignee: str | None = None
    context: dict[str, Any] = Field(default_factory=dict)


class TaskAnswer(Contract):
    answers: dict[str, Any]
    actor: Actor
    received_at: datetime
    known: dict[str, Any] = Field(default_factory=dict)


class ExtensionGrant(Contract):
    """An extension: asked by, approved by (never the same person, SOD-11), and why.

    `length`: what the approver set where the clock's row leaves it open, in `Clock.extension_set_in`; else None.
    """

    asked_by: str
    approved_by: str
    reason: str
    at: datetime
    length: int | None = None


class Pause(Contract):
    """A suspension of a clock (行政许可法 art. 45): days from `start` to `end` do not count.

    `end` is None while the ground holds. `expected` is the day by which it should end, as the party
    was told in the notice `paper`; `by` declared it in the role `role`, `ended_by` ended it. One that
    `lapses` ends by itself with its expected day.
    """

    # Of the case, in the order of the acts; 0 in histories older than suspensions.
    number: int = 0
    start: date
    end: date | None = None
    ground: str
    article: str = ""
    paper: str = ""
    expected: date | None = None
    reason: str = ""
    by: str = ""
    role: str = ""
    at: datetime | None = None
    ended_by: str = ""
    ended_at: datetime | None = None
    lapses: bool = False


class RungState(Contract):
    kind: str
    at: datetime
    role: str
    fired_at: datetime | None = None


class RunningClock(Contract):
    """A clock of law running in a case. `key` is `<clock id>#<n>`; editions are pinned."""

    key: str
    clock_id: str
    trigger: datetime
    started_at: datetime
    law_edition: str
    calendar_pins: list[str] = Field(default_factory=list)
    length: int | None = None
    raw_end: date | None = None
    legal_end: date
    ends_at: datetime
    provisional: bool = False
    extension: ExtensionGrant | None = None
    pauses: list[Pause] = Field(default_factory=list)
    rungs: list[RungState] = Field(default_factory=list)
    # Stands still now (an open pause): its end is not known, `legal_end` is the earliest possible one.
    paused: bool = False
    # Rungs of earlier ends that somebody was told.
    told: list[RungState] = Field(default_factory=list)
    state: str = "running"
    level: str = ""
    closed_at: datetime | None = None
    subject: str = ""


class Party(Contract):
    """A person who must authenticate or sign; the identity number stays in the database."""

    party_id: str
    name: str
    parts: list[str] = Field(default_factory=list)
    signs: bool = False
    authenticated_at: datetime | None = None
    signed_at: datetime | None = None
    refused: str | None = None


class EffectState(Contract):
    """A call to a register that the case waits for or has had."""

    kind: str
    seq: int
    register_name: str
    state: str = "waiting"
    request_id: str = ""
    request_hash: str = ""
    answer: dict[str, Any] = Field(default_factory=dict)


class PaperServed(Contract):
    """A paper issued in the case: its number, its bytes by digest, and what it is."""

    document_id: str
    kind: str
    number: str
    title: str
    sha256: str
    stored_id: str
    size: int
    issued_at: datetime


class Fact(Contract):
    """One fact beside its law, as the clerk reads it. `state`: ok, open, bad."""

    code: str
    state: str
    fact: str
    rule: str
    cite: str
    source: str = ""


class RelatedCase(Contract):
    case_id: str
    item: str
    procedure: str
    state: str = "open"
    outcome: str = ""


class CaseState(Contract):
    """All that a case carries across continue-as-new. Tested to stay under 1 MB."""

    stage: str
    revision: int = 0
    title: str = ""
    numbers: dict[str, str] = Field(default_factory=dict)
    versions: list[FileVersion] = Field(default_factory=list)
    notices: list[NoticeGiven] = Field(default_factory=list)
    duties: list[Duty] = Field(default_factory=list)
    tasks: dict[str, OpenTask] = Field(default_factory=dict)
    tasks_opened: int = 0
    clocks: dict[str, RunningClock] = Field(default_factory=dict)
    parties: list[Party] = Field(default_factory=list)
    effects: dict[str, EffectState] = Field(default_factory=dict)
    papers: list[PaperServed] = Field(default_factory=list)
    facts: list[Fact] = Field(default_factory=list)
    related: dict[str, RelatedCase] = Field(default_factory=dict)
    accepted_at: datetime | None = None
    decision: dict[str, Any] = Field(default_factory=dict)
    memo: dict[str, Any] = Field(default_factory=dict)
    # Instants at which the case looks again (chasing signatories…), beside the clocks of law.
    alarms: dict[str, datetime] = Field(default_factory=dict)
    passed: list[dict[str, str]] = Field(default_factory=list)
    applied: list[str] = Field(default_factory=list)
    owner: str = ""
    first_handler: str = ""
    # The calendars of the case since a publication reached it; empty: those of its opening.
    calendar_pins: list[str] = Field(default_factory=list)
    calendar_order: int = 0
    public_notices: list[PublicNotice] = Field(default_factory=list)
    objections: list[Objection] = Field(default_factory=list)
    # Documents promised for later (容缺后补).
    promises: list[Promise] = Field(default_factory=list)


class CaseInput(Contract):
    """Identifiers, editions and policy. `opening` is the act that opened the case."""

    case_id: str
    procedure: str
    office: str
    catalogue_version: str
    table_version: str
    law_edition: str
    calendar_pins: list[str] = Field(default_factory=list)
    # The last publication of a calendar that the pins know of.
    calendar_order: int = 0
    opening: Command
    parent_case: str | None = None
    parent_item: str | None = None
    sweep: bool = True
    # Stories, tests and benches only: a constant added to workflow.now(). Refused in production.
    offset_seconds: float = 0.0
    resumed: CaseState | None = None


class CaseOutcome(Contract):
    case_id: str
    stage: str
    closed_at: datetime


class Changes(Contract):
    """What an event changes in the read model: applied by the projector, and by a rebuild."""

    case: dict[str, Any] = Field(default_factory=dict)
    tasks: list[dict[str, Any]] = Field(default_factory=list)
    clocks: list[dict[str, Any]] = Field(default_factory=list)
    documents: list[dict[str, Any]] = Field(default_factory=list)
    messages: list[dict[str, Any]] = Field(default_factory=list)
    links: list[dict[str, Any]] = Field(default_factory=list)
    public_notices: list[dict[str, Any]] = Field(default_factory=list)
    objections: list[dict[str, Any]] = Field(default_factory=list)
    promises: list[dict[str, Any]] = Field(default_factory=list)


class CaseEvent(Contract):
    """One entry of the case's story: past tense, actor named, with what it changed.

    `at` is the instant in law (a human act's `received_at`, a clock's own instant);
    `processed_at` is when the case dealt with it.
    """

    revision: int
    kind: str
    at: datetime
    processed_at: datetime
    actor: Actor
    act_id: str | None = None
    data: dict[str, Any] = Field(default_factory=dict)
    internal: dict[str, Any] = Field(default_factory=dict)
    changes: Changes = Field(default_factory=Changes)


class Projection(Contract):
    """One batch for the read model, fenced by (run, instant of the workflow task)."""

    case_id: str
    run_id: str
    task_at: datetime
    events: list[CaseEvent]
    # The last publication of a calendar that the case knows of: the answer tells of a later one.
    calendar_order: int = 0


class NumberOrder(Contract):
    case_id: str
    kind: str
    office: str
    procedure: str
    at: datetime


class PaperOrder(Contract):
    """Issue a paper once: (case, kind, seq) is unique, so a retry finds the same document."""

    case_id: str
    office: str
    procedure: str
    kind: str
    seq: int = 1
    at: datetime
    data: dict[str, Any] = Field(default_factory=dict)


class RegisterCall(Contract):
    """Ask a register for an effect once: (case, kind, seq) is the idempotency key."""

    case_id: str
    kind: str
    seq: int = 1
    at: datetime
    args: dict[str, Any] = Field(default_factory=dict)


class RegisterAnswer(Contract):
    """`state`: done, waiting (an answer will be called back), refused (permanently)."""

    state: str
    register_name: str = ""
    request_id: str = ""
    request_hash: str = ""
    answer: dict[str, Any] = Field(default_factory=dict)
    code: str = ""
    message: str = ""


class PendingQuery(Contract):
    case_id: str
    before: datetime


class PendingActs(Contract):
    commands: list[Command] = Field(default_factory=list)
