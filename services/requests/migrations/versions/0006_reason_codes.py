"""Why an order was returned or cancelled: a code beside the words.

Revision ID: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
expands = True


def upgrade() -> None:
    op.add_column("service_order", sa.Column("reason_code", sa.String(40), nullable=True))


def downgrade() -> None:
    op.drop_column("service_order", "reason_code")
