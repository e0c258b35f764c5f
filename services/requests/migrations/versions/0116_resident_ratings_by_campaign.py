"""Residents' ratings know their campaign, whose figures count them.

Revision ID: 0116
"""

import sqlalchemy as sa
from alembic import op

revision = "0116"
down_revision = "0115"
expands = True


def upgrade() -> None:
    with op.batch_alter_table("resident_rating") as batch_op:
        batch_op.add_column(sa.Column("campaign_id", sa.String(length=80), nullable=True))
        batch_op.create_index(
            "ix_resident_rating_campaign",
            ["campaign_id", "township_code", "item_code", "score"],
            postgresql_where=sa.text("state = 'shown'"),
            sqlite_where=sa.text("state = 'shown'"),
        )
    # The release before stores none while both run; such a rating is in no campaign's figures.
    op.execute(
        "UPDATE resident_rating SET campaign_id = (SELECT campaign_id FROM service_order"
        " WHERE service_order.id = resident_rating.order_id)"
    )


def downgrade() -> None:
    with op.batch_alter_table("resident_rating") as batch_op:
        batch_op.drop_index("ix_resident_rating_campaign")
        batch_op.drop_column("campaign_id")
