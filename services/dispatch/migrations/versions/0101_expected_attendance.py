"""How many residents each line expects, so that a team sees it at its stop.

Revision ID: 0101
"""

import sqlalchemy as sa
from alembic import op

revision = "0101"
down_revision = "0100"
expands = True
"""A nullable column, which the release before neither reads nor needs."""


def upgrade() -> None:
    op.add_column("demand_line", sa.Column("expected_attendance", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("demand_line", "expected_attendance")
