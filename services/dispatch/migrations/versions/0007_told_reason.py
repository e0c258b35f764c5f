"""Why a line is unserved is told once.

Revision ID: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
expands = True


def upgrade() -> None:
    op.add_column("demand_line", sa.Column("told_reason", sa.String(60), nullable=True))


def downgrade() -> None:
    op.drop_column("demand_line", "told_reason")
