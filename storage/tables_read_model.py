"""The read model: written by the projector alone, and equal to a rebuild from `case_events` (claims apart,
which are SQL only)."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    String,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base

Instant = DateTime(timezone=True)
EMPTY_OBJECT = text("'{}'::jsonb")
EMPTY_LIST = text("'[]'::jsonb")


class CaseRow(Base):
    __tablename__ = "cases"
    __table_args__ = (
        Index(None, "owner", "opened_at"),
        Index(None, "procedure", "stage"),
        Index("ix_cases_number", "case_no", unique=True),
        Index("ix_cases_receipt", "receipt_no", unique=True),
        # The whole life of a device: every case that names it.
        Index(
            "ix_cases_device",
            text("(numbers ->> 'device')"),
            postgresql_where=text("numbers ? 'device'"),
        ),
    )
    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    procedure: Mapped[str] = mapped_column(String(64))
    office: Mapped[str] = mapped_column(String(64))
    owner: Mapped[str] = mapped_column(String(64))
    owner_name: Mapped[str] = mapped_column(Text, server_default="")
    title: Mapped[str] = mapped_column(Text, server_default="")
    stage: Mapped[str] = mapped_column(String(48))
    revision: Mapped[int]
    receipt_no: Mapped[str | None] = mapped_column(String(64))
    case_no: Mapped[str | None] = mapped_column(String(64))
    numbers: Mapped[dict[str, str]] = mapped_column(JSONB, server_default=EMPTY_OBJECT)
    table_version: Mapped[str] = mapped_column(String(16))
    catalogue_version: Mapped[str] = mapped_column(String(16))
    law_edition: Mapped[str] = mapped_column(String(16))
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    opened_at: Mapped[datetime] = mapped_column(Instant)
    accepted_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    outcome: Mapped[str | None] = mapped_column(String(48))
    level: Mapped[str] = mapped_column(String(16), server_default="")
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    first_handler: Mapped[str] = mapped_column(Text, server_default="")
    passed: Mapped[list[Any]] = mapped_column(JSONB, server_default=EMPTY_LIST)
    parties: Mapped[list[Any]] = mapped_column(JSONB, server_default=EMPTY_LIST)
    facts: Mapped[list[Any]] = mapped_column(JSONB, server_default=EMPTY_LIST)
    notices: Mapped[list[Any]] = mapped_column(JSONB, server_default=EMPTY_LIST)
    duties: Mapped[list[Any]] = mapped_column(JSONB, server_default=EMPTY_LIST)
    decision: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=EMPTY_OBJECT)
    waiting: Mapped[list[Any]] = mapped_column(JSONB, server_default=EMPTY_LIST)


class TaskRow(Base):
    """A human task. The inbox reads one covering index: group, due, open only."""

    __tablename__ = "tasks"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'done', 'dropped')", name="state"),
        Index(None, "case_id"),
        Index(
            "ix_tasks_inbox",
            "pool",
            "due_at",
            "task_id",
            postgresql_where=text("state = 'open'"),
            postgresql_include=[
                "case_id",
                "form",
                "stage",
                "procedure",
                "title",
                "number",
                "clock",
                "level",
                "assignee",
                "claimed_by",
                "claimed_name",
                "claimed_at",
                "claim_version",
                "opened_at",
            ],
        ),
        Index(
            "ix_tasks_claimed",
            "claimed_by",
            "due_at",
            "task_id",
            postgresql_where=text("state = 'open' AND claimed_by IS NOT NULL"),
        ),
        # What a head has handed to somebody and nobody has claimed yet.
        Index(
            "ix_tasks_handed",
            "assignee",
            "due_at",
            "task_id",
            postgresql_where=text("state = 'open' AND claimed_by IS NULL AND assignee IS NOT NULL"),
        ),
    )
    task_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    case_id: Mapped[UUID]
    pool: Mapped[str] = mapped_column(String(96))
    role: Mapped[str] = mapped_column(String(48))
    duty: Mapped[str] = mapped_column(String(48))
    form: Mapped[str] = mapped_column(String(96))
    stage: Mapped[str] = mapped_column(String(48))
    procedure: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200))
    number: Mapped[str] = mapped_column(String(64))
    clock: Mapped[str | None] = mapped_column(String(32))
    level: Mapped[str] = mapped_column(String(16), server_default="")
    # Tasks without a clock sort last: 'infinity' keeps one index order.
    due_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(String(8))
    assignee: Mapped[str | None] = mapped_column(String(64))
    context: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=EMPTY_OBJECT)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_by: Mapped[str | None] = mapped_column(String(64))
    # Claims: SQL only, never rebuilt from events.
    claimed_by: Mapped[str | None] = mapped_column(String(64))
    claimed_name: Mapped[str | None] = mapped_column(String(100))
    claimed_at: Mapped[datetime | None] = mapped_column(Instant)
    claim_version: Mapped[int] = mapped_column(Integer, server_default="0")
    # Set in the transaction that writes the completing act: no release or second claim meanwhile.
    completing_act: Mapped[UUID | None]


class ClaimLogRow(Base):
    __tablename__ = "claim_log"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    task_id: Mapped[str] = mapped_column(String(64), index=True)
    person_id: Mapped[str] = mapped_column(String(64))
    what: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text, server_default="")
    at: Mapped[datetime] = mapped_column(Instant)


class ClockRow(Base):
    """An index of running clocks for inbox, sweep and pages; the case holds the authority."""

    __tablename__ = "clocks"
    __table_args__ = (
        Index(
            "ix_clocks_due",
            "next_rung_at",
            postgresql_where=text("state = 'running' AND next_rung_at IS NOT NULL"),
        ),
        # What is over or nearly over, in the order of its end: the board of lights.
        Index(
            "ix_clocks_ends",
            "ends_at",
            "case_id",
            "key",
            postgresql_where=text("state = 'running'"),
            postgresql_include=["clock_id"],
        ),
    )
    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    clock_id: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    level: Mapped[str] = mapped_column(String(16), server_default="")
    trigger: Mapped[datetime] = mapped_column(Instant)
    raw_end: Mapped[date | None] = mapped_column(Date)
    legal_end: Mapped[date] = mapped_column(Date)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    provisional: Mapped[bool]
    next_rung: Mapped[str | None] = mapped_column(String(32))
    next_rung_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    # What the public was told of its overrun (优化营商环境条例 36), in an officer's own words.
    overdue_reason: Mapped[str] = mapped_column(Text, server_default="")
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)


class DocumentRow(Base):
    """A paper issued in a case; its bytes are in the file store."""

    __tablename__ = "documents"
    __table_args__ = (Index(None, "case_id"),)
    document_id: Mapped[str] = mapped_column(String(96), primary_key=True)
    case_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(48))
    number: Mapped[str] = mapped_column(String(96), index=True)
    # The opaque last part of the verification address (domain.verification).
    slug: Mapped[str] = mapped_column(String(32), unique=True)
    title: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    stored_id: Mapped[str] = mapped_column(String(128))
    size: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(16), server_default="valid")
    holder: Mapped[str] = mapped_column(Text, server_default="")
    issued_at: Mapped[datetime] = mapped_column(Instant)
    body: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=EMPTY_OBJECT)


class MessageRow(Base):
    """What the case tells a person or post (reminder, light, chase); shown on their pages."""

    __tablename__ = "messages"
    __table_args__ = (Index(None, "recipient", "at"), Index(None, "case_id"))
    message_id: Mapped[str] = mapped_column(String(96), primary_key=True)
    case_id: Mapped[UUID]
    recipient: Mapped[str] = mapped_column(String(96))
    kind: Mapped[str] = mapped_column(String(48))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)


class CaseLinkRow(Base):
    """A related case: parent, item, child. Ordinary top-level cases tied by a row (promise 5)."""

    __tablename__ = "case_links"
    __table_args__ = (Index(None, "child_case"),)
    parent_case: Mapped[UUID] = mapped_column(primary_key=True)
    item: Mapped[str] = mapped_column(String(64), primary_key=True)
    child_case: Mapped[UUID]
    procedure: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    outcome: Mapped[str] = mapped_column(String(48), server_default="")


class PromiseRow(Base):
    """A document promised for later (容缺后补): the record of kept and broken promises."""

    __tablename__ = "promises"
    __table_args__ = (
        Index(None, "owner", "state"),
        Index(None, "uscc", "state", postgresql_where=text("uscc IS NOT NULL")),
    )
    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    owner: Mapped[str] = mapped_column(String(64))
    uscc: Mapped[str | None] = mapped_column(String(18))
    part: Mapped[str] = mapped_column(String(64))
    label: Mapped[str] = mapped_column(Text)
    clock: Mapped[str] = mapped_column(String(32))
    promised_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(String(16))
    extended: Mapped[bool]
    files: Mapped[list[Any]] = mapped_column(JSONB, server_default=EMPTY_LIST)
    supplements: Mapped[int] = mapped_column(Integer, server_default="0")
    supplemented_at: Mapped[datetime | None] = mapped_column(Instant)
    late: Mapped[bool]
    action: Mapped[str] = mapped_column(String(24), server_default="")
    order_until: Mapped[date | None] = mapped_column(Date)
    decided_by: Mapped[str] = mapped_column(Text, server_default="")
    cured_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
