"""Campaigns are catalog's, with their themes; demand, plans, runs and rules name them by id.

Revision ID: 0013
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import Json, UtcDateTime

revision = "0013"
down_revision = "0012"

INDEXES = {
    "demand_line": ("ix_demand_line_campaign", ["state", "line_id"]),
    "planning_run": ("ix_planning_run_campaign", ["id"]),
    "candidate": ("ix_candidate_campaign", ["id"]),
    "planning_rule": ("ix_planning_rule_campaign", ["id"]),
}


def _rename(old: str, new: str) -> None:
    for table, (index, columns) in INDEXES.items():
        op.drop_index(index, table)
        op.alter_column(table, old, new_column_name=new)
        op.create_index(index, table, [new, *columns])
    op.drop_index(f"ix_plan_{old}", "plan")
    op.alter_column("plan", old, new_column_name=new)
    op.create_index(f"ix_plan_{new}", "plan", [new])


def upgrade() -> None:
    op.drop_table("campaign_theme")
    _rename("campaign", "campaign_id")
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


def downgrade() -> None:
    op.drop_table("campaign")
    _rename("campaign_id", "campaign")
    op.create_table(
        "campaign_theme",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("campaign", sa.String(80), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("item_codes", Json, nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_campaign_theme_campaign", "campaign_theme", ["campaign", "id"])
