"""Activities and ceremonies: what the corps does on a day, who takes part, and the group photo.

Revision ID: 0125
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import Json, JsonOrNull, UtcDateTime

revision = "0125"
down_revision = "0124"
expands = True


def upgrade() -> None:
    op.create_table(
        "activity",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("activity_kind", sa.String(length=20), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.String(length=5), nullable=False),
        sa.Column("ends_at", sa.String(length=5), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("team_code", sa.String(length=40), nullable=True),
        sa.Column("parts", Json, nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("register_until", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("participants", sa.Integer(), nullable=True),
        sa.Column("was_on", sa.Date(), nullable=True),
        sa.Column("was_place", sa.String(length=80), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("reason_code", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_activity_on", "activity", ["on"])
    op.create_index("ix_activity_team_code", "activity", ["team_code"])
    op.create_index("ix_activity_state_on", "activity", ["state", "on"])
    op.create_table(
        "registration",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("activity_id", sa.String(length=36), nullable=False),
        sa.Column("volunteer_no", sa.String(length=20), nullable=False),
        sa.Column("team_code", sa.String(length=40), nullable=False),
        sa.Column("place_no", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("by", sa.String(length=10), nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("attended", sa.Boolean(), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("activity_id", "volunteer_no", name="uq_registration_once"),
    )
    op.create_index("ix_registration_volunteer_no", "registration", ["volunteer_no"])
    op.create_index("ix_registration_team_code", "registration", ["team_code"])
    op.create_index("ix_registration_place", "registration", ["activity_id", "state", "place_no"])
    op.create_table(
        "activity_photo",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("activity_id", sa.String(length=36), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("people", JsonOrNull, nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("activity_id"),
    )


def downgrade() -> None:
    op.drop_table("activity_photo")
    op.drop_table("registration")
    op.drop_table("activity")
