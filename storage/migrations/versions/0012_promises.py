"""Documents promised for later (容缺后补)

Revision: 0012
Follows: 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "promises",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("uscc", sa.String(18), nullable=True),
        sa.Column("part", sa.String(64), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("clock", sa.String(32), nullable=False),
        sa.Column("promised_at", instant, nullable=False),
        sa.Column("ends_at", instant, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("extended", sa.Boolean(), nullable=False),
        sa.Column(
            "files", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column("supplements", sa.Integer(), server_default="0", nullable=False),
        sa.Column("supplemented_at", instant, nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("action", sa.String(24), server_default="", nullable=False),
        sa.Column("order_until", sa.Date(), nullable=True),
        sa.Column("decided_by", sa.Text(), server_default="", nullable=False),
        sa.Column("cured_at", instant, nullable=True),
        sa.Column("closed_at", instant, nullable=True),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_promises")),
    )
    op.create_index(op.f("ix_promises_owner_state"), "promises", ["owner", "state"])
    op.create_index(
        op.f("ix_promises_uscc_state"),
        "promises",
        ["uscc", "state"],
        postgresql_where=sa.text("uscc IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_table("promises")
