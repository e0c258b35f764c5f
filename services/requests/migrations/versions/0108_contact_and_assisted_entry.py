"""Whom the team may ask; for whom and how an order was entered by somebody else; which orders came by a form.

Revision ID: 0108
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import UtcDateTime

revision = "0108"
down_revision = "0107"
expands = True

COLUMNS = {
    "contact": 80,
    "phone_sealed": 200,
    "phone_masked": 20,
    "assisted_how": 10,
    "assisted_for": 80,
}


def upgrade() -> None:
    for name, length in COLUMNS.items():
        op.add_column("service_order", sa.Column(name, sa.String(length), nullable=True))
    persons = sa.text("(contact IS NOT NULL OR assisted_for IS NOT NULL)")
    op.create_index(
        "ix_service_order_persons",
        "service_order",
        ["created_at"],
        postgresql_where=persons,
        sqlite_where=persons,
    )
    op.create_table(
        "entered_form_order",
        sa.Column("digest", sa.String(32), primary_key=True),
        sa.Column("order_id", sa.String(36), nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("entered_form_order")
    op.drop_index("ix_service_order_persons", "service_order")
    for name in reversed(COLUMNS):
        op.drop_column("service_order", name)
