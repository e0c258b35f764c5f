"""The township that an order left by a correction, which may still read why.

Revision ID: 0120
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0120"
down_revision = "0119"
expands = True

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
CORRECTION = sa.table(
    "order_correction", sa.column("before", JSON), sa.column("township_code", sa.String())
)


def upgrade() -> None:
    op.add_column(
        "order_correction",
        sa.Column("township_code", sa.String(length=12), nullable=False, server_default=""),
    )
    code = sa.func.coalesce(CORRECTION.c.before["code"].as_string(), "")
    op.execute(CORRECTION.update().values(township_code=code))
    # Townships that have another code by now.
    op.execute(
        "UPDATE order_correction SET township_code = (SELECT successor FROM successor"
        " WHERE kind = 'township' AND code = order_correction.township_code)"
        " WHERE township_code IN (SELECT code FROM successor WHERE kind = 'township')"
    )
    op.create_index(
        "ix_order_correction_township", "order_correction", ["township_code", "made_at"]
    )


def downgrade() -> None:
    op.drop_index("ix_order_correction_township", "order_correction")
    op.drop_column("order_correction", "township_code")
