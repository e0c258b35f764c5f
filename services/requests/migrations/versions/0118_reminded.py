"""When a team was reminded of a recurring service that it is asked for.

Revision ID: 0118
"""

import sqlalchemy as sa
from alembic import op

revision = "0118"
down_revision = "0117"
expands = True


def upgrade() -> None:
    op.add_column("recurrence_proposal", sa.Column("reminded_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("recurrence_proposal", "reminded_on")
