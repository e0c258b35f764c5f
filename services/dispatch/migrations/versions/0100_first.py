"""The first schema of dispatch.

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
        "booking",
        sa.Column("team_code", sa.String(40), primary_key=True),
        sa.Column("on", sa.Date(), primary_key=True),
        sa.Column("part", sa.String(10), primary_key=True),
        sa.Column("stop_id", sa.String(36), nullable=False),
    )
    op.create_index("ix_booking_stop_id", "booking", ["stop_id"])
    op.create_table(
        "campaign",
        sa.Column("code", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("themes", Json, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
    )
    op.create_table(
        "demand_line",
        sa.Column("line_id", sa.String(36), primary_key=True),
        sa.Column("order_id", sa.String(36), nullable=False),
        sa.Column("campaign_id", sa.String(80), nullable=False),
        sa.Column("township_code", sa.String(12), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("item_code", sa.String(40), nullable=False),
        sa.Column("item_name", sa.String(80), nullable=False),
        sa.Column("item_name_en", sa.String(80), nullable=False),
        sa.Column("volunteers", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("wished_on", Json, nullable=False),
        sa.Column("ruled_out_on", Json, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("told_reason", sa.String(60), nullable=True),
    )
    op.create_index("ix_demand_line_campaign", "demand_line", ["campaign_id", "state", "line_id"])
    op.create_index("ix_demand_line_order_id", "demand_line", ["order_id"])
    op.create_table(
        "item",
        sa.Column("code", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("teams", Json, nullable=False),
        sa.Column("minutes_per_resident", sa.Integer(), nullable=True),
    )
    op.create_table(
        "plan",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("campaign_id", sa.String(80), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("start_township_code", sa.String(12), nullable=False),
        sa.Column("weekends", sa.Boolean(), nullable=False),
        sa.Column("distance_km", sa.Float(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("unserved", Json, nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_plan_campaign_id", "plan", ["campaign_id"])
    op.create_table(
        "planning_rule",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("campaign_id", sa.String(80), nullable=False),
        sa.Column("does", sa.String(10), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("line_id", sa.String(36), nullable=True),
        sa.Column("team_code", sa.String(40), nullable=True),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("part", sa.String(10), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_planning_rule_campaign", "planning_rule", ["campaign_id", "id"])
    op.create_table(
        "planning_run",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("purpose", sa.String(10), nullable=False),
        sa.Column("campaign_id", sa.String(80), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("start_township_code", sa.String(12), nullable=False),
        sa.Column("weekends", sa.Boolean(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("candidate_id", sa.String(36), nullable=True),
        sa.Column("holder", sa.String(36), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("spent_seconds", sa.Float(), nullable=False),
        sa.Column("objective", sa.BigInteger(), nullable=True),
        sa.Column("bound", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.String(80), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_planning_run_campaign", "planning_run", ["campaign_id", "id"])
    op.create_index(
        "ix_planning_run_due",
        "planning_run",
        ["due_at"],
        postgresql_where=sa.text("due_at IS NOT NULL"),
        sqlite_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index("ix_planning_run_made_at", "planning_run", ["made_at"])
    op.create_table(
        "team",
        sa.Column("code", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False, server_default="active"),
    )
    op.create_table(
        "township",
        sa.Column("code", sa.String(12), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
    )
    op.create_table(
        "candidate",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("run_id", sa.String(36), sa.ForeignKey("planning_run.id"), nullable=False),
        sa.Column("campaign_id", sa.String(80), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("booths", Json, nullable=False),
        sa.Column("unserved", Json, nullable=False),
        sa.Column("score", Json, nullable=False),
        sa.Column("plan_id", sa.String(36), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_candidate_campaign", "candidate", ["campaign_id", "id"])
    op.create_index("ix_candidate_run_id", "candidate", ["run_id"])
    op.create_table(
        "stop",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("plan_id", sa.String(36), sa.ForeignKey("plan.id"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("township_code", sa.String(12), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("part", sa.String(10), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason_code", sa.String(40), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("off_day_reason", sa.Text(), nullable=True),
        sa.Column("postponed_from", Json, nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_stop_plan_id", "stop", ["plan_id"])
    op.create_index("ix_stop_state", "stop", ["state"])
    op.create_index("ix_stop_township_code", "stop", ["township_code"])
    op.create_table(
        "assignment",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("stop_id", sa.String(36), sa.ForeignKey("stop.id"), nullable=False),
        sa.Column("order_id", sa.String(36), nullable=False),
        sa.Column("line_id", sa.String(36), nullable=False),
        sa.Column("item_code", sa.String(40), nullable=False),
        sa.Column("item_name", sa.String(80), nullable=False),
        sa.Column("item_name_en", sa.String(80), nullable=False),
        sa.Column("team_code", sa.String(40), nullable=False),
        sa.Column("volunteers", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason_code", sa.String(40), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("served", sa.Integer(), nullable=True),
        sa.Column("leaflets", sa.Integer(), nullable=True),
        sa.Column("follow_ups", sa.Integer(), nullable=True),
        sa.Column("offered_at", UtcDateTime(), nullable=True),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.Column("told_problem", sa.String(80), nullable=True),
    )
    op.create_index("ix_assignment_line_id", "assignment", ["line_id"])
    op.create_index("ix_assignment_order_id", "assignment", ["order_id"])
    op.create_index("ix_assignment_stop_id", "assignment", ["stop_id"])
    op.create_index("ix_assignment_team", "assignment", ["team_code", "state", "id"])
    op.create_table(
        "candidate_revision",
        sa.Column("candidate_id", sa.String(36), sa.ForeignKey("candidate.id"), primary_key=True),
        sa.Column("revision", sa.Integer(), primary_key=True),
        sa.Column("booths", Json, nullable=False),
        sa.Column("unserved", Json, nullable=False),
        sa.Column("score", Json, nullable=False),
    )


def downgrade() -> None:
    for table in (
        "candidate_revision",
        "assignment",
        "stop",
        "candidate",
        "township",
        "team",
        "planning_run",
        "planning_rule",
        "plan",
        "item",
        "demand_line",
        "campaign",
        "booking",
        "idempotency_key",
    ):
        op.drop_table(table)
    drop_person_table_v1()
    drop_audit_tables_v1()
    drop_revocation_table_v1()
    drop_messaging_tables_v1()
