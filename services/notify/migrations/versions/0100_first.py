"""The first schema of notify.

Revision ID: 0100
"""

import sqlalchemy as sa
from alembic import op

from shared.audit.schema import create_audit_tables_v1, drop_audit_tables_v1
from shared.db.types import BigId, Json, UtcDateTime
from shared.identity.schema import create_revocation_table_v1, drop_revocation_table_v1
from shared.messaging.schema import create_messaging_tables_v1, drop_messaging_tables_v1
from shared.privacy.schema import create_person_table_v1, drop_person_table_v1

revision = "0100"
down_revision = None


def upgrade() -> None:
    create_messaging_tables_v1()
    create_revocation_table_v1()
    create_audit_tables_v1()
    create_person_table_v1()
    op.create_table(
        "campaign",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.String(60), primary_key=True),
        sa.Column("message_id", sa.String(36), nullable=False),
        sa.Column("recipient_id", sa.String(60), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("holder", sa.String(36), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(80), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index(
        "ix_delivery_due",
        "delivery",
        ["due_at"],
        postgresql_where=sa.text("due_at IS NOT NULL"),
        sqlite_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_table(
        "digest",
        sa.Column("id", sa.String(80), primary_key=True),
        sa.Column("plan_id", sa.String(60), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("happened_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("stops", sa.Integer(), nullable=False),
        sa.Column("assignments", sa.Integer(), nullable=False),
        sa.Column("unserved", sa.Integer(), nullable=False),
        sa.Column("announced", Json, nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "digest_entry",
        sa.Column("event_id", sa.String(140), primary_key=True),
        sa.Column("digest_id", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("data", Json, nullable=False),
    )
    op.create_index("ix_digest_entry_digest_id", "digest_entry", ["digest_id"])
    op.create_table(
        "edition",
        sa.Column("id", sa.String(60), primary_key=True),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("retires_on", sa.Date(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "message",
        sa.Column("position", BigId, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("recipient_id", sa.String(60), nullable=False),
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("params", Json, nullable=False),
        sa.Column("about", sa.String(120), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_message_recipient_position", "message", ["recipient_id", "position"])
    op.create_table(
        "recipient",
        sa.Column("id", sa.String(60), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("email_sealed", sa.Text(), nullable=True),
        sa.Column("entered_at", UtcDateTime(), nullable=True),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("mails", sa.Integer(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "stop",
        sa.Column("id", sa.String(60), primary_key=True),
        sa.Column("plan_id", sa.String(60), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("booths", Json, nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    for table in (
        "stop",
        "recipient",
        "message",
        "edition",
        "digest_entry",
        "digest",
        "delivery",
        "campaign",
    ):
        op.drop_table(table)
    drop_person_table_v1()
    drop_audit_tables_v1()
    drop_revocation_table_v1()
    drop_messaging_tables_v1()
