"""How often an item may be served in a week, and the first day that a line's notice allows.

Revision ID: 0103
"""

import sqlalchemy as sa
from alembic import op

revision = "0103"
down_revision = "0102"
expands = True


def upgrade() -> None:
    op.add_column("item", sa.Column("weekly_capacity", sa.Integer(), nullable=True))
    op.add_column("demand_line", sa.Column("earliest_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("demand_line", "earliest_on")
    op.drop_column("item", "weekly_capacity")
