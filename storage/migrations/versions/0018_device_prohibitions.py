"""Which cases have a ground on which the use of a device stands prohibited

Revision: 0018
Follows: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "device_prohibitions",
        sa.Column("device", sa.String(20), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("dropped", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("device", "case_id", name=op.f("pk_device_prohibitions")),
    )
    # What open cases prohibit already. A prohibition that the platform refused was refused because another case's stood there:
    # it is a ground as well. A case that names its device in the sealed file alone cannot be found.
    op.execute(
        """
        INSERT INTO device_prohibitions (device, case_id, since, entered)
        SELECT c.numbers ->> 'device', e.case_id, e.intent_at, e.state = 'done'
        FROM effects e JOIN cases c USING (case_id)
        WHERE e.kind = 'enter_measure' AND e.seq = 1 AND c.closed_at IS NULL AND c.numbers ? 'device'
          AND NOT EXISTS (
            SELECT 1 FROM effects a
            WHERE a.case_id = e.case_id AND a.kind = 'enter_measure' AND a.seq = 2 AND a.state <> 'intent'
          )
        """
    )


def downgrade() -> None:
    op.drop_table("device_prohibitions")
