"""One-time passwords, and the log of what administrators do beside the cases

Revision: 0002
Follows: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A constant default is kept in the catalogue: no row is rewritten, however many accounts there are.
    op.add_column(
        "accounts",
        sa.Column("one_time", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.alter_column("accounts", "one_time", server_default=None)
    op.create_table(
        "admin_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("details", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin_log")),
    )
    op.create_index(op.f("ix_admin_log_subject"), "admin_log", ["subject"], unique=False)


def downgrade() -> None:
    op.drop_table("admin_log")
    op.drop_column("accounts", "one_time")
