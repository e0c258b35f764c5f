"""Who stands at which booth, for the paper of the day of service.

Revision ID: 0121
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import Json

revision = "0121"
down_revision = "0120"
expands = True


def upgrade() -> None:
    op.create_table(
        "stop_booth",
        sa.Column("assignment_id", sa.String(length=36), nullable=False),
        sa.Column("stop_id", sa.String(length=36), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("township_code", sa.String(length=12), nullable=False),
        sa.Column("item_name", sa.String(length=80), nullable=False),
        sa.Column("item_name_en", sa.String(length=80), nullable=False),
        sa.Column("team_code", sa.String(length=40), nullable=False),
        sa.Column("volunteers", sa.Integer(), nullable=False),
        sa.Column("volunteer_nos", Json, nullable=False),
        sa.Column("standby_nos", Json, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("assignment_id"),
    )
    with op.batch_alter_table("stop_booth", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stop_booth_stop_id"), ["stop_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stop_booth_on"), ["on"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("stop_booth", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stop_booth_on"))
        batch_op.drop_index(batch_op.f("ix_stop_booth_stop_id"))

    op.drop_table("stop_booth")
