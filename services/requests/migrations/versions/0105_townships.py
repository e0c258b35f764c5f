"""How many people live in a township, and on which days its division code is valid.

Revision ID: 0105
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0105"
down_revision = "0104"
expands = True

COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {
    "population": sa.Integer(),
    "valid_from": sa.Date(),
    "valid_to": sa.Date(),
}


def upgrade() -> None:
    for name, kind in COLUMNS.items():
        op.add_column("township", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for name in reversed(COLUMNS):
        op.drop_column("township", name)
