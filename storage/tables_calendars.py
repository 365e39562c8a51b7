"""Office calendars published in the installation (节假日安排): editions, who put them in force, and what moved."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base

Instant = DateTime(timezone=True)


class CalendarEditionRow(Base):
    """One edition of a year's calendar. Never changed: cases are computed from it."""

    __tablename__ = "calendar_editions"
    __table_args__ = (UniqueConstraint("year", "version"),)

    pin: Mapped[str] = mapped_column(String(16), primary_key=True)
    year: Mapped[int]
    version: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    digest: Mapped[str] = mapped_column(String(64))
    uploaded_by: Mapped[UUID]
    uploaded_at: Mapped[datetime] = mapped_column(Instant)


class CalendarPublicationRow(Base):
    """An edition put in force for its year, or taken back: ordered by one person, approved by a second.

    `pin` "" returns to the release's own edition. `before` is what was in force when it was ordered.
    """

    __tablename__ = "calendar_publications"
    __table_args__ = (
        CheckConstraint("approved_by <> ordered_by", name="two_persons"),
        # One open matter per year: a preview speaks of what is in force.
        Index(
            "uq_calendar_publications_open",
            "year",
            unique=True,
            postgresql_where=text("finished_at IS NULL AND refused_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    year: Mapped[int]
    pin: Mapped[str] = mapped_column(String(16))
    before: Mapped[str] = mapped_column(String(16))
    edition: Mapped[str] = mapped_column(String(16), ForeignKey("calendar_editions.pin"))
    reason: Mapped[str] = mapped_column(Text)
    ordered_by: Mapped[UUID]
    ordered_at: Mapped[datetime] = mapped_column(Instant)
    previewed_at: Mapped[datetime | None] = mapped_column(Instant)
    approved_by: Mapped[UUID | None]
    approved_at: Mapped[datetime | None] = mapped_column(Instant)
    refused_by: Mapped[UUID | None]
    refused_at: Mapped[datetime | None] = mapped_column(Instant)
    refusal: Mapped[str] = mapped_column(Text, server_default="")
    begun_at: Mapped[datetime | None] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    total: Mapped[int] = mapped_column(Integer, server_default="0")
    examined: Mapped[int] = mapped_column(Integer, server_default="0")
    passes: Mapped[int] = mapped_column(Integer, server_default="0")


class CalendarMoveRow(Base):
    """One clock that a publication moves: foreseen by the preview, told to its case, or both."""

    __tablename__ = "calendar_moves"
    __table_args__ = (
        CheckConstraint("state IN ('foreseen', 'moving', 'moved', 'gone')", name="state"),
        Index(None, "publication", "procedure"),
    )

    publication: Mapped[int] = mapped_column(
        ForeignKey("calendar_publications.id"), primary_key=True
    )
    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    clock_id: Mapped[str] = mapped_column(String(16))
    procedure: Mapped[str] = mapped_column(String(64))
    office: Mapped[str] = mapped_column(String(64))
    number: Mapped[str] = mapped_column(String(64), server_default="")
    old_end: Mapped[date] = mapped_column(Date)
    new_end: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(16))
    told_at: Mapped[datetime | None] = mapped_column(Instant)
