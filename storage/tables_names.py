"""Tables of names (企业名称): who holds which, and the keys that find what a proposed one may collide with.

`names` is a source: rows change state and stay. `name_keys` is made from it and can be made again.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Identity,
    Index,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base

Instant = DateTime(timezone=True)
ON_HOLD = "state IN ('reserved', 'pending') AND NOT related"


class NameRow(Base):
    """One name and how it is held.

    `name` as registered; `seen`, `parts`, `body`, `trade`, `industry` are law.names.model.Core. `jurisdiction`: the
    prefecture whose registrars are compared as one. `same_key`: trade name and industry, once at a time on hold.
    `held_until`: exclusive end of a reservation. `barred_until`: last day on which a name given up is barred.
    `related`: article 17 lets it stand beside its like.
    """

    __tablename__ = "names"
    __table_args__ = (
        CheckConstraint(
            "state IN ('registered', 'reserved', 'pending', 'deregistered', 'renamed', 'revoked',"
            " 'released', 'lapsed', 'cancelled')",
            name="state",
        ),
        CheckConstraint("state <> 'reserved' OR held_until IS NOT NULL", name="reserved_ends"),
        CheckConstraint(
            "state NOT IN ('deregistered', 'renamed', 'revoked') OR barred_until IS NOT NULL",
            name="given_up_ends",
        ),
        Index(
            "uq_names_case_id", "case_id", unique=True, postgresql_where=text("case_id IS NOT NULL")
        ),
        Index(
            "uq_names_on_hold",
            "jurisdiction",
            "same_key",
            unique=True,
            postgresql_where=text(ON_HOLD),
        ),
        Index("ix_names_holder", "holder", postgresql_where=text("holder IS NOT NULL")),
        Index("ix_names_held_until", "held_until", postgresql_where=text("state = 'reserved'")),
        Index("ix_names_person", "person", postgresql_where=text("state = 'reserved'")),
        Index("ix_names_keys_version", "keys_version", "id"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    jurisdiction: Mapped[str] = mapped_column(String(6))
    seat: Mapped[str] = mapped_column(String(6))
    name: Mapped[str] = mapped_column(Text)
    seen: Mapped[str] = mapped_column(Text)
    parts: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    trade: Mapped[str] = mapped_column(Text)
    industry: Mapped[str] = mapped_column(Text)
    same_key: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    holder: Mapped[str | None] = mapped_column(String(64))
    case_id: Mapped[UUID | None]
    person: Mapped[str | None] = mapped_column(String(64))
    related: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    held_from: Mapped[datetime] = mapped_column(Instant)
    held_until: Mapped[datetime | None] = mapped_column(Instant)
    barred_until: Mapped[date | None] = mapped_column(Date)
    keys_version: Mapped[str] = mapped_column(String(16))


class NameKeyRow(Base):
    """A key of law.names.keys, hashed to eight bytes: a hash that two keys share costs one comparison more."""

    __tablename__ = "name_keys"
    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
