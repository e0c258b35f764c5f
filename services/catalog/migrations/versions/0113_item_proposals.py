"""New items that teams propose in a survey, in their own words.

Revision ID: 0113
"""

import sqlalchemy as sa
from alembic import op

revision = "0113"
down_revision = "0112"
expands = True


def upgrade() -> None:
    op.create_table(
        "item_proposal",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("reply_id", sa.String(36), sa.ForeignKey("survey_reply.id"), nullable=False),
        sa.Column("edition_code", sa.String(40), nullable=False),
        sa.Column("team_code", sa.String(40), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("text", sa.String(500), nullable=False),
        sa.Column("volunteers", sa.Integer(), nullable=True),
        sa.Column("times_a_week", sa.Integer(), nullable=True),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("place", sa.String(101), nullable=True, unique=True),
        sa.Column("item_code", sa.String(40), nullable=True),
        sa.Column("reason_code", sa.String(40), nullable=True),
        sa.Column("reason", sa.String(500), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_item_proposal_reply_id", "item_proposal", ["reply_id"])
    op.create_index("ix_item_proposal_edition", "item_proposal", ["edition_code", "state"])


def downgrade() -> None:
    op.drop_table("item_proposal")
