"""Residents who could draw no ticket are counted.

Revision ID: 0117
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import UtcDateTime

revision = "0117"
down_revision = "0116"
expands = True


def upgrade() -> None:
    op.create_table(
        "turned_away",
        sa.Column("assignment_id", sa.String(length=36), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["booth_queue.assignment_id"],
            name=op.f("fk_turned_away_assignment_id_booth_queue"),
        ),
        sa.PrimaryKeyConstraint("assignment_id", "device", name=op.f("pk_turned_away")),
    )


def downgrade() -> None:
    op.drop_table("turned_away")
