"""Planning runs, their candidates, pins and bans.

Revision ID: 0006
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import Json, UtcDateTime

revision = "0006"
down_revision = "0005"
expands = True


def upgrade() -> None:
    _create_runs()
    _create_candidates()
    _create_rules()


def downgrade() -> None:
    for table in ("planning_rule", "candidate_revision", "candidate", "planning_run"):
        op.drop_table(table)


def _text(name: str, size: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(size), nullable=nullable)


def _create_runs() -> None:
    op.create_table(
        "planning_run",
        sa.Column("id", sa.String(36), primary_key=True),
        _text("purpose", 10),
        _text("campaign", 80),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        _text("start_township_code", 12),
        sa.Column("weekends", sa.Boolean(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        _text("state", 20),
        _text("candidate_id", 36, nullable=True),
        _text("holder", 36, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("spent_seconds", sa.Float(), nullable=False),
        sa.Column("objective", sa.BigInteger(), nullable=True),
        sa.Column("bound", sa.BigInteger(), nullable=True),
        _text("error", 80, nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_planning_run_due_at", "planning_run", ["due_at"])
    op.create_index("ix_planning_run_campaign", "planning_run", ["campaign", "id"])


def _create_candidates() -> None:
    op.create_table(
        "candidate",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("run_id", sa.String(36), sa.ForeignKey("planning_run.id"), nullable=False),
        _text("campaign", 80),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        _text("state", 20),
        sa.Column("revision", sa.Integer(), nullable=False),
        *_content(),
        _text("plan_id", 36, nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_candidate_run_id", "candidate", ["run_id"])
    op.create_index("ix_candidate_campaign", "candidate", ["campaign", "id"])
    op.create_table(
        "candidate_revision",
        sa.Column("candidate_id", sa.String(36), sa.ForeignKey("candidate.id"), primary_key=True),
        sa.Column("revision", sa.Integer(), primary_key=True),
        *_content(),
    )


def _content() -> list[sa.Column[object]]:
    return [sa.Column(name, Json, nullable=False) for name in ("booths", "unserved", "score")]


def _create_rules() -> None:
    op.create_table(
        "planning_rule",
        sa.Column("id", sa.String(36), primary_key=True),
        _text("campaign", 80),
        _text("does", 10),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        _text("line_id", 36, nullable=True),
        _text("team_code", 40, nullable=True),
        sa.Column("on", sa.Date(), nullable=True),
        _text("part", 10, nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_planning_rule_campaign", "planning_rule", ["campaign", "id"])
