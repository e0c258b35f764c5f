"""What colleagues call the owner of an account.

Revision ID: 0119
"""

import sqlalchemy as sa
from alembic import op

revision = "0119"
down_revision = "0118"
expands = True


def upgrade() -> None:
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("name_sealed", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_column("name_sealed")
