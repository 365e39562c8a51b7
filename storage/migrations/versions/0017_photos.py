"""Photos of the spot (现场照片), beside the files that hold them

Revision: 0017
Follows: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "photos",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("taken_at", instant, nullable=True),
        sa.Column("received_at", instant, nullable=False),
        sa.CheckConstraint("kind IN ('photo', 'signature')", name=op.f("ck_photos_kind")),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_photos_file_id_files")),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_photos")),
    )
    op.create_index(op.f("ix_photos_task_id_sha256"), "photos", ["task_id", "sha256"], unique=True)
    op.create_index(op.f("ix_photos_case_id"), "photos", ["case_id"])


def downgrade() -> None:
    op.drop_table("photos")
