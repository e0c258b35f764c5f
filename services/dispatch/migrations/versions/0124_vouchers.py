"""What tickets' vouchers are made with.

Revision ID: 0124
"""

import sqlalchemy as sa
from alembic import op

revision = "0124"
down_revision = "0123"
expands = True


def upgrade() -> None:
    op.add_column("booth_queue", sa.Column("voucher_seed", sa.String(length=60), nullable=True))


def downgrade() -> None:
    op.drop_column("booth_queue", "voucher_seed")
