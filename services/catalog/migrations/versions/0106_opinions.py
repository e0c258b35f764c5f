"""Opinions on drafts of the menu, and their answers.

Revision ID: 0106
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import UtcDateTime

revision = "0106"
down_revision = "0105"
expands = True


def upgrade() -> None:
    op.create_table(
        "opinion",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("edition_code", sa.String(40), sa.ForeignKey("edition.code"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("speaker", sa.String(10), nullable=False),
        sa.Column("township_code", sa.String(12), nullable=True),
        sa.Column("team_code", sa.String(40), nullable=True),
        sa.Column("item_code", sa.String(40), nullable=True),
        sa.Column("stance", sa.String(10), nullable=False),
        sa.Column("text", sa.String(500), nullable=False),
        sa.Column("said_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("place", sa.String(160), nullable=True, unique=True),
        sa.Column("receipt_digest", sa.String(64), nullable=True, unique=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("is_outdated", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("note", sa.String(500), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Index("ix_opinion_edition_number", "edition_code", "number", unique=True),
        sa.Index("ix_opinion_edition_state", "edition_code", "state"),
    )


def downgrade() -> None:
    op.drop_table("opinion")
