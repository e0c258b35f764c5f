"""Corrections of what was reported of booths, and the township for which a booth counts where its order was for another
one than the stop's.

Revision ID: 0112
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.db.types import UtcDateTime

revision = "0112"
down_revision = "0111"
expands = True

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
WAITS = sa.text("state = 'proposed'")
ELSEWHERE = sa.text("township_code IS NOT NULL")


def upgrade() -> None:
    op.add_column("assignment", sa.Column("township_code", sa.String(length=12), nullable=True))
    op.create_index(
        "ix_assignment_township",
        "assignment",
        ["township_code", "item_code"],
        postgresql_where=ELSEWHERE,
        sqlite_where=ELSEWHERE,
    )
    op.create_table(
        "correction",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("stop_id", sa.String(length=36), nullable=False),
        sa.Column("assignment_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("before", JSON, nullable=False),
        sa.Column("after", JSON, nullable=False),
        sa.Column("reason_code", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=20), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=20), nullable=True),
        sa.Column("refusal_code", sa.String(length=40), nullable=True),
        sa.Column("refusal", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["assignment.id"],
            name=op.f("fk_correction_assignment_id_assignment"),
        ),
        sa.ForeignKeyConstraint(["stop_id"], ["stop.id"], name=op.f("fk_correction_stop_id_stop")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    op.create_index("ix_correction_stop", "correction", ["stop_id", "number"], unique=True)
    op.create_index(
        "ix_correction_waiting",
        "correction",
        ["assignment_id"],
        unique=True,
        postgresql_where=WAITS,
        sqlite_where=WAITS,
    )


def downgrade() -> None:
    op.drop_table("correction")
    op.drop_index("ix_assignment_township", table_name="assignment")
    op.drop_column("assignment", "township_code")
