"""An index for the orders from an edition.

Revision ID: 0112
"""

from alembic import op

revision = "0112"
down_revision = "0111"
expands = True


def upgrade() -> None:
    op.create_index("ix_service_order_edition", "service_order", ["edition_id", "created_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_service_order_edition", "service_order")
