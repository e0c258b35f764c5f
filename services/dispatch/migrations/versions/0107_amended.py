"""Which lines were amended since a plan took them into account.

Revision ID: 0107
"""

import sqlalchemy as sa
from alembic import op

revision = "0107"
down_revision = "0106"
expands = True


def upgrade() -> None:
    op.add_column("demand_line", sa.Column("amended", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("demand_line", "amended")
