"""Calendars that phones subscribe to by a secret address, and what they were shown.

Revision ID: 0123
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import Json, UtcDateTime

revision = "0123"
down_revision = "0122"
expands = True


def upgrade() -> None:
    op.create_table(
        "calendar",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.String(length=120), nullable=False),
        sa.Column("party", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("calendar", schema=None) as batch_op:
        batch_op.create_index("ix_calendar_party", ["party", "code"], unique=False)
        batch_op.create_index("uq_calendar_of", ["account_id", "party", "code"], unique=True)
        batch_op.create_index("uq_calendar_secret", ["secret_hash"], unique=True)

    op.create_table(
        "calendar_entry",
        sa.Column("calendar_id", sa.String(length=36), nullable=False),
        sa.Column("uid", sa.String(length=40), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.Column("says", Json, nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar_id"],
            ["calendar.id"],
        ),
        sa.PrimaryKeyConstraint("calendar_id", "uid"),
    )
    with op.batch_alter_table("calendar_entry", schema=None) as batch_op:
        batch_op.create_index("ix_calendar_entry_on", ["on"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("calendar_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_calendar_entry_on")

    op.drop_table("calendar_entry")
    with op.batch_alter_table("calendar", schema=None) as batch_op:
        batch_op.drop_index("uq_calendar_secret")
        batch_op.drop_index("uq_calendar_of")
        batch_op.drop_index("ix_calendar_party")

    op.drop_table("calendar")
