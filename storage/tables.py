"""Tables of cases. Declarations only: queries live beside, one module per aggregate.

Two families. *Sources*: applications, submissions, acts, files, numbers, effects, case_events: written
once, never rebuilt. *Read model*: cases, tasks, clocks, documents, messages, case_links and
those of `tables_notices`: written by the projector alone, and equal to a rebuild from case_events (claims apart,
which are SQL only).
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base
from storage.tables_read_model import (
    CaseLinkRow as CaseLinkRow,
)
from storage.tables_read_model import (
    CaseRow as CaseRow,
)
from storage.tables_read_model import (
    ClaimLogRow as ClaimLogRow,
)
from storage.tables_read_model import (
    ClockRow as ClockRow,
)
from storage.tables_read_model import (
    DocumentRow as DocumentRow,
)
from storage.tables_read_model import (
    MessageRow as MessageRow,
)
from storage.tables_read_model import (
    PromiseRow as PromiseRow,
)
from storage.tables_read_model import (
    TaskRow as TaskRow,
)

Instant = DateTime(timezone=True)
EMPTY_OBJECT = text("'{}'::jsonb")
EMPTY_LIST = text("'[]'::jsonb")


class AppClockRow(Base):
    """The one clock of SQL, API and twins. `frozen_at` is set in stories only."""

    __tablename__ = "app_clock"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    frozen_at: Mapped[datetime | None] = mapped_column(Instant)


class CaseKeyRow(Base):
    """A case's data key, wrapped by the installation's key. Empty once destroyed (erasure)."""

    __tablename__ = "case_keys"
    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)


# -- sources ------------------------------------------------------------------------------------


class ApplicationRow(Base):
    """A draft, and later the application's head. Its id is the case id and the workflow id."""

    __tablename__ = "applications"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'submitted', 'deleted')", name="state"),
        Index(None, "owner", "updated_at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    procedure: Mapped[str] = mapped_column(String(64))
    catalogue_version: Mapped[str] = mapped_column(String(16))
    office: Mapped[str] = mapped_column(String(64))
    owner: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), server_default="draft")
    title: Mapped[str] = mapped_column(Text, server_default="")
    form: Mapped[bytes] = mapped_column(LargeBinary)
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)


class SubmissionRow(Base):
    """One version of the applicant's file, as handed in. Never changed."""

    __tablename__ = "submissions"
    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    act_id: Mapped[UUID] = mapped_column(unique=True)
    digest: Mapped[str] = mapped_column(String(64))
    parts: Mapped[dict[str, str]] = mapped_column(JSONB)
    form: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(Instant)


class FileRow(Base):
    """An uploaded file: its bytes are in the store before this row exists."""

    __tablename__ = "files"
    __table_args__ = (Index(None, "case_id"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    owner: Mapped[str] = mapped_column(String(64))
    part: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    stored_id: Mapped[str] = mapped_column(String(128))
    retention: Mapped[str] = mapped_column(String(32))
    uploaded_at: Mapped[datetime] = mapped_column(Instant)
    removed_at: Mapped[datetime | None] = mapped_column(Instant)


class ActRow(Base):
    """Whatever a person or register does to a case, durable before its answer (promise 1)."""

    __tablename__ = "acts"
    __table_args__ = (
        CheckConstraint("state IN ('received', 'applied', 'refused')", name="state"),
        Index(None, "case_id", "received_at"),
        Index("ix_acts_waiting", "received_at", postgresql_where=text("NOT settled")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(48))
    task_id: Mapped[str | None] = mapped_column(String(64))
    actor_id: Mapped[str] = mapped_column(String(64))
    # SHA-256 of what the caller sent: the same id with another body is refused.
    digest: Mapped[str] = mapped_column(String(64))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(String(16), server_default="received")
    revision: Mapped[int | None] = mapped_column(Integer)
    refusal: Mapped[str | None] = mapped_column(String(48))
    refusal_message: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    # The case itself answered, so the engine has it for good; until then it is sent again. `applied`
    # alone may come from a workflow task that was lost with the engine after its projection's commit.
    settled: Mapped[bool] = mapped_column(server_default=text("false"))


class QualityEventRow(Base):
    """A refused act that supervision must see (a second one-time notice, a barred grant…)."""

    __tablename__ = "quality_events"
    act_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(48))
    actor_id: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant)


class NumberSeriesRow(Base):
    """The counter of one series; its row lock is what makes a number unique."""

    __tablename__ = "number_series"
    series: Mapped[str] = mapped_column(String(96), primary_key=True)
    last: Mapped[int] = mapped_column(BigInteger)


class NumberRow(Base):
    """Every number ever taken. A gap is explained by a void row, never by a missing one."""

    __tablename__ = "numbers"
    __table_args__ = (
        UniqueConstraint("case_id", "kind"),
        UniqueConstraint("series", "ordinal"),
        CheckConstraint("state IN ('issued', 'void')", name="state"),
    )
    number: Mapped[str] = mapped_column(String(96), primary_key=True)
    series: Mapped[str] = mapped_column(String(96))
    ordinal: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(48))
    case_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(String(16), server_default="issued")
    reason: Mapped[str] = mapped_column(Text, server_default="")
    issued_at: Mapped[datetime] = mapped_column(Instant)


class EffectRow(Base):
    """A call outside: intent before, result after, one row per (case, kind, seq) (promise 4)."""

    __tablename__ = "effects"
    __table_args__ = (
        CheckConstraint("state IN ('intent', 'waiting', 'done', 'refused')", name="state"),
        Index("ix_effects_open", "case_id", postgresql_where=text("state IN ('intent','waiting')")),
    )
    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(48), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    register_name: Mapped[str] = mapped_column(String(32))
    request_id: Mapped[str] = mapped_column(String(128), unique=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    last_error: Mapped[str] = mapped_column(Text, server_default="")
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)
    intent_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)


class CaseEventRow(Base):
    """The permanent record of a case, hash-chained over stored canonical bytes (promise 3)."""

    __tablename__ = "case_events"
    __table_args__ = (Index(None, "act_id"),)
    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant)
    actor_id: Mapped[str] = mapped_column(String(64))
    act_id: Mapped[UUID | None]
    canonical: Mapped[bytes] = mapped_column(LargeBinary)
    prev_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    # Personal data: sealed with the case's key; the canonical bytes hold a salted digest of it.
    details: Mapped[bytes | None] = mapped_column(LargeBinary)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    run_id: Mapped[str] = mapped_column(String(64))
    task_at: Mapped[datetime] = mapped_column(Instant)


class SupersededEventRow(Base):
    """Rows that a lost workflow task had committed; the later task's rows took their place."""

    __tablename__ = "superseded_events"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    case_id: Mapped[UUID] = mapped_column(index=True)
    revision: Mapped[int]
    kind: Mapped[str] = mapped_column(String(64))
    canonical: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    run_id: Mapped[str] = mapped_column(String(64))
    task_at: Mapped[datetime] = mapped_column(Instant)
    superseded_at: Mapped[datetime] = mapped_column(Instant)


class IdempotencyRow(Base):
    """Answers of REST calls by (person, key): the same key and body get the same answer."""

    __tablename__ = "idempotency"
    person_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None] = mapped_column(Integer)
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)
    location: Mapped[str | None] = mapped_column(Text)
    etag: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)


class AccessLogRow(Base):
    """Who looked into a case's engine history or revealed masked data: reading is recorded."""

    __tablename__ = "access_log"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(64))
    case_id: Mapped[UUID | None] = mapped_column(index=True)
    what: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant)
