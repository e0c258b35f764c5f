"""Teams that have left the corps.

Revision ID: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
expands = True


def upgrade() -> None:
    with op.batch_alter_table("team") as table:
        table.add_column(sa.Column("state", sa.String(10), nullable=False, server_default="active"))


def downgrade() -> None:
    with op.batch_alter_table("team") as table:
        table.drop_column("state")
