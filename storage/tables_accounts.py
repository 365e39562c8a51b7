"""Tables of local accounts and their sign-ins.

All instants are `app_now()`, passed or set in SQL by `storage.accounts`: no column has a clock of its own.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    String,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base


class AccountRow(Base):
    """A person who can sign in: applicant or member of the bureau."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("sign_in = lower(sign_in)", name="sign_in_lower"),
        CheckConstraint("cardinality(roles) > 0", name="has_role"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    sign_in: Mapped[str] = mapped_column(String(64), unique=True)
    display_name: Mapped[str] = mapped_column(String(100))
    # argon2id in PHC form: parameters travel with the hash, so that they can be raised later.
    password_hash: Mapped[str] = mapped_column(Text)
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    # The bureau's office; empty for an applicant.
    office: Mapped[str] = mapped_column(String(64))
    disabled: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    password_changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    # The password was generated for the person and opens nothing but the page that changes it.
    one_time: Mapped[bool] = mapped_column(default=False)


class SessionRow(Base):
    """One sign-in of one account. Only a digest of its token is kept: a stolen table opens nothing."""

    __tablename__ = "sessions"
    __table_args__ = (
        CheckConstraint("kind IN ('browser', 'bearer')", name="kind"),
        Index(None, "account_id"),
        Index(None, "expires_at"),
    )

    id_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    # What people see and revoke by; says nothing about the token.
    public_id: Mapped[UUID] = mapped_column(unique=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    # The absolute limit; the idle limit counts from last_seen_at.
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    csrf_secret: Mapped[bytes] = mapped_column(LargeBinary(32))
    user_agent_hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class CalendarFeedRow(Base):
    """A person's secret calendar address, while it holds. Only a digest of its token is kept, as of a session's."""

    __tablename__ = "calendar_feeds"

    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    # What calendar programs are answered in: they have no cookie.
    language: Mapped[str] = mapped_column(String(5))
    # What is listed beside the person's own cases and tasks.
    include: Mapped[list[str]] = mapped_column(ARRAY(Text))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    # To the day: more would tell when somebody's telephone was on.
    last_fetched_on: Mapped[date | None] = mapped_column(Date)


class SignInRow(Base):
    """One attempt to sign in, kept for the person's own list and for the auditor; never the password."""

    __tablename__ = "sign_ins"
    __table_args__ = (Index(None, "account_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    succeeded: Mapped[bool]
    kind: Mapped[str] = mapped_column(String(8))
    address: Mapped[str] = mapped_column(String(45))


class AdminLogRow(Base):
    """One act beside the cases (`storage.admin_log`); kept for the auditor, names no secret."""

    __tablename__ = "admin_log"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    actor: Mapped[str] = mapped_column(String(64))
    act: Mapped[str] = mapped_column(String(32))
    # Account or case; no foreign key: the entry outlives what it tells of.
    subject: Mapped[str] = mapped_column(String(64), index=True)
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)
