"""Odd figures of a booth are kept until the corps has looked at them.

Revision ID: 0126
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import JsonOrNull

revision = "0126"
down_revision = "0125"
expands = True

_DOUBTED = sa.text("figures_state = 'doubted'")


def upgrade() -> None:
    op.add_column("assignment", sa.Column("doubts", JsonOrNull, nullable=True))
    op.add_column("assignment", sa.Column("figures_state", sa.String(length=10), nullable=True))
    op.create_index(
        "ix_assignment_doubted",
        "assignment",
        ["stop_id"],
        postgresql_where=_DOUBTED,
        sqlite_where=_DOUBTED,
    )


def downgrade() -> None:
    op.drop_index("ix_assignment_doubted", table_name="assignment")
    op.drop_column("assignment", "figures_state")
    op.drop_column("assignment", "doubts")
