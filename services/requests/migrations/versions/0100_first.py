"""The first schema of requests.

Revision ID: 0100
"""

import sqlalchemy as sa
from alembic import op

from shared.audit.schema import create_audit_tables_v1, drop_audit_tables_v1
from shared.db.idempotency import create_idempotency_table_v1
from shared.db.types import Json, UtcDateTime
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
    create_idempotency_table_v1()
    op.create_table(
        "campaign",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
    )
    op.create_table(
        "edition",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("retires_on", sa.Date(), nullable=False),
        sa.Column("items", Json, nullable=False),
        sa.Column("state", sa.String(10), nullable=False, server_default="open"),
        sa.Column("event_seq", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
    )
    op.create_table(
        "township",
        sa.Column("code", sa.String(12), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
    )
    op.create_table(
        "open_edition",
        sa.Column("id", sa.String(40), sa.ForeignKey("edition.id"), primary_key=True),
    )
    op.create_table(
        "service_order",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("township_code", sa.String(12), nullable=False),
        sa.Column("edition_id", sa.String(40), nullable=False),
        sa.Column("campaign_id", sa.String(80), nullable=False),
        sa.Column("place", sa.String(80), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("wished_on", Json, nullable=False),
        sa.Column("ruled_out_on", Json, nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason_code", sa.String(40), nullable=True),
        sa.Column("reason", sa.String(500), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("submitted_at", UtcDateTime(), nullable=True),
        sa.Column(
            "open_edition_id", sa.String(40), sa.ForeignKey("open_edition.id"), nullable=True
        ),
        sa.Column("content_digest", sa.String(32), nullable=True, unique=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_service_order_campaign_id", "service_order", ["campaign_id", "id"])
    op.create_index(
        "ix_service_order_campaign_state_id", "service_order", ["campaign_id", "state", "id"]
    )
    op.create_index("ix_service_order_state_id", "service_order", ["state", "id"])
    op.create_index("ix_service_order_township_code_id", "service_order", ["township_code", "id"])
    op.create_table(
        "order_line",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("order_id", sa.String(36), sa.ForeignKey("service_order.id"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item_code", sa.String(40), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("volunteers_needed", sa.Integer(), nullable=False),
        sa.Column("expected_attendance", sa.Integer(), nullable=False),
        sa.Column("remark", sa.String(500), nullable=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("plan_id", sa.String(40), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("stop_id", sa.String(40), nullable=True),
        sa.Column("assignment_id", sa.String(40), nullable=True),
        sa.Column("team_code", sa.String(40), nullable=True),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("part", sa.String(20), nullable=True),
        sa.Column("unserved_reason", sa.String(80), nullable=True),
        sa.Column("served", sa.Integer(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("rating_text", sa.String(500), nullable=True),
    )
    op.create_index("ix_order_line_order_id", "order_line", ["order_id"])
    op.create_index("ix_order_line_stop_id", "order_line", ["stop_id"])


def downgrade() -> None:
    for table in (
        "order_line",
        "service_order",
        "open_edition",
        "township",
        "edition",
        "campaign",
        "idempotency_key",
    ):
        op.drop_table(table)
    drop_person_table_v1()
    drop_audit_tables_v1()
    drop_revocation_table_v1()
    drop_messaging_tables_v1()
