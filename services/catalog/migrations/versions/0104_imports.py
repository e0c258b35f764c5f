"""Tables that become entries of the directory, and their rows while they are looked at.

Revision ID: 0104
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import Json, UtcDateTime

revision = "0104"
down_revision = "0103"
expands = True


def upgrade() -> None:
    op.create_table(
        "directory_import",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("about", sa.String(length=20), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("sheet", sa.Text(), nullable=False),
        sa.Column("sheets", Json, nullable=False),
        sa.Column("headings", Json, nullable=False),
        sa.Column("columns", Json, nullable=False),
        sa.Column("counts", Json, nullable=False),
        sa.Column("checked", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("holder", sa.String(length=36), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=80), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("directory_import", schema=None) as batch_op:
        batch_op.create_index(
            "ix_directory_import_due",
            ["due_at"],
            unique=False,
            postgresql_where=sa.text("due_at IS NOT NULL"),
            sqlite_where=sa.text("due_at IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_directory_import_made_at"), ["made_at"], unique=False)

    op.create_table(
        "import_row",
        sa.Column("id", sa.String(length=50), nullable=False),
        sa.Column("import_id", sa.String(length=36), nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("content_sealed", sa.Text(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("import_row", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_row_made_at"), ["made_at"], unique=False)
        batch_op.create_index(
            "ix_import_row_outcome", ["import_id", "outcome", "row_no"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("import_row", schema=None) as batch_op:
        batch_op.drop_index("ix_import_row_outcome")
        batch_op.drop_index(batch_op.f("ix_import_row_made_at"))

    op.drop_table("import_row")
    with op.batch_alter_table("directory_import", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_directory_import_made_at"))
        batch_op.drop_index(
            "ix_directory_import_due",
            postgresql_where=sa.text("due_at IS NOT NULL"),
            sqlite_where=sa.text("due_at IS NOT NULL"),
        )

    op.drop_table("directory_import")
