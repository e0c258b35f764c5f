"""Residents rate booths, poor ratings are followed up, and a booth is found by its assignment.

Revision ID: 0109
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import UtcDateTime

revision = "0109"
down_revision = "0108"
expands = True


def upgrade() -> None:
    op.create_table(
        "follow_up",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("rater", sa.String(length=10), nullable=False),
        sa.Column("order_id", sa.String(length=36), nullable=False),
        sa.Column("township_code", sa.String(length=12), nullable=False),
        sa.Column("team_code", sa.String(length=40), nullable=False),
        sa.Column("item_code", sa.String(length=40), nullable=False),
        sa.Column("item_name", sa.String(length=80), nullable=False),
        sa.Column("item_name_en", sa.String(length=80), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("answer", sa.String(length=500), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("is_overdue", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("follow_up", schema=None) as batch_op:
        batch_op.create_index(
            "ix_follow_up_open",
            ["due_on", "id"],
            unique=False,
            postgresql_where=sa.text("state = 'open'"),
            sqlite_where=sa.text("state = 'open'"),
        )
        batch_op.create_index("ix_follow_up_team", ["team_code", "id"], unique=False)
        batch_op.create_index("ix_follow_up_township", ["township_code", "id"], unique=False)

    op.create_table(
        "resident_rating",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("assignment_id", sa.String(length=40), nullable=False),
        sa.Column("order_id", sa.String(length=36), nullable=False),
        sa.Column("township_code", sa.String(length=12), nullable=False),
        sa.Column("team_code", sa.String(length=40), nullable=False),
        sa.Column("item_code", sa.String(length=40), nullable=False),
        sa.Column("item_name", sa.String(length=80), nullable=False),
        sa.Column("item_name_en", sa.String(length=80), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=True),
        sa.Column("rated_on", sa.Date(), nullable=False),
        sa.Column("rated_at", UtcDateTime(), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason_code", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("reply", sa.String(length=500), nullable=True),
        sa.Column("replied_at", UtcDateTime(), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("device"),
    )
    with op.batch_alter_table("resident_rating", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_resident_rating_assignment_id"), ["assignment_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_resident_rating_order_id"), ["order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_resident_rating_rated_on"), ["rated_on"], unique=False)
        batch_op.create_index("ix_resident_rating_team", ["team_code", "id"], unique=False)
        batch_op.create_index("ix_resident_rating_township", ["township_code", "id"], unique=False)

    op.create_table(
        "stop_start",
        sa.Column("stop_id", sa.String(length=40), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("stop_id"),
    )
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_order_line_assignment_id"), ["assignment_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_order_line_assignment_id"))

    op.drop_table("stop_start")
    with op.batch_alter_table("resident_rating", schema=None) as batch_op:
        batch_op.drop_index("ix_resident_rating_township")
        batch_op.drop_index("ix_resident_rating_team")
        batch_op.drop_index(batch_op.f("ix_resident_rating_rated_on"))
        batch_op.drop_index(batch_op.f("ix_resident_rating_order_id"))
        batch_op.drop_index(batch_op.f("ix_resident_rating_assignment_id"))

    op.drop_table("resident_rating")
    with op.batch_alter_table("follow_up", schema=None) as batch_op:
        batch_op.drop_index("ix_follow_up_township")
        batch_op.drop_index("ix_follow_up_team")
        batch_op.drop_index(
            "ix_follow_up_open",
            postgresql_where=sa.text("state = 'open'"),
            sqlite_where=sa.text("state = 'open'"),
        )

    op.drop_table("follow_up")
