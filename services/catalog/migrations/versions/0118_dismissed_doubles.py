"""Which likely doubles are two, as somebody has said.

Revision ID: 0118
"""

import sqlalchemy as sa
from alembic import op

revision = "0118"
down_revision = "0117"
expands = True


def upgrade() -> None:
    op.create_table(
        "dismissed_double",
        sa.Column("kind", sa.String(10), primary_key=True),
        sa.Column("code", sa.String(40), primary_key=True),
        sa.Column("other", sa.String(40), primary_key=True),
        sa.Column("basis", sa.String(16), nullable=False),
        sa.Column("dismissed_on", sa.Date(), nullable=False),
        sa.Column("dismissed_by", sa.String(120), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("dismissed_double")
