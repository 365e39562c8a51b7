"""A device's state and its cases are found by its code

Revision: 0015
Follows: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# Hazards opened before this named their device in the sealed file alone: they stand on the board without it.


def upgrade() -> None:
    op.add_column("devices", sa.Column("state_since", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        op.f("ix_devices_office_code"),
        "devices",
        ["office", "code"],
        postgresql_include=["category", "state"],
    )
    op.create_index(
        "ix_cases_device",
        "cases",
        [sa.text("(numbers ->> 'device')")],
        postgresql_where=sa.text("numbers ? 'device'"),
    )


def downgrade() -> None:
    op.drop_index("ix_cases_device", table_name="cases")
    op.drop_index(op.f("ix_devices_office_code"), table_name="devices")
    op.drop_column("devices", "state_since")
