"""What stands behind a record made on the spot: certificates of those who made it, photos of what they saw."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, DateTime, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base

Instant = DateTime(timezone=True)


class OfficerCertificateRow(Base):
    """A certificate of an officer (执法证件). Rows are added and revoked, never changed: a renewal is a row of its own.

    `valid_from`, `valid_until`: civil days of Shanghai, both included. `added_by`, `revoked_by`: sign-in names.
    """

    __tablename__ = "officer_certificates"
    __table_args__ = (
        CheckConstraint("kind IN ('enforcement', 'equipment')", name="kind"),
        CheckConstraint("valid_from <= valid_until", name="term"),
        Index(None, "account_id"),
        Index(None, "kind", "number", "valid_from", unique=True),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    number: Mapped[str] = mapped_column(String(64))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date] = mapped_column(Date)
    added_by: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime] = mapped_column(Instant)
    revoked_by: Mapped[str | None] = mapped_column(String(64))
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_reason: Mapped[str | None] = mapped_column(Text)


class PhotoRow(Base):
    """A photo of the spot, or a signature drawn on the screen: its bytes are the file's (`files`, part `photo`).

    `sha256`: of the content; the record names its photos by it. `taken_at`: as the telephone says, whose clock nobody checks.
    """

    __tablename__ = "photos"
    __table_args__ = (
        CheckConstraint("kind IN ('photo', 'signature')", name="kind"),
        Index(None, "task_id", "sha256", unique=True),
        Index(None, "case_id"),
    )
    file_id: Mapped[UUID] = mapped_column(ForeignKey("files.id"), primary_key=True)
    case_id: Mapped[UUID]
    task_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    sha256: Mapped[str] = mapped_column(String(64))
    taken_at: Mapped[datetime | None] = mapped_column(Instant)
    received_at: Mapped[datetime] = mapped_column(Instant)
