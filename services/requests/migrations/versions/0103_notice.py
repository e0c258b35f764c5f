"""How far ahead each line is to be ordered, and the day on which its order was handed in.

Revision ID: 0103
"""

import sqlalchemy as sa
from alembic import op

revision = "0103"
down_revision = "0102"
expands = True


def upgrade() -> None:
    op.add_column(
        "order_line", sa.Column("notice_days", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column("service_order", sa.Column("ordered_on", sa.Date(), nullable=True))
    planned = sa.text('"on" IS NOT NULL')
    op.create_index(
        "ix_order_line_item_on",
        "order_line",
        ["item_code", "on", "state"],
        postgresql_where=planned,
        sqlite_where=planned,
    )


def downgrade() -> None:
    op.drop_index("ix_order_line_item_on", "order_line")
    op.drop_column("service_order", "ordered_on")
    op.drop_column("order_line", "notice_days")
