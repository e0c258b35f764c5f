"""Who stands at which booth: rosters, and the duty of each volunteer on a half-day.

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
        "duty",
        sa.Column("volunteer_no", sa.String(length=20), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.Column("assignment_id", sa.String(length=36), nullable=False),
        sa.Column("team_code", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("volunteer_no", "on", "part"),
    )
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.create_index("ix_duty_assignment", ["assignment_id"], unique=False)
        batch_op.create_index("ix_duty_team", ["team_code", "on"], unique=False)

    op.create_table(
        "roster",
        sa.Column("assignment_id", sa.String(length=36), nullable=False),
        sa.Column("stop_id", sa.String(length=36), nullable=False),
        sa.Column("team_code", sa.String(length=40), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.Column("volunteers", Json, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("assignment_id"),
    )
    with op.batch_alter_table("roster", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_roster_stop_id"), ["stop_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("roster", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_roster_stop_id"))

    op.drop_table("roster")
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.drop_index("ix_duty_team")
        batch_op.drop_index("ix_duty_assignment")

    op.drop_table("duty")
