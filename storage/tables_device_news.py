"""What the equipment platform says of devices: how far it was heard, and what of it a person has to look at."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Index, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base

Instant = DateTime(timezone=True)


class DeviceHearingRow(Base):
    """How far the platform's list of changes was read for an office: the newest revision, and when it was asked last."""

    __tablename__ = "device_hearings"
    office: Mapped[str] = mapped_column(String(64), primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger)
    heard_at: Mapped[datetime] = mapped_column(Instant)


class DeviceDifferenceRow(Base):
    """Something that the platform says of a device and that is not taken over, until a person settles it.

    `kinds`: why not. `theirs`: all that the platform said; `ours`: what the register had then. The same saying is kept once, also after it was settled. `choice`: `platform`, `ours`; what is to be taken over is done by the
    next turn (`applied_at`).
    """

    __tablename__ = "device_differences"
    __table_args__ = (
        Index(None, "device", "digest", unique=True),
        Index(
            "ix_device_differences_open",
            "office",
            "found_at",
            "id",
            postgresql_where=text("choice IS NULL"),
        ),
        Index(
            "ix_device_differences_to_apply",
            "office",
            postgresql_where=text("choice = 'platform' AND applied_at IS NULL"),
        ),
        Index(None, "office", "found_at", "id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    office: Mapped[str] = mapped_column(String(64))
    device: Mapped[str] = mapped_column(String(20))
    digest: Mapped[str] = mapped_column(String(64))
    kinds: Mapped[list[str]] = mapped_column(JSONB)
    ours: Mapped[dict[str, Any]] = mapped_column(JSONB)
    theirs: Mapped[dict[str, Any]] = mapped_column(JSONB)
    found_at: Mapped[datetime] = mapped_column(Instant)
    choice: Mapped[str | None] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(Text)
    settled_by: Mapped[str | None] = mapped_column(String(64))
    settled_name: Mapped[str | None] = mapped_column(Text)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    applied_at: Mapped[datetime | None] = mapped_column(Instant)
