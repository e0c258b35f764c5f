"""How often a wish was edited, so that nobody answers what it said before.

Revision ID: 0121
"""

import sqlalchemy as sa
from alembic import op

revision = "0121"
down_revision = "0120"
expands = True


def upgrade() -> None:
    op.add_column("wish", sa.Column("edits", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("wish", "edits")
