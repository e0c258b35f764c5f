"""The table above as migrations make it. A function here is history: add the next, don't edit."""

import sqlalchemy as sa
from alembic import op

from shared.db.types import UtcDateTime


def create_person_table_v1() -> None:
    op.create_table(
        "person_part",
        sa.Column("request_id", sa.String(36), primary_key=True),
        sa.Column("volunteer_no", sa.String(20), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("data_sealed", sa.Text(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_person_part_volunteer_no", "person_part", ["volunteer_no"])
    op.create_index("ix_person_part_expires_at", "person_part", ["expires_at"])


def drop_person_table_v1() -> None:
    op.drop_table("person_part")
