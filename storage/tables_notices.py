"""The read model of public notices (公示) and of what was said to them: written by the projector alone, rebuilt from events.

A notice is on the board by these rows and SQL's clock alone: no worker need run for it to appear to the end of its period.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base

Instant = DateTime(timezone=True)
EMPTY_LIST = text("'[]'::jsonb")


class PublicNoticeRow(Base):
    """A notice: on the board from when it is written to `ends_at`, or until it is stopped.

    `starts_at` and `ended_at` are the case's own instants, by the engine's clock, which may be a moment ahead of SQL's: only
    `ends_at`, the legal end, is compared with that.
    """

    __tablename__ = "public_notices"
    __table_args__ = (
        Index(None, "case_id"),
        # The board: what is on it now, and what was, newest first.
        Index(None, "ends_at"),
        Index(None, "starts_at", "notice_id"),
    )
    notice_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    seq: Mapped[int]
    kind: Mapped[str] = mapped_column(String(48))
    procedure: Mapped[str] = mapped_column(String(64))
    office: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(Text)
    lines: Mapped[list[Any]] = mapped_column(JSONB, server_default=EMPTY_LIST)
    cite: Mapped[str] = mapped_column(Text, server_default="")
    clock: Mapped[str | None] = mapped_column(String(32))
    takes: Mapped[str] = mapped_column(String(16), server_default="")
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    outcome: Mapped[str] = mapped_column(String(16), server_default="")
    reason: Mapped[str] = mapped_column(Text, server_default="")


class ObjectionRow(Base):
    """An objection (异议) or claim (债权申报) received in time. Person, reason and evidence are for officers only."""

    __tablename__ = "objections"
    __table_args__ = (Index(None, "case_id"), Index(None, "notice_id"), Index(None, "person_id"))
    objection_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    notice_id: Mapped[UUID]
    number: Mapped[str] = mapped_column(String(96), server_default="")
    kind: Mapped[str] = mapped_column(String(16))
    by_role: Mapped[str] = mapped_column(String(16))
    department: Mapped[str] = mapped_column(String(32), server_default="")
    person_id: Mapped[str] = mapped_column(String(64), server_default="")
    name: Mapped[str] = mapped_column(Text, server_default="")
    received_at: Mapped[datetime] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(Text, server_default="")
    evidence: Mapped[str] = mapped_column(String(64), server_default="")
    amount: Mapped[str] = mapped_column(String(32), server_default="")
    contact: Mapped[str] = mapped_column(String(64), server_default="")
    state: Mapped[str] = mapped_column(String(16))
    answer: Mapped[str] = mapped_column(Text, server_default="")
    handled_by: Mapped[str] = mapped_column(Text, server_default="")
    handled_at: Mapped[datetime | None] = mapped_column(Instant)
