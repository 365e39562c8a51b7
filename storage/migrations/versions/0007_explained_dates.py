"""The board of lights reads running clocks in the order of their end

Revision: 0007
Follows: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_clocks_ends",
        "clocks",
        ["ends_at", "case_id", "key"],
        postgresql_where=sa.text("state = 'running'"),
        postgresql_include=["clock_id"],
    )


def downgrade() -> None:
    op.drop_index("ix_clocks_ends", table_name="clocks")
