"""Orders to erase cases: who asked, who confirmed, which cases, and when each was erased

Revision: 0003
Follows: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasure_orders",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("ordered_by", sa.Uuid(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "confirmed_by <> ordered_by", name=op.f("ck_erasure_orders_two_persons")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_orders")),
    )
    op.create_table(
        "erasure_cases",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["erasure_orders.id"],
            name=op.f("fk_erasure_cases_order_id_erasure_orders"),
        ),
        sa.PrimaryKeyConstraint("order_id", "case_id", name=op.f("pk_erasure_cases")),
    )
    op.create_index(op.f("ix_erasure_cases_case_id"), "erasure_cases", ["case_id"], unique=False)


def downgrade() -> None:
    op.drop_table("erasure_cases")
    op.drop_table("erasure_orders")
