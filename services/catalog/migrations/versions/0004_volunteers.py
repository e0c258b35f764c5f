"""Volunteers, and what they ask about their data.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import Json, UtcDateTime
from shared.privacy.schema import create_person_table_v1, drop_person_table_v1

revision = "0004"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "volunteer",
        sa.Column("no", sa.String(20), primary_key=True),
        sa.Column("team_code", sa.String(40), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("name_sealed", sa.Text(), nullable=True),
        sa.Column("phone_sealed", sa.Text(), nullable=True),
        sa.Column("identity_sealed", sa.Text(), nullable=True),
        sa.Column("identity_index", sa.String(64), nullable=True, unique=True),
        sa.Column("consent_at", UtcDateTime(), nullable=False),
        sa.Column("consent_version", sa.String(40), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_volunteer_team_code", "volunteer", ["team_code"])
    number = op.create_table("volunteer_number", sa.Column("last", sa.Integer(), primary_key=True, autoincrement=False))
    op.bulk_insert(number, [{"last": 0}])
    op.create_table(
        "person_request",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("volunteer_no", sa.String(20), nullable=False),
        sa.Column("purpose", sa.String(10), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("answers", Json, nullable=False),
        sa.Column("awaited", Json, nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_person_request_volunteer_no", "person_request", ["volunteer_no"])
    create_person_table_v1()


def downgrade() -> None:
    drop_person_table_v1()
    for table in ("person_request", "volunteer_number", "volunteer"):
        op.drop_table(table)
