"""Teams that leave the corps, and editions that are withdrawn.

Revision ID: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    with op.batch_alter_table("team") as table:
        table.add_column(sa.Column("state", sa.String(10), nullable=False, server_default="active"))
    with op.batch_alter_table("edition") as table:
        table.add_column(sa.Column("orders_against_withdrawal", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("edition") as table:
        table.drop_column("orders_against_withdrawal")
    with op.batch_alter_table("team") as table:
        table.drop_column("state")
