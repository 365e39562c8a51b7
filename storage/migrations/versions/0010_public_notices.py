"""Public notices and what was said to them, as the read model shows them

Revision: 0010
Follows: 0009
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NOTHING = sa.text("'[]'::jsonb")


def text(name: str, length: int | None = None, default: str | None = "") -> sa.Column[str]:
    kind = sa.Text() if length is None else sa.String(length=length)
    return sa.Column(name, kind, server_default=default, nullable=False)


def instant(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "public_notices",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        text("kind", 48, None),
        text("procedure", 64, None),
        text("office", 64, None),
        text("title", None, None),
        sa.Column(
            "lines", postgresql.JSONB(astext_type=sa.Text()), server_default=NOTHING, nullable=False
        ),
        text("cite"),
        sa.Column("clock", sa.String(length=32), nullable=True),
        text("takes", 16),
        instant("starts_at"),
        instant("ends_at", nullable=True),
        instant("ended_at", nullable=True),
        text("outcome", 16),
        text("reason"),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_public_notices")),
    )
    op.create_index(op.f("ix_public_notices_case_id"), "public_notices", ["case_id"])
    op.create_index(op.f("ix_public_notices_ends_at"), "public_notices", ["ends_at"])
    op.create_index(
        op.f("ix_public_notices_starts_at_notice_id"), "public_notices", ["starts_at", "notice_id"]
    )
    op.create_table(
        "objections",
        sa.Column("objection_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        text("number", 96),
        text("kind", 16, None),
        text("by_role", 16, None),
        text("department", 32),
        text("person_id", 64),
        text("name"),
        instant("received_at"),
        text("reason"),
        text("evidence", 64),
        text("amount", 32),
        text("contact", 64),
        text("state", 16, None),
        text("answer"),
        text("handled_by"),
        instant("handled_at", nullable=True),
        sa.PrimaryKeyConstraint("objection_id", name=op.f("pk_objections")),
    )
    for column in ("case_id", "notice_id", "person_id"):
        op.create_index(op.f(f"ix_objections_{column}"), "objections", [column])


def downgrade() -> None:
    op.drop_table("objections")
    op.drop_table("public_notices")
