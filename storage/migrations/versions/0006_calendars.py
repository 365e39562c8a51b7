"""Calendars published in the installation: editions, two persons' publications, and what each moved

Revision: 0006
Follows: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_editions",
        sa.Column("pin", sa.String(length=16), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("pin", name=op.f("pk_calendar_editions")),
        sa.UniqueConstraint("year", "version", name=op.f("uq_calendar_editions_year_version")),
    )
    op.create_table(
        "calendar_publications",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("pin", sa.String(length=16), nullable=False),
        sa.Column("before", sa.String(length=16), nullable=False),
        sa.Column("edition", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ordered_by", sa.Uuid(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_by", sa.Uuid(), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusal", sa.Text(), server_default="", nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("examined", sa.Integer(), server_default="0", nullable=False),
        sa.Column("passes", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "approved_by <> ordered_by", name=op.f("ck_calendar_publications_two_persons")
        ),
        sa.ForeignKeyConstraint(
            ["edition"],
            ["calendar_editions.pin"],
            name=op.f("fk_calendar_publications_edition_calendar_editions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_publications")),
    )
    op.create_index(
        "uq_calendar_publications_open",
        "calendar_publications",
        ["year"],
        unique=True,
        postgresql_where=sa.text("finished_at IS NULL AND refused_at IS NULL"),
    )
    op.create_table(
        "calendar_moves",
        sa.Column("publication", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("clock_id", sa.String(length=16), nullable=False),
        sa.Column("procedure", sa.String(length=64), nullable=False),
        sa.Column("office", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=64), server_default="", nullable=False),
        sa.Column("old_end", sa.Date(), nullable=False),
        sa.Column("new_end", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('foreseen', 'moving', 'moved', 'gone')",
            name=op.f("ck_calendar_moves_state"),
        ),
        sa.ForeignKeyConstraint(
            ["publication"],
            ["calendar_publications.id"],
            name=op.f("fk_calendar_moves_publication_calendar_publications"),
        ),
        sa.PrimaryKeyConstraint("publication", "case_id", "key", name=op.f("pk_calendar_moves")),
    )
    op.create_index(
        op.f("ix_calendar_moves_publication_procedure"),
        "calendar_moves",
        ["publication", "procedure"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("calendar_moves")
    op.drop_table("calendar_publications")
    op.drop_table("calendar_editions")
