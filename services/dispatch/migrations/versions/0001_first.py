"""The first schema of dispatch.

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
    _create_decisions()


def downgrade() -> None:
    for table in (
        "assignment",
        "stop",
        "plan",
        "booking",
        "demand_line",
        "item",
        "team",
        "township",
        "idempotency_key",
    ):
        op.drop_table(table)
    drop_messaging_tables_v1()


def _text(name: str, size: int, *, nullable: bool = False, primary_key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(size), nullable=nullable, primary_key=primary_key)


def _count(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _degrees(*, nullable: bool) -> list[sa.Column[float]]:
    return [sa.Column(name, sa.Float(), nullable=nullable) for name in ("lat", "lon")]


def _create_copies() -> None:
    op.create_table(
        "township",
        _text("code", 12, primary_key=True),
        _text("name", 80),
        _text("name_en", 80),
        *_degrees(nullable=False),
    )
    op.create_table(
        "team", _text("code", 40, primary_key=True), _text("name", 80), _text("name_en", 80), _count("members")
    )
    op.create_table(
        "item",
        _text("code", 40, primary_key=True),
        _text("name", 80),
        _text("name_en", 80),
        sa.Column("teams", Json, nullable=False),
    )
    op.create_table(
        "demand_line",
        _text("line_id", 36, primary_key=True),
        _text("order_id", 36),
        _text("campaign", 80),
        _text("township_code", 12),
        _text("place", 200),
        *_degrees(nullable=True),
        _text("item_code", 40),
        _text("item_name", 80),
        _text("item_name_en", 80),
        _count("volunteers"),
        _count("priority"),
        sa.Column("wished_on", Json, nullable=False),
        sa.Column("ruled_out_on", Json, nullable=False),
        _text("state", 20),
    )
    op.create_index("ix_demand_line_order_id", "demand_line", ["order_id"])
    op.create_index("ix_demand_line_campaign", "demand_line", ["campaign", "state", "line_id"])


def _create_decisions() -> None:
    op.create_table(
        "booking",
        _text("team_code", 40, primary_key=True),
        sa.Column("on", sa.Date(), primary_key=True),
        _text("part", 10, primary_key=True),
        _text("stop_id", 36),
    )
    op.create_index("ix_booking_stop_id", "booking", ["stop_id"])
    op.create_table(
        "plan",
        _text("id", 36, primary_key=True),
        _text("campaign", 80),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        _text("start_township_code", 12),
        sa.Column("weekends", sa.Boolean(), nullable=False),
        sa.Column("distance_km", sa.Float(), nullable=False),
        _text("state", 20),
        _count("revision"),
        sa.Column("unserved", Json, nullable=False),
        _count("event_seq"),
        _count("version"),
    )
    op.create_index("ix_plan_campaign", "plan", ["campaign"])
    op.create_table(
        "stop",
        _text("id", 36, primary_key=True),
        sa.Column("plan_id", sa.String(36), sa.ForeignKey("plan.id"), nullable=False),
        _count("position"),
        _text("township_code", 12),
        _text("place", 200),
        *_degrees(nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        _text("part", 10),
        _text("state", 20),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("postponed_from", Json, nullable=True),
        _count("event_seq"),
        _count("version"),
    )
    for column in ("plan_id", "township_code", "state"):
        op.create_index(f"ix_stop_{column}", "stop", [column])
    op.create_table(
        "assignment",
        _text("id", 36, primary_key=True),
        sa.Column("stop_id", sa.String(36), sa.ForeignKey("stop.id"), nullable=False),
        _text("order_id", 36),
        _text("line_id", 36),
        _text("item_code", 40),
        _text("item_name", 80),
        _text("item_name_en", 80),
        _text("team_code", 40),
        _count("volunteers"),
        _text("state", 20),
        sa.Column("reason", sa.Text(), nullable=True),
        _count("served", nullable=True),
        _count("leaflets", nullable=True),
        _count("follow_ups", nullable=True),
        sa.Column("offered_at", UtcDateTime(), nullable=True),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        _text("told_problem", 80, nullable=True),
    )
    for column in ("stop_id", "order_id", "line_id"):
        op.create_index(f"ix_assignment_{column}", "assignment", [column])
    op.create_index("ix_assignment_team", "assignment", ["team_code", "state", "id"])
