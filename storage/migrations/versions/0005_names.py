"""The library of names: who holds which name, and the keys that find what may collide

Revision: 0005
Follows: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "names",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("jurisdiction", sa.String(length=6), nullable=False),
        sa.Column("seat", sa.String(length=6), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("seen", sa.Text(), nullable=False),
        sa.Column("parts", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("trade", sa.Text(), nullable=False),
        sa.Column("industry", sa.Text(), nullable=False),
        sa.Column("same_key", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("person", sa.String(length=64), nullable=True),
        sa.Column("related", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("held_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("barred_until", sa.Date(), nullable=True),
        sa.Column("keys_version", sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "state IN ('registered', 'reserved', 'pending', 'deregistered', 'renamed', 'revoked',"
            " 'released', 'lapsed', 'cancelled')",
            name=op.f("ck_names_state"),
        ),
        sa.CheckConstraint(
            "state <> 'reserved' OR held_until IS NOT NULL", name=op.f("ck_names_reserved_ends")
        ),
        sa.CheckConstraint(
            "state NOT IN ('deregistered', 'renamed', 'revoked') OR barred_until IS NOT NULL",
            name=op.f("ck_names_given_up_ends"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_names")),
    )
    op.create_index(
        "uq_names_case_id",
        "names",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("case_id IS NOT NULL"),
    )
    # Two people after one name in one second: the index leaves one of them the name.
    op.create_index(
        "uq_names_on_hold",
        "names",
        ["jurisdiction", "same_key"],
        unique=True,
        postgresql_where=sa.text("state IN ('reserved', 'pending') AND NOT related"),
    )
    op.create_index(
        "ix_names_holder",
        "names",
        ["holder"],
        unique=False,
        postgresql_where=sa.text("holder IS NOT NULL"),
    )
    op.create_index(
        "ix_names_held_until",
        "names",
        ["held_until"],
        unique=False,
        postgresql_where=sa.text("state = 'reserved'"),
    )
    op.create_index(
        "ix_names_person",
        "names",
        ["person"],
        unique=False,
        postgresql_where=sa.text("state = 'reserved'"),
    )
    op.create_index("ix_names_keys_version", "names", ["keys_version", "id"], unique=False)
    op.create_table(
        "name_keys",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "name_id", name=op.f("pk_name_keys")),
    )


def downgrade() -> None:
    op.drop_table("name_keys")
    op.drop_table("names")
