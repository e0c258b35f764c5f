"""Text messages and robots beside e-mail: where deliveries go, the gateway with what it used, and groups' robots.

Revision ID: 0105
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import Json, UtcDateTime

revision = "0105"
down_revision = "0104"
expands = True

_UNENDED, _FAILED = sa.text("due_at IS NOT NULL"), sa.text("failed_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("delivery", sa.Column("target", sa.String(20), nullable=True))
    op.add_column("delivery", sa.Column("failed_at", UtcDateTime(), nullable=True))
    op.create_index(
        "ix_delivery_channel_due",
        "delivery",
        ["channel", "due_at"],
        postgresql_where=_UNENDED,
        sqlite_where=_UNENDED,
    )
    op.create_index(
        "ix_delivery_failed",
        "delivery",
        ["failed_at"],
        postgresql_where=_FAILED,
        sqlite_where=_FAILED,
    )
    op.create_table(
        "sms_gateway",
        sa.Column("id", sa.String(10), primary_key=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("method", sa.String(10), nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("headers", Json, nullable=False),
        sa.Column("body_kind", sa.String(10), nullable=False),
        sa.Column("body", sa.String(2000), nullable=False),
        sa.Column("ok_field", sa.String(80), nullable=False),
        sa.Column("ok_value", sa.String(80), nullable=False),
        sa.Column("signature", sa.String(80), nullable=False),
        sa.Column("most_segments", sa.Integer(), nullable=False),
        sa.Column("daily_segments", sa.Integer(), nullable=False),
        sa.Column("quiet_from", sa.String(5), nullable=True),
        sa.Column("quiet_until", sa.String(5), nullable=True),
        sa.Column("secret_sealed", sa.Text(), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "sms_usage",
        sa.Column("on_day", sa.Date(), primary_key=True),
        sa.Column("segments", sa.Integer(), nullable=False),
    )
    op.create_table(
        "robot",
        sa.Column("id", sa.String(20), primary_key=True),
        sa.Column("recipient_id", sa.String(60), nullable=False),
        sa.Column("vendor", sa.String(10), nullable=False),
        sa.Column("style", sa.String(10), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("address_sealed", sa.Text(), nullable=False),
        sa.Column("address_index", sa.String(64), nullable=False, unique=True),
        sa.Column("secret_sealed", sa.Text(), nullable=True),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("calls", Json, nullable=False),
        sa.Column("held_until", UtcDateTime(), nullable=True),
        sa.Column("failure", sa.String(80), nullable=True),
        sa.Column("failed_at", UtcDateTime(), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_robot_recipient_id", "robot", ["recipient_id"])


def downgrade() -> None:
    for table in ("robot", "sms_usage", "sms_gateway"):
        op.drop_table(table)
    op.drop_index("ix_delivery_failed", "delivery")
    op.drop_index("ix_delivery_channel_due", "delivery")
    op.drop_column("delivery", "failed_at")
    op.drop_column("delivery", "target")
