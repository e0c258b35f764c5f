"""Orders name a campaign of catalog by its id.

Revision ID: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
    )
    op.drop_index("ix_service_order_campaign_state_id", "service_order")
    op.drop_index("ix_service_order_campaign_id", "service_order")
    op.alter_column("service_order", "campaign", new_column_name="campaign_id")
    op.create_index("ix_service_order_campaign_state_id", "service_order", ["campaign_id", "state", "id"])
    op.create_index("ix_service_order_campaign_id", "service_order", ["campaign_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_service_order_campaign_state_id", "service_order")
    op.drop_index("ix_service_order_campaign_id", "service_order")
    op.alter_column("service_order", "campaign_id", new_column_name="campaign")
    op.create_index("ix_service_order_campaign_state_id", "service_order", ["campaign", "state", "id"])
    op.create_index("ix_service_order_campaign_id", "service_order", ["campaign", "id"])
    op.drop_table("campaign")
