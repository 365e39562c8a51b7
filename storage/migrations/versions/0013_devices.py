"""Devices and recurring obligations (特种设备台账、周期性义务)

Revision: 0013
Follows: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "devices",
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("office", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(4), nullable=False),
        sa.Column("category", sa.String(4), nullable=False),
        sa.Column("uscc", sa.String(18), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("registration_number", sa.String(64), nullable=True),
        sa.Column("registered_by", sa.Uuid(), nullable=True),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("inspection_valid_until", sa.Date(), nullable=True),
        sa.Column("key_unit", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("seen_at", instant, nullable=True),
        sa.Column("updated_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_devices")),
    )
    op.create_index(
        op.f("ix_devices_office_category_state"), "devices", ["office", "category", "state"]
    )
    op.create_index(op.f("ix_devices_uscc"), "devices", ["uscc"])
    op.create_table(
        "obligations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("procedure", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(32), nullable=False),
        sa.Column("office", sa.String(64), nullable=False),
        sa.Column("uscc", sa.String(18), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_obligations")),
    )
    op.create_index(
        op.f("ix_obligations_procedure_subject"),
        "obligations",
        ["procedure", "subject"],
        unique=True,
    )
    op.create_index(
        "ix_obligations_opening",
        "obligations",
        ["opens_on", "id"],
        postgresql_where=sa.text("state = 'resting'"),
    )
    op.create_index(
        "ix_obligations_due",
        "obligations",
        ["office", "procedure", "due_on"],
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.create_index(op.f("ix_obligations_subject"), "obligations", ["subject"])
    op.create_index(op.f("ix_obligations_uscc"), "obligations", ["uscc"])
    op.create_index(
        op.f("ix_obligations_case_id"),
        "obligations",
        ["case_id"],
        postgresql_where=sa.text("case_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_table("obligations")
    op.drop_table("devices")
