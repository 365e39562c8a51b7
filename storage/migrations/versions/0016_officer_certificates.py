"""Certificates of inspectors (执法证件)

Revision: 0016
Follows: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "officer_certificates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("added_by", sa.String(64), nullable=False),
        sa.Column("added_at", instant, nullable=False),
        sa.Column("revoked_by", sa.String(64), nullable=True),
        sa.Column("revoked_at", instant, nullable=True),
        sa.Column("revoked_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('enforcement', 'equipment')", name=op.f("ck_officer_certificates_kind")
        ),
        sa.CheckConstraint("valid_from <= valid_until", name=op.f("ck_officer_certificates_term")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_officer_certificates_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officer_certificates")),
    )
    op.create_index(
        op.f("ix_officer_certificates_account_id"), "officer_certificates", ["account_id"]
    )
    op.create_index(
        op.f("ix_officer_certificates_kind_number_valid_from"),
        "officer_certificates",
        ["kind", "number", "valid_from"],
        unique=True,
    )


def downgrade() -> None:
    op.drop_table("officer_certificates")
