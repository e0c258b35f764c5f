"""A steward's telephone goes on without a connection.

Revision ID: 0125
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import UtcDateTime

revision = "0125"
down_revision = "0124"
expands = True


def upgrade() -> None:
    op.create_table(
        "queue_lease",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("assignment_id", sa.String(length=36), nullable=False),
        sa.Column("first_number", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("held_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["booth_queue.assignment_id"],
            name=op.f("fk_queue_lease_assignment_id_booth_queue"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_lease")),
    )
    op.create_index("ix_queue_lease_booth", "queue_lease", ["assignment_id", "ended_at"])


def downgrade() -> None:
    op.drop_table("queue_lease")
