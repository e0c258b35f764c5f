"""Residents draw tickets for booths: their queues, and the tickets.

Revision ID: 0113
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import UtcDateTime

revision = "0113"
down_revision = "0112"
expands = True


def upgrade() -> None:
    op.create_table(
        "booth_queue",
        sa.Column("assignment_id", sa.String(length=36), nullable=False),
        sa.Column("stop_id", sa.String(length=36), nullable=False),
        sa.Column("township_code", sa.String(length=12), nullable=False),
        sa.Column("item_code", sa.String(length=40), nullable=False),
        sa.Column("letter", sa.String(length=4), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("prior_minutes", sa.Float(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("last_rank", sa.Float(), nullable=False),
        sa.Column("streak", sa.Integer(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("arrived", sa.Integer(), nullable=True),
        sa.Column("served", sa.Integer(), nullable=True),
        sa.Column("longest", sa.Integer(), nullable=True),
        sa.Column("mean_wait_minutes", sa.Float(), nullable=True),
        sa.Column("minutes_per_resident", sa.Float(), nullable=True),
        sa.Column("arrivals_per_hour", sa.Float(), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("assignment_id", name=op.f("pk_booth_queue")),
    )
    op.create_index(op.f("ix_booth_queue_stop_id"), "booth_queue", ["stop_id"])
    op.create_index("ix_booth_queue_item", "booth_queue", ["item_code", "ended_at"])
    op.create_table(
        "ticket",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("assignment_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=True),
        sa.Column("came_by", sa.String(length=10), nullable=False),
        sa.Column("priority", sa.Boolean(), nullable=False),
        sa.Column("rank", sa.Float(), nullable=False),
        sa.Column("drawn_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("first_called_at", UtcDateTime(), nullable=True),
        sa.Column("called_at", UtcDateTime(), nullable=True),
        sa.Column("began_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["booth_queue.assignment_id"],
            name=op.f("fk_ticket_assignment_id_booth_queue"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("token", name=op.f("uq_ticket_token")),
    )
    op.create_index("uq_ticket_number", "ticket", ["assignment_id", "number"], unique=True)
    op.create_index("ix_ticket_state", "ticket", ["assignment_id", "state", "ended_at"])
    op.create_index("ix_ticket_device", "ticket", ["assignment_id", "device"])
    op.add_column("assignment", sa.Column("queue_state", sa.String(length=10), nullable=True))
    op.add_column("assignment", sa.Column("ticketed", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("assignment") as batch:
        batch.drop_column("ticketed")
        batch.drop_column("queue_state")
    op.drop_table("ticket")
    op.drop_table("booth_queue")
