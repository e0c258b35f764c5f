"""Editions that were withdrawn after they had been announced.

Revision ID: 0006
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import UtcDateTime

revision = "0006"
down_revision = "0005"
expands = True


def upgrade() -> None:
    with op.batch_alter_table("edition") as table:
        table.add_column(sa.Column("withdrawn_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("edition") as table:
        table.drop_column("withdrawn_at")
