"""Recovery codes of the second factor, hashed, with the account that they are for.

Revision ID: 0101
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import Json

revision = "0101"
down_revision = "0100"
expands = True


def upgrade() -> None:
    op.add_column("account", sa.Column("recovery_codes_hash", Json, nullable=True))


def downgrade() -> None:
    op.drop_column("account", "recovery_codes_hash")
