"""Orders that were handed in can be amended: what is to change, why, and what became of it.

Revision ID: 0113
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import Json, UtcDateTime

revision = "0113"
down_revision = "0112"
expands = True


def upgrade() -> None:
    op.create_table(
        "order_amendment",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("order_id", sa.String(36), sa.ForeignKey("service_order.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("before", Json, nullable=False),
        sa.Column("after", Json, nullable=False),
        sa.Column("reason_code", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(500), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(20), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(20), nullable=True),
        sa.Column("refusal_code", sa.String(40), nullable=True),
        sa.Column("refusal", sa.String(500), nullable=True),
    )
    op.create_index(
        "ix_order_amendment_order", "order_amendment", ["order_id", "number"], unique=True
    )
    op.add_column("order_line", sa.Column("added_on", sa.Date(), nullable=True))
    op.add_column(
        "service_order",
        sa.Column("amendments", sa.Integer(), server_default="0", nullable=False),
    )
    op.add_column("service_order", sa.Column("proposed_amendment", sa.Integer(), nullable=True))
    op.add_column("service_order", sa.Column("replanned_for", sa.Integer(), nullable=True))
    changing = sa.text("(proposed_amendment IS NOT NULL OR replanned_for IS NOT NULL)")
    op.create_index(
        "ix_service_order_changing",
        "service_order",
        ["created_at", "id"],
        postgresql_where=changing,
        sqlite_where=changing,
    )


def downgrade() -> None:
    op.drop_index("ix_service_order_changing", "service_order")
    for name in ("replanned_for", "proposed_amendment", "amendments"):
        op.drop_column("service_order", name)
    op.drop_column("order_line", "added_on")
    op.drop_table("order_amendment")
