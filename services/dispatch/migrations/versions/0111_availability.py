"""Copies of what catalog announces of volunteers and of what items ask of them, and the days on which somebody can't
come. Volunteers of before are announced again when their entries change.

Revision ID: 0111
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import UtcDateTime

revision = "0111"
down_revision = "0110"
expands = True


def upgrade() -> None:
    op.create_table(
        "held_qualification",
        sa.Column("volunteer_no", sa.String(length=20), nullable=False),
        sa.Column("qualification", sa.String(length=80), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("volunteer_no", "qualification"),
    )
    op.create_table(
        "unavailable",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("party", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("part", sa.String(length=10), nullable=True),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("unavailable", schema=None) as batch_op:
        batch_op.create_index("ix_unavailable_last", ["last_on"], unique=False)
        batch_op.create_index("ix_unavailable_of", ["party", "code", "last_on"], unique=False)

    op.create_table(
        "volunteer",
        sa.Column("no", sa.String(length=20), nullable=False),
        sa.Column("team_code", sa.String(length=40), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("minor", sa.Boolean(), nullable=False),
        sa.Column("novice", sa.Boolean(), nullable=False),
        sa.Column("agreement_until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("no"),
    )
    with op.batch_alter_table("volunteer", schema=None) as batch_op:
        batch_op.create_index("ix_volunteer_team", ["team_code", "active", "no"], unique=False)

    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.add_column(sa.Column("qualification", sa.String(length=80), nullable=True))
        batch_op.add_column(
            sa.Column("adults_only", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(
            sa.Column("agreement_needed", sa.Boolean(), server_default=sa.false(), nullable=False)
        )


def downgrade() -> None:
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.drop_column("agreement_needed")
        batch_op.drop_column("adults_only")
        batch_op.drop_column("qualification")

    with op.batch_alter_table("volunteer", schema=None) as batch_op:
        batch_op.drop_index("ix_volunteer_team")

    op.drop_table("volunteer")
    with op.batch_alter_table("unavailable", schema=None) as batch_op:
        batch_op.drop_index("ix_unavailable_of")
        batch_op.drop_index("ix_unavailable_last")

    op.drop_table("unavailable")
    op.drop_table("held_qualification")
