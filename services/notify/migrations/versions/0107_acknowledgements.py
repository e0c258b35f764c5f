"""Messages whose receipt matters are asked about until somebody acknowledges them.

Revision ID: 0107
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import UtcDateTime

revision = "0107"
down_revision = "0106"
expands = True


def upgrade() -> None:
    op.create_table(
        "acknowledgement",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("recipient_id", sa.String(60), nullable=False),
        sa.Column("about", sa.String(120), nullable=False),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("escalated_at", UtcDateTime(), nullable=True),
        sa.Column("acknowledged_at", UtcDateTime(), nullable=True),
        sa.Column("by_id", sa.String(36), nullable=True),
        sa.Column("by_corps", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("holder", sa.String(36), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(80), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_acknowledgement_about", "acknowledgement", ["about"])
    unended = sa.text("due_at IS NOT NULL")
    op.create_index(
        "ix_acknowledgement_due",
        "acknowledgement",
        ["due_at"],
        postgresql_where=unended,
        sqlite_where=unended,
    )
    unanswered = sa.text("escalated_at IS NOT NULL AND acknowledged_at IS NULL")
    op.create_index(
        "ix_acknowledgement_unanswered",
        "acknowledgement",
        ["escalated_at"],
        postgresql_where=unanswered,
        sqlite_where=unanswered,
    )


def downgrade() -> None:
    op.drop_table("acknowledgement")
