"""Residents rate with their tickets.

Revision ID: 0123
"""

import sqlalchemy as sa
from alembic import op

revision = "0123"
down_revision = "0122"
expands = True


def upgrade() -> None:
    op.create_table(
        "voucher_key",
        sa.Column("assignment_id", sa.String(length=40), nullable=False),
        sa.Column("public_key", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("assignment_id", name=op.f("pk_voucher_key")),
    )
    op.add_column("resident_rating", sa.Column("also_of", sa.String(length=64), nullable=True))
    op.create_index("ix_resident_rating_also_of", "resident_rating", ["also_of"])


def downgrade() -> None:
    op.drop_index("ix_resident_rating_also_of", "resident_rating")
    op.drop_column("resident_rating", "also_of")
    op.drop_table("voucher_key")
