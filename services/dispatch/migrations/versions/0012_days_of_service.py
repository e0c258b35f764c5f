"""What a stop's reports are held against: its day, and how long a resident takes.

Revision ID: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
expands = True


def upgrade() -> None:
    with op.batch_alter_table("stop") as table:
        table.add_column(sa.Column("off_day_reason", sa.Text(), nullable=True))
    with op.batch_alter_table("item") as table:
        table.add_column(sa.Column("minutes_per_resident", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("item") as table:
        table.drop_column("minutes_per_resident")
    with op.batch_alter_table("stop") as table:
        table.drop_column("off_day_reason")
