"""What was seen of the queue at a booth: how many came, how many waited at once, and how long.

Revision ID: 0108
"""

import sqlalchemy as sa
from alembic import op

revision = "0108"
down_revision = "0107"
expands = True


def upgrade() -> None:
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("arrived", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("longest_queue", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("mean_wait_minutes", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_column("mean_wait_minutes")
        batch_op.drop_column("longest_queue")
        batch_op.drop_column("arrived")
