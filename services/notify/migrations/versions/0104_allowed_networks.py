"""Which private networks requests to entered addresses may reach.

Revision ID: 0104
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import UtcDateTime

revision = "0104"
down_revision = "0103"
expands = True


def upgrade() -> None:
    op.create_table(
        "allowed_network",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("network", sa.String(50), nullable=False, unique=True),
        sa.Column("in_clear", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(80), nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("allowed_network")
