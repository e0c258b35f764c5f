"""Mail may be gathered in summaries, by a person's wish or when an hour brings too much.

Revision ID: 0108
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import UtcDateTime

revision = "0108"
down_revision = "0107"
expands = True


def upgrade() -> None:
    op.add_column(
        "preference",
        sa.Column("rhythm", sa.String(10), nullable=False, server_default="at_once"),
    )
    op.add_column("delivery", sa.Column("summary_id", sa.String(36), nullable=True))
    gathered = sa.text("summary_id IS NOT NULL")
    op.create_index(
        "ix_delivery_summary",
        "delivery",
        ["summary_id"],
        postgresql_where=gathered,
        sqlite_where=gathered,
    )
    op.create_table(
        "summary",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("recipient_id", sa.String(60), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("holder", sa.String(36), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(80), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_summary_recipient_id", "summary", ["recipient_id"])
    unended = sa.text("due_at IS NOT NULL")
    op.create_index(
        "ix_summary_due",
        "summary",
        ["due_at"],
        postgresql_where=unended,
        sqlite_where=unended,
    )
    op.create_table(
        "mail_hour",
        sa.Column("recipient_id", sa.String(60), primary_key=True),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("mails", sa.Integer(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("mail_hour")
    op.drop_table("summary")
    op.drop_index("ix_delivery_summary", "delivery")
    op.drop_column("delivery", "summary_id")
    op.drop_column("preference", "rhythm")
