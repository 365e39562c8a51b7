"""Memory of the twins that answer errands, and of the library of names. Created beside what is there."""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Float,
    Identity,
    Index,
    Sequence,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB

from registers.twins.schema import metadata


def _instant(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


# `answer_at` None: nobody there will answer of their own accord.
desk_errands = Table(
    "desk_errands",
    metadata,
    Column("id", Text, primary_key=True),
    Column("register", Text, nullable=False),
    Column("errand", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("case_ref", Text, nullable=False),
    Column("request_hash", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("department", Text),
    Column("item", Text),
    Column("body", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("number", Text),
    Column("code", Text),
    Column("reason", Text),
    _instant("opened_at"),
    _instant("answer_at", nullable=True),
    _instant("settled_at", nullable=True),
    UniqueConstraint("register", "key", name="uq_desk_errands_register_key"),
    Index("ix_desk_errands_due", "answer_at", postgresql_where="state = 'open'"),
    Index("ix_desk_errands_uscc", "register", "uscc"),
    Index("ix_desk_errands_case_ref", "case_ref"),
)

# How long a department takes; without a row, as long as the twins were told at their start.
desk_hours = Table(
    "desk_hours",
    metadata,
    Column("register", Text, primary_key=True),
    Column("answer_seconds", Float),
)

# What a department knows against somebody: `subject` is a USCC or an identity number.
marks = Table(
    "marks",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("register", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("mark", Text, nullable=False),
    Column("item", Text),
    Column("note", Text, nullable=False),
    Index("ix_marks_subject", "register", "subject"),
)

# 清税证明: what tax says of an entity that wants to be deregistered. No row: not cleared.
tax_clearances = Table(
    "tax_clearances",
    metadata,
    Column("uscc", Text, primary_key=True),
    Column("cleared_on", Date),
    Column("number", Text),
    Column("reasons", JSONB, nullable=False),
)

department_notices = Table(
    "department_notices",
    metadata,
    Column("number", Text, primary_key=True),
    Column("department", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("case_ref", Text, nullable=False),
    Column("items", JSONB, nullable=False),
    Column("content", JSONB, nullable=False),
    _instant("acknowledged_at"),
    Index("ix_department_notices_uscc", "department", "uscc"),
)

name_change_seq = Sequence("name_change_seq", metadata=metadata, start=1)

reserved_names = Table(
    "reserved_names",
    metadata,
    Column("number", Text, primary_key=True),
    Column("change", BigInteger, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("name_core", Text, nullable=False),
    Column("entity_type", Text, nullable=False),
    Column("division", Text, nullable=False),
    Column("case_ref", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("held_until", Date),
    Column("uscc", Text),
    _instant("reserved_at"),
    _instant("changed_at"),
    Index("ix_reserved_names_key", "name_key"),
    Index("ix_reserved_names_core", "name_core"),
    Index("ix_reserved_names_due", "held_until", postgresql_where="state = 'reserved'"),
)
