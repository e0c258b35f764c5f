"""Plans, planning runs, candidates, pins and bans, and the mapping of the domain's classes onto their tables."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
)

from services.dispatch.database import mapper, metadata
from services.dispatch.plans.domain.candidate import Candidate
from services.dispatch.plans.domain.plan import Plan
from services.dispatch.plans.domain.rule import PlanningRule
from services.dispatch.plans.domain.run import PlanningRun
from shared.db.types import Json, UtcDateTime
from shared.jobs.queue import lease_columns

plan = Table(
    "plan",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("campaign_id", String(80), nullable=False, index=True),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("start_township_code", String(12), nullable=False),
    Column("weekends", Boolean, nullable=False),
    Column("distance_km", Float, nullable=False),
    Column("state", String(20), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("unserved", Json, nullable=False),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)
planning_run = Table(
    "planning_run",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("purpose", String(10), nullable=False),
    Column("campaign_id", String(80), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("start_township_code", String(12), nullable=False),
    Column("weekends", Boolean, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("made_at", UtcDateTime, nullable=False, index=True),
    Column("candidate_id", String(36), nullable=True),
    Column("spent_seconds", Float, nullable=False),
    Column("objective", BigInteger, nullable=True),
    Column("bound", BigInteger, nullable=True),
    *lease_columns("planning_run"),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_planning_run_campaign", "campaign_id", "id"),
)


def _content() -> list[Column[object]]:
    return [Column(name, Json, nullable=False) for name in ("booths", "unserved", "score")]


candidate = Table(
    "candidate",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("run_id", String(36), ForeignKey("planning_run.id"), nullable=False, index=True),
    Column("campaign_id", String(80), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("state", String(20), nullable=False),
    Column("revision", Integer, nullable=False),
    *_content(),
    Column("plan_id", String(36), nullable=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_candidate_campaign", "campaign_id", "id"),
)
candidate_revision = Table(
    "candidate_revision",
    metadata,
    Column("candidate_id", String(36), ForeignKey("candidate.id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    *_content(),
)
"""What a candidate was before it was edited."""

planning_rule = Table(
    "planning_rule",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("campaign_id", String(80), nullable=False),
    Column("does", String(10), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("line_id", String(36), nullable=True),
    Column("team_code", String(40), nullable=True),
    Column("on", Date, nullable=True),
    Column("part", String(10), nullable=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_planning_rule_campaign", "campaign_id", "id"),
)

mapper.map_imperatively(Plan, plan, version_id_col=plan.c.version)
mapper.map_imperatively(PlanningRun, planning_run, version_id_col=planning_run.c.version)
mapper.map_imperatively(Candidate, candidate, version_id_col=candidate.c.version)
mapper.map_imperatively(PlanningRule, planning_rule, version_id_col=planning_rule.c.version)
