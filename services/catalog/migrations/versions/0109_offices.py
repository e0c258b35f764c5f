"""What offices keep of agencies, townships and teams besides their names: credit code, population, area, and the days
on which a division code is valid.

Revision ID: 0109
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from shared.db.types import Json

revision = "0109"
down_revision = "0108"
expands = True

TOWNSHIP: dict[str, sa.types.TypeEngine[Any]] = {
    "population": sa.Integer(),
    "area_km2": sa.Float(),
    "valid_from": sa.Date(),
    "valid_to": sa.Date(),
}


def upgrade() -> None:
    op.add_column("agency", sa.Column("credit_code", sa.String(18), nullable=True))
    op.create_index("ix_agency_credit_code", "agency", ["credit_code"])
    for name, kind in TOWNSHIP.items():
        op.add_column("township", sa.Column(name, kind, nullable=True))
    op.add_column("team", sa.Column("area", Json, server_default="[]", nullable=False))


def downgrade() -> None:
    op.drop_column("team", "area")
    for name in reversed(TOWNSHIP):
        op.drop_column("township", name)
    op.drop_index("ix_agency_credit_code", "agency")
    op.drop_column("agency", "credit_code")
