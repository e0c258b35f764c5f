"""The first schema of requests.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

from shared.db.idempotency import create_idempotency_table_v1
from shared.db.types import Json, UtcDateTime
from shared.messaging.schema import create_messaging_tables_v1, drop_messaging_tables_v1

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_messaging_tables_v1()
    create_idempotency_table_v1()
    _create_copies()
    op.create_table(
        "service_order",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("township_code", sa.String(12), nullable=False),
        sa.Column("edition_id", sa.String(40), nullable=False),
        sa.Column("campaign", sa.String(80), nullable=False),
        sa.Column("place", sa.String(80), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("wished_on", Json, nullable=False),
        sa.Column("ruled_out_on", Json, nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(500), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("submitted_at", UtcDateTime(), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    for columns in (["township_code", "id"], ["state", "id"], ["campaign", "state", "id"], ["campaign", "id"]):
        op.create_index(f"ix_service_order_{'_'.join(columns)}", "service_order", columns)
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
    for table in ("order_line", "service_order", "township", "edition", "idempotency_key"):
        op.drop_table(table)
    drop_messaging_tables_v1()


def _create_copies() -> None:
    op.create_table(
        "edition",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("retires_on", sa.Date(), nullable=False),
        sa.Column("items", Json, nullable=False),
    )
    op.create_table(
        "township",
        sa.Column("code", sa.String(12), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
    )
