"""Who was at a booth and when, and what phones said of it.

Revision ID: 0120
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import Json, UtcDateTime

revision = "0120"
down_revision = "0119"
expands = True


def upgrade() -> None:
    op.create_table(
        "attendance",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("assignment_id", sa.String(length=36), nullable=False),
        sa.Column("stop_id", sa.String(length=36), nullable=False),
        sa.Column("team_code", sa.String(length=40), nullable=False),
        sa.Column("volunteer_no", sa.String(length=20), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.Column("marks", Json, nullable=False),
        sa.Column("is_absent", sa.Boolean(), nullable=False),
        sa.Column("inside_fence", sa.Boolean(), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.create_index("ix_attendance_stop", ["stop_id"], unique=False)
        batch_op.create_index("ix_attendance_volunteer", ["volunteer_no", "on"], unique=False)

    op.create_table(
        "check_in_scan",
        sa.Column("nonce", sa.String(length=40), nullable=False),
        sa.Column("stop_id", sa.String(length=36), nullable=False),
        sa.Column("volunteer_no", sa.String(length=20), nullable=False),
        sa.Column("assignment_id", sa.String(length=36), nullable=True),
        sa.Column("way", sa.String(length=4), nullable=False),
        sa.Column("by", sa.String(length=4), nullable=False),
        sa.Column("device_at", UtcDateTime(), nullable=False),
        sa.Column("device_ahead_seconds", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("inside_fence", sa.Boolean(), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("fault", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("nonce"),
    )
    with op.batch_alter_table("check_in_scan", schema=None) as batch_op:
        batch_op.create_index("ix_check_in_scan_received", ["received_at"], unique=False)
        batch_op.create_index("ix_check_in_scan_stop", ["stop_id", "received_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("check_in_scan", schema=None) as batch_op:
        batch_op.drop_index("ix_check_in_scan_stop")
        batch_op.drop_index("ix_check_in_scan_received")

    op.drop_table("check_in_scan")
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.drop_index("ix_attendance_volunteer")
        batch_op.drop_index("ix_attendance_stop")

    op.drop_table("attendance")
