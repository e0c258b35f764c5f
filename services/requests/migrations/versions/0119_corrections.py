"""Corrections of orders that were served; that the teams are at a line's stop; and that a proposal rests on what was
corrected.

Revision ID: 0119
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.db.types import UtcDateTime

revision = "0119"
down_revision = "0118"
expands = True

JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "order_correction",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("order_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("before", JSON, nullable=False),
        sa.Column("after", JSON, nullable=False),
        sa.Column("reason_code", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["service_order.id"],
            name=op.f("fk_order_correction_order_id_service_order"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_correction")),
    )
    op.create_index(
        "ix_order_correction_order", "order_correction", ["order_id", "number"], unique=True
    )
    op.add_column(
        "order_line",
        sa.Column("has_begun", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    # What is under way while both releases run may still be withdrawn; dispatch then gives it up.
    op.add_column(
        "recurrence_proposal",
        sa.Column("to_weigh", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    op.drop_column("recurrence_proposal", "to_weigh")
    op.drop_column("order_line", "has_begun")
    op.drop_table("order_correction")
