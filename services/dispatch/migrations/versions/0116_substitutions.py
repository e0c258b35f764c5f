"""Who is asked to stand in for whoever drops out of a roster, and who is on standby.

Revision ID: 0116
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import Json, UtcDateTime

revision = "0116"
down_revision = "0115"
expands = True

_PENDING = sa.text("state IN ('open', 'with_leader')")


def upgrade() -> None:
    with op.batch_alter_table("roster", schema=None) as batch_op:
        batch_op.add_column(sa.Column("standby", Json, server_default="[]", nullable=False))
    op.create_table(
        "substitution",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("assignment_id", sa.String(length=36), nullable=False),
        sa.Column("stop_id", sa.String(length=36), nullable=False),
        sa.Column("team_code", sa.String(length=40), nullable=False),
        sa.Column("volunteer_no", sa.String(length=20), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("by_no", sa.String(length=20), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("substitution", schema=None) as batch_op:
        batch_op.create_index("ix_substitution_booth", ["assignment_id"], unique=False)
        batch_op.create_index("ix_substitution_team", ["team_code", "on"], unique=False)
        batch_op.create_index(
            "ix_substitution_pending",
            ["until"],
            unique=False,
            postgresql_where=_PENDING,
            sqlite_where=_PENDING,
        )
    op.create_table(
        "substitution_offer",
        sa.Column("substitution_id", sa.String(length=36), nullable=False),
        sa.Column("volunteer_no", sa.String(length=20), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["substitution_id"], ["substitution.id"]),
        sa.PrimaryKeyConstraint("substitution_id", "volunteer_no"),
    )
    with op.batch_alter_table("substitution_offer", schema=None) as batch_op:
        batch_op.create_index("ix_substitution_offer_of", ["volunteer_no", "state"], unique=False)


def downgrade() -> None:
    op.drop_table("substitution_offer")
    op.drop_table("substitution")
    with op.batch_alter_table("roster", schema=None) as batch_op:
        batch_op.drop_column("standby")
