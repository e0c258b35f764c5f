"""Items have pictures.

Revision ID: 0121
"""

import sqlalchemy as sa
from alembic import op

revision = "0121"
down_revision = "0120"
expands = True


def upgrade() -> None:
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.add_column(sa.Column("picture", sa.String(length=36), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.drop_column("picture")
