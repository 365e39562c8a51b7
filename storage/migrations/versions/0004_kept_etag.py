"""The ETag of a kept answer: whoever repeats a call needs it for the next one

Revision: 0004
Follows: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("idempotency", sa.Column("etag", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("idempotency", "etag")
