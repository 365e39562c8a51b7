"""What stands behind a record made on the spot: the certificates of those who made it."""

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
