"""What volunteers served, and certificates of it.

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
        "certificate",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("volunteer_no", sa.String(length=20), nullable=False),
        sa.Column("team_code", sa.String(length=40), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("minutes", Json, nullable=False),
        sa.Column("lines", Json, nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("reason_code", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
        sa.UniqueConstraint("token"),
    )
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.create_index("ix_certificate_issued", ["issued_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_certificate_volunteer_no"), ["volunteer_no"], unique=False
        )

    op.create_table(
        "certificate_number",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year"),
    )
    op.create_table(
        "service_record",
        sa.Column("hours_id", sa.String(length=60), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("volunteer_no", sa.String(length=20), nullable=False),
        sa.Column("team_code", sa.String(length=40), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("said_at", UtcDateTime(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=True),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.String(length=10), nullable=False),
        sa.Column("item_name", sa.String(length=80), nullable=False),
        sa.Column("item_name_en", sa.String(length=80), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("township_code", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("hours_id"),
    )
    with op.batch_alter_table("service_record", schema=None) as batch_op:
        batch_op.create_index("ix_service_record_said", ["said_at"], unique=False)
        batch_op.create_index("ix_service_record_volunteer", ["volunteer_no", "on"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("service_record", schema=None) as batch_op:
        batch_op.drop_index("ix_service_record_volunteer")
        batch_op.drop_index("ix_service_record_said")

    op.drop_table("service_record")
    op.drop_table("certificate_number")
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certificate_volunteer_no"))
        batch_op.drop_index("ix_certificate_issued")

    op.drop_table("certificate")
