"""Service hours, and what either side claims of them.

Revision ID: 0122
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import Json, UtcDateTime

revision = "0122"
down_revision = "0121"
expands = True


def upgrade() -> None:
    op.create_table(
        "hours_claim",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("assignment_id", sa.String(length=36), nullable=False),
        sa.Column("stop_id", sa.String(length=36), nullable=False),
        sa.Column("team_code", sa.String(length=40), nullable=False),
        sa.Column("volunteer_no", sa.String(length=20), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("answer", sa.String(length=500), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("decision", sa.String(length=500), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("hours_claim", schema=None) as batch_op:
        batch_op.create_index("ix_hours_claim_asked", ["asked_at"], unique=False)
        batch_op.create_index("ix_hours_claim_ends", ["ends_at"], unique=False)
        batch_op.create_index("ix_hours_claim_state", ["state", "asked_at"], unique=False)
        batch_op.create_index("ix_hours_claim_team", ["team_code", "state"], unique=False)
        batch_op.create_index(
            "ix_hours_claim_volunteer", ["volunteer_no", "asked_at"], unique=False
        )
        batch_op.create_index(
            "uq_hours_claim_open",
            ["assignment_id", "volunteer_no"],
            unique=True,
            postgresql_where=sa.text("state IN ('waiting', 'disputed')"),
            sqlite_where=sa.text("state IN ('waiting', 'disputed')"),
        )

    op.create_table(
        "service_hours",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("assignment_id", sa.String(length=36), nullable=False),
        sa.Column("stop_id", sa.String(length=36), nullable=False),
        sa.Column("team_code", sa.String(length=40), nullable=False),
        sa.Column("volunteer_no", sa.String(length=20), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("anomalies", Json, nullable=False),
        sa.Column("settled", Json, nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("service_hours", schema=None) as batch_op:
        batch_op.create_index("ix_service_hours_ends", ["ends_at"], unique=False)
        batch_op.create_index("ix_service_hours_on", ["on", "stop_id"], unique=False)
        batch_op.create_index("ix_service_hours_state", ["state", "on"], unique=False)
        batch_op.create_index("ix_service_hours_stop", ["stop_id"], unique=False)
        batch_op.create_index("ix_service_hours_team", ["team_code", "ends_at"], unique=False)
        batch_op.create_index("ix_service_hours_volunteer", ["volunteer_no", "on"], unique=False)

    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.create_index("ix_attendance_on", ["on"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.drop_index("ix_attendance_on")

    with op.batch_alter_table("service_hours", schema=None) as batch_op:
        batch_op.drop_index("ix_service_hours_volunteer")
        batch_op.drop_index("ix_service_hours_team")
        batch_op.drop_index("ix_service_hours_stop")
        batch_op.drop_index("ix_service_hours_state")
        batch_op.drop_index("ix_service_hours_on")
        batch_op.drop_index("ix_service_hours_ends")

    op.drop_table("service_hours")
    with op.batch_alter_table("hours_claim", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_hours_claim_open",
            postgresql_where=sa.text("state IN ('waiting', 'disputed')"),
            sqlite_where=sa.text("state IN ('waiting', 'disputed')"),
        )
        batch_op.drop_index("ix_hours_claim_volunteer")
        batch_op.drop_index("ix_hours_claim_team")
        batch_op.drop_index("ix_hours_claim_state")
        batch_op.drop_index("ix_hours_claim_ends")
        batch_op.drop_index("ix_hours_claim_asked")

    op.drop_table("hours_claim")
