"""Orders to erase cases at the end of retention (销毁清册): two persons, then bounded turns."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Identity, Text
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base


class ErasureOrderRow(Base):
    """What one person ordered and a second one confirmed; only a confirmed order is carried out."""

    __tablename__ = "erasure_orders"
    __table_args__ = (CheckConstraint("confirmed_by <> ordered_by", name="two_persons"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    ground: Mapped[str] = mapped_column(Text)
    ordered_by: Mapped[UUID]
    ordered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    confirmed_by: Mapped[UUID | None]
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    dropped_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ErasureCaseRow(Base):
    """One case of an order."""

    __tablename__ = "erasure_cases"

    order_id: Mapped[int] = mapped_column(ForeignKey("erasure_orders.id"), primary_key=True)
    case_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    erased_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
