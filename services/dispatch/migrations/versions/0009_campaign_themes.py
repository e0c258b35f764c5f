"""What campaigns are about.

Revision ID: 0009
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import Json, UtcDateTime

revision = "0009"
down_revision = "0008"
expands = True


def upgrade() -> None:
    op.create_table(
        "campaign_theme",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("campaign", sa.String(80), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("item_codes", Json, nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_campaign_theme_campaign", "campaign_theme", ["campaign", "id"])


def downgrade() -> None:
    op.drop_table("campaign_theme")
