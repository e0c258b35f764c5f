"""Queues that were measured, and the recurring services that are proposed.

Revision ID: 0115
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import Json

revision = "0115"
down_revision = "0114"
expands = True


def upgrade() -> None:
    op.create_table(
        "booth_queue",
        sa.Column("assignment_id", sa.String(length=40), nullable=False),
        sa.Column("stop_id", sa.String(length=40), nullable=False),
        sa.Column("township_code", sa.String(length=12), nullable=False),
        sa.Column("team_code", sa.String(length=40), nullable=False),
        sa.Column("item_code", sa.String(length=40), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("arrived", sa.Integer(), nullable=False),
        sa.Column("served", sa.Integer(), nullable=False),
        sa.Column("longest", sa.Integer(), nullable=False),
        sa.Column("mean_wait_minutes", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("assignment_id"),
    )
    with op.batch_alter_table("booth_queue", schema=None) as batch_op:
        batch_op.create_index("ix_booth_queue_on", ["on"], unique=False)

    op.create_table(
        "recurrence_proposal",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("township_code", sa.String(length=12), nullable=False),
        sa.Column("item_code", sa.String(length=40), nullable=False),
        sa.Column("item_name", sa.String(length=80), nullable=False),
        sa.Column("item_name_en", sa.String(length=80), nullable=False),
        sa.Column("team_code", sa.String(length=40), nullable=False),
        sa.Column("order_id", sa.String(length=36), nullable=False),
        sa.Column("proposed_cadence", sa.String(length=20), nullable=False),
        sa.Column("proposed_residents", sa.Integer(), nullable=False),
        sa.Column("cadence", sa.String(length=20), nullable=False),
        sa.Column("residents", sa.Integer(), nullable=False),
        sa.Column("points", Json, nullable=False),
        sa.Column("evidence", Json, nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("reason_code", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("series_id", sa.String(length=36), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("recurrence_proposal", schema=None) as batch_op:
        batch_op.create_index("ix_recurrence_proposal_state", ["state", "id"], unique=False)
        batch_op.create_index(
            "ix_recurrence_proposal_team", ["team_code", "state", "id"], unique=False
        )
        batch_op.create_index(
            "ix_recurrence_proposal_township", ["township_code", "item_code", "id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("recurrence_proposal", schema=None) as batch_op:
        batch_op.drop_index("ix_recurrence_proposal_township")
        batch_op.drop_index("ix_recurrence_proposal_team")
        batch_op.drop_index("ix_recurrence_proposal_state")

    op.drop_table("recurrence_proposal")
    with op.batch_alter_table("booth_queue", schema=None) as batch_op:
        batch_op.drop_index("ix_booth_queue_on")

    op.drop_table("booth_queue")
