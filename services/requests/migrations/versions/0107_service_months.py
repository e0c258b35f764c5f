"""What was served is counted by month, and open lines are found by index.

Revision ID: 0107
"""

import sqlalchemy as sa
from alembic import op

revision = "0107"
down_revision = "0106"
expands = True

OPEN = sa.text("state IN ('waiting', 'scheduled', 'unserved')")
SCORES = range(1, 6)


def upgrade() -> None:
    service_month = op.create_table(
        "service_month",
        sa.Column("campaign_id", sa.String(80), primary_key=True),
        sa.Column("township_code", sa.String(12), primary_key=True),
        sa.Column("item_code", sa.String(40), primary_key=True),
        sa.Column("month", sa.Date(), primary_key=True),
        sa.Column("services", sa.Integer(), nullable=False),
        sa.Column("residents", sa.Integer(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        *(sa.Column(f"rated_{score}", sa.Integer(), nullable=False) for score in SCORES),
    )
    op.create_index(
        "ix_service_month_township", "service_month", ["township_code", "item_code", "month"]
    )
    op.drop_index("ix_service_order_state", "service_order")
    op.create_index(
        "ix_service_order_state",
        "service_order",
        ["state", "created_at", "id"],
        postgresql_include=["township_code", "campaign_id", "ordered_on"],
    )
    op.create_index(
        "ix_order_line_open",
        "order_line",
        ["order_id"],
        postgresql_include=["item_code", "state", "unserved_reason", "on"],
        postgresql_where=OPEN,
        sqlite_where=OPEN,
    )
    _count(service_month)


def _count(service_month: sa.Table) -> None:
    """What was served before."""
    line = sa.table(
        "order_line", *map(sa.column, ("order_id", "item_code", "state", "on", "served", "score"))
    ).c
    order = sa.table("service_order", *map(sa.column, ("id", "campaign_id", "township_code"))).c
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    month = (
        sa.func.date(line.on, "start of month")
        if on_sqlite
        else sa.cast(sa.func.date_trunc("month", line.on), sa.Date)
    )
    by = (order.campaign_id, order.township_code, line.item_code, month)
    served = (
        sa.select(
            *by,
            sa.func.count(),
            sa.func.coalesce(sa.func.sum(line.served), 0),
            sa.func.max(line.on),
            *(sa.func.sum(sa.case((line.score == score, 1), else_=0)) for score in SCORES),
        )
        .where(line.order_id == order.id, line.state == "served", line.on.is_not(None))
        .group_by(*by)
    )
    op.execute(service_month.insert().from_select(list(service_month.c.keys()), served))


def downgrade() -> None:
    op.drop_index("ix_order_line_open", "order_line")
    op.drop_index("ix_service_order_state", "service_order")
    op.create_index("ix_service_order_state", "service_order", ["state", "created_at", "id"])
    op.drop_table("service_month")
