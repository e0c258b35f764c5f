"""Until when a campaign takes orders and how much a township may order; the corps' own priority of an order.

Revision ID: 0117
"""

import sqlalchemy as sa
from alembic import op

revision = "0117"
down_revision = "0116"
expands = True


def upgrade() -> None:
    op.create_table(
        "order_limit",
        sa.Column("campaign_id", sa.String(80), primary_key=True),
        sa.Column("orders_until", sa.Date(), nullable=True),
        sa.Column("lines", sa.Integer(), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "township_limit",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column(
            "campaign_id",
            sa.String(80),
            sa.ForeignKey("order_limit.campaign_id"),
            nullable=False,
        ),
        sa.Column("township_code", sa.String(12), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
    )
    op.create_index(
        "ix_township_limit_campaign", "township_limit", ["campaign_id", "township_code"]
    )
    op.add_column("service_order", sa.Column("corps_priority", sa.Integer(), nullable=True))
    op.create_index(
        "ix_service_order_campaign_township",
        "service_order",
        ["campaign_id", "township_code", "state"],
    )


def downgrade() -> None:
    op.drop_index("ix_service_order_campaign_township", "service_order")
    op.drop_column("service_order", "corps_priority")
    op.drop_table("township_limit")
    op.drop_table("order_limit")
