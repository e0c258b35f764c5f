"""What is open and when a township had an item last are found without a look at every order and month.

Revision ID: 0122
"""

import sqlalchemy as sa
from alembic import op

revision = "0122"
down_revision = "0121"
expands = True

NOTED = sa.text("township_code IS NOT NULL")


def upgrade() -> None:
    op.add_column("order_line", sa.Column("township_code", sa.String(length=12), nullable=True))
    op.add_column("order_line", sa.Column("campaign_id", sa.String(length=80), nullable=True))
    op.add_column("order_line", sa.Column("ordered_on", sa.Date(), nullable=True))
    op.execute(
        "UPDATE order_line SET township_code = service_order.township_code,"
        " campaign_id = service_order.campaign_id, ordered_on = service_order.ordered_on"
        " FROM service_order WHERE service_order.id = order_line.order_id"
        " AND order_line.state IN ('waiting', 'scheduled', 'unserved')"
        " AND service_order.state IN ('submitted', 'accepted', 'scheduled', 'served', 'rated')"
    )
    op.create_index(
        "ix_order_line_in_hand",
        "order_line",
        ["campaign_id", "township_code", "item_code"],
        postgresql_include=["state", "unserved_reason", "on", "ordered_on"],
        postgresql_where=NOTED,
        sqlite_where=NOTED,
    )
    op.create_index(
        "ix_service_month_month",
        "service_month",
        ["month"],
        postgresql_include=["township_code", "item_code", "services", "residents"],
    )
    op.create_table(
        "last_served",
        sa.Column("township_code", sa.String(length=12), nullable=False),
        sa.Column("item_code", sa.String(length=40), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("township_code", "item_code", name=op.f("pk_last_served")),
    )
    op.execute(
        'INSERT INTO last_served (township_code, item_code, "on")'
        " SELECT township_code, item_code, MAX(last_on) FROM service_month"
        " GROUP BY township_code, item_code"
    )


def downgrade() -> None:
    op.drop_table("last_served")
    op.drop_index("ix_service_month_month", "service_month")
    op.drop_index("ix_order_line_in_hand", "order_line")
    op.drop_column("order_line", "ordered_on")
    op.drop_column("order_line", "campaign_id")
    op.drop_column("order_line", "township_code")
