"""Files of orders.

Revision ID: 0110
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import UtcDateTime

revision = "0110"
down_revision = "0109"
expands = True


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("order_id", sa.String(36), sa.ForeignKey("service_order.id"), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("media_type", sa.String(20), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(40), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_attachment_order_id", "attachment", ["order_id"])
    op.create_index("ix_attachment_made_at", "attachment", ["made_at"])


def downgrade() -> None:
    op.drop_table("attachment")
