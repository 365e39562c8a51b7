"""Why a term was overrun is told of that term, not of its case

Revision: 0009
Follows: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# The clock of which pages told the case's reason: the agency's earliest that was over and still ran. A reason was taken
# back whenever a further clock of the case ran out, so that there is no other that it could belong to.
TO_CLOCKS = """
UPDATE clocks k SET overdue_reason = c.overdue_reason FROM cases c
WHERE c.overdue_reason <> '' AND k.case_id = c.case_id AND k.key = (
  SELECT o.key FROM clocks o WHERE o.case_id = c.case_id AND o.level LIKE 'overdue%'
  ORDER BY (o.state = 'running') DESC, o.ends_at, o.key LIMIT 1)
"""
TO_CASES = """
UPDATE cases c SET overdue_reason = coalesce(
  (SELECT o.overdue_reason FROM clocks o WHERE o.case_id = c.case_id AND o.overdue_reason <> ''
   ORDER BY (o.state = 'running') DESC, o.ends_at, o.key LIMIT 1), '')
"""


def upgrade() -> None:
    op.add_column(
        "clocks", sa.Column("overdue_reason", sa.Text(), server_default="", nullable=False)
    )
    op.execute(TO_CLOCKS)
    op.drop_column("cases", "overdue_reason")


def downgrade() -> None:
    op.add_column(
        "cases", sa.Column("overdue_reason", sa.Text(), server_default="", nullable=False)
    )
    op.execute(TO_CASES)
    op.drop_column("clocks", "overdue_reason")
