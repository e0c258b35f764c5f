"""Which townships a team serves.

Revision ID: 0105
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import Json

revision = "0105"
down_revision = "0104"
expands = True


def upgrade() -> None:
    op.add_column("team", sa.Column("area", Json, server_default="[]", nullable=False))


def downgrade() -> None:
    op.drop_column("team", "area")
