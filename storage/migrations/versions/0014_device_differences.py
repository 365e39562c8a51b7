"""What the equipment platform says otherwise than our register (监管平台的差异)

Revision: 0014
Follows: 0013
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    json = postgresql.JSONB(astext_type=sa.Text())
    op.create_table(
        "device_hearings",
        sa.Column("office", sa.String(64), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("heard_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("office", name=op.f("pk_device_hearings")),
    )
    op.create_table(
        "device_differences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office", sa.String(64), nullable=False),
        sa.Column("device", sa.String(20), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("kinds", json, nullable=False),
        sa.Column("ours", json, nullable=False),
        sa.Column("theirs", json, nullable=False),
        sa.Column("found_at", instant, nullable=False),
        sa.Column("choice", sa.String(16), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("settled_by", sa.String(64), nullable=True),
        sa.Column("settled_name", sa.Text(), nullable=True),
        sa.Column("settled_at", instant, nullable=True),
        sa.Column("applied_at", instant, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_differences")),
    )
    op.create_index(
        op.f("ix_device_differences_device_digest"),
        "device_differences",
        ["device", "digest"],
        unique=True,
    )
    op.create_index(
        "ix_device_differences_open",
        "device_differences",
        ["office", "found_at", "id"],
        postgresql_where=sa.text("choice IS NULL"),
    )
    op.create_index(
        "ix_device_differences_to_apply",
        "device_differences",
        ["office"],
        postgresql_where=sa.text("choice = 'platform' AND applied_at IS NULL"),
    )
    op.create_index(
        op.f("ix_device_differences_office_found_at_id"),
        "device_differences",
        ["office", "found_at", "id"],
    )
    # The public check of a certificate asks by its number.
    op.create_index(op.f("ix_devices_registration_number"), "devices", ["registration_number"])


def downgrade() -> None:
    op.drop_index(op.f("ix_devices_registration_number"), table_name="devices")
    op.drop_table("device_differences")
    op.drop_table("device_hearings")
