"""The register of devices (特种设备台账) and of what must be done again and again (周期性义务).

Rows, not cases: a case exists only while an obligation is open. The end of a term is in `due_on`, so what has lapsed is seen
by the day alone, whether or not a worker runs.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Boolean, Date, DateTime, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base

Instant = DateTime(timezone=True)


class DeviceRow(Base):
    """A device as this bureau has it. `kind` and `category` are codes of the catalogue (特种设备目录).

    `revision` and `seen_at`: what of the platform was taken over last, and when. `registered_by`: the case of its use
    registration; None where it came from the platform. `state_since`: when its state was seen to change last; None: as entered.
    """

    __tablename__ = "devices"
    __table_args__ = (
        Index(None, "office", "category", "state"),
        # The list in the order of the codes, with what it is narrowed by.
        Index(None, "office", "code", postgresql_include=["category", "state"]),
        Index(None, "uscc"),
        Index(None, "registration_number"),
    )
    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    office: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(4))
    category: Mapped[str] = mapped_column(String(4))
    uscc: Mapped[str] = mapped_column(String(18))
    unit: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    state_since: Mapped[datetime | None] = mapped_column(Instant)
    registration_number: Mapped[str | None] = mapped_column(String(64))
    registered_by: Mapped[UUID | None]
    registered_on: Mapped[date | None] = mapped_column(Date)
    inspection_valid_until: Mapped[date | None] = mapped_column(Date)
    key_unit: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    revision: Mapped[int] = mapped_column(server_default="0")
    seen_at: Mapped[datetime | None] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)


class ObligationRow(Base):
    """One duty of one subject (a device, a unit): its term as it runs now.

    `since` is the day from which the term counts, `due_on` its last day, `opens_on` the day on which its case opens.
    `resting`: no case; `open`: `case_id` is at it; `ended`: the subject has it no more.
    """

    __tablename__ = "obligations"
    __table_args__ = (
        Index(None, "procedure", "subject", unique=True),
        Index(
            "ix_obligations_opening", "opens_on", "id", postgresql_where=text("state = 'resting'")
        ),
        Index(
            "ix_obligations_due",
            "office",
            "procedure",
            "due_on",
            postgresql_where=text("state <> 'ended'"),
        ),
        Index(None, "subject"),
        Index(None, "uscc"),
        Index(None, "case_id", postgresql_where=text("case_id IS NOT NULL")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    procedure: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(32))
    office: Mapped[str] = mapped_column(String(64))
    uscc: Mapped[str] = mapped_column(String(18))
    since: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    opens_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(16))
    case_id: Mapped[UUID | None]
    updated_at: Mapped[datetime] = mapped_column(Instant)


class DeviceProhibitionRow(Base):
    """That a case has a ground on which the use of a device stands prohibited. No rows for a device that may be used.

    `entered`: the platform has the prohibition under this case, and takes its lifting in this case's name alone. `dropped`: the
    ground has gone; the row stays while another case has one, so that what follows of it is done once.
    """

    __tablename__ = "device_prohibitions"
    device: Mapped[str] = mapped_column(String(20), primary_key=True)
    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    since: Mapped[datetime] = mapped_column(Instant)
    entered: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    dropped: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
