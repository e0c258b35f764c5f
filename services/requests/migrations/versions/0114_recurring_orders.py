"""Orders that repeat: the rule, each time that it was due, and which order was made for that.

Revision ID: 0114
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import Json, UtcDateTime

revision = "0114"
down_revision = "0113"
expands = True


def upgrade() -> None:
    op.create_table(
        "series",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("township_code", sa.String(length=12), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("items", Json, nullable=False),
        sa.Column("rrule", sa.String(length=120), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("days_around", sa.SmallInteger(), nullable=False),
        sa.Column("on_holiday", sa.String(length=12), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("contact", sa.String(length=80), nullable=True),
        sa.Column("phone_sealed", sa.String(length=200), nullable=True),
        sa.Column("phone_masked", sa.String(length=20), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason_code", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("changed", Json, nullable=False),
        sa.Column("extra_on", Json, nullable=False),
        sa.Column("first_on", sa.Date(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("seen_to", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("ordered_to", sa.Date(), nullable=True),
        sa.Column("origin", sa.String(length=40), nullable=True),
        sa.Column("follows", sa.String(length=36), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
    )
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.create_index("ix_series_due", ["state", "due_on", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_series_follows"), ["follows"], unique=False)
        batch_op.create_index(
            "ix_series_persons",
            ["made_at"],
            unique=False,
            postgresql_where=sa.text("contact IS NOT NULL AND state = 'ended'"),
            sqlite_where=sa.text("contact IS NOT NULL AND state = 'ended'"),
        )
        batch_op.create_index("ix_series_state", ["state", "id"], unique=False)
        batch_op.create_index("ix_series_township", ["township_code", "id"], unique=False)

    op.create_table(
        "occurrence",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("series_id", sa.String(length=36), nullable=False),
        sa.Column("township_code", sa.String(length=12), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_by_hand", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("fault", sa.String(length=40), nullable=True),
        sa.Column("item_code", sa.String(length=40), nullable=True),
        sa.Column("doubts", Json, nullable=False),
        sa.Column("order_id", sa.String(length=36), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["series_id"],
            ["series.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("occurrence", schema=None) as batch_op:
        batch_op.create_index(
            "ix_occurrence_blocked",
            ["id"],
            unique=False,
            postgresql_where=sa.text("state = 'blocked'"),
            sqlite_where=sa.text("state = 'blocked'"),
        )
        batch_op.create_index(batch_op.f("ix_occurrence_order_id"), ["order_id"], unique=False)
        batch_op.create_index("ix_occurrence_series", ["series_id", "on"], unique=False)

    with op.batch_alter_table("service_order", schema=None) as batch_op:
        batch_op.add_column(sa.Column("series_id", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("series_on", sa.Date(), nullable=True))
        batch_op.add_column(
            sa.Column("changed_by_hand", sa.Boolean(), server_default=sa.false(), nullable=False)
        )


def downgrade() -> None:
    with op.batch_alter_table("service_order", schema=None) as batch_op:
        batch_op.drop_column("changed_by_hand")
        batch_op.drop_column("series_on")
        batch_op.drop_column("series_id")

    with op.batch_alter_table("occurrence", schema=None) as batch_op:
        batch_op.drop_index("ix_occurrence_series")
        batch_op.drop_index(batch_op.f("ix_occurrence_order_id"))
        batch_op.drop_index(
            "ix_occurrence_blocked",
            postgresql_where=sa.text("state = 'blocked'"),
            sqlite_where=sa.text("state = 'blocked'"),
        )

    op.drop_table("occurrence")
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.drop_index("ix_series_township")
        batch_op.drop_index("ix_series_state")
        batch_op.drop_index(
            "ix_series_persons",
            postgresql_where=sa.text("contact IS NOT NULL AND state = 'ended'"),
            sqlite_where=sa.text("contact IS NOT NULL AND state = 'ended'"),
        )
        batch_op.drop_index(batch_op.f("ix_series_follows"))
        batch_op.drop_index("ix_series_due")

    op.drop_table("series")
