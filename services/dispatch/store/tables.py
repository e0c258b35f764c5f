"""Tables, and the imperative mapping of the domain's classes onto them.

``township``, ``team``, ``item`` and ``demand_line`` are dispatch's own copies of what other services
announced; ``plan``, ``stop``, ``assignment`` and ``booking`` are its own decisions, and the rest is on the way to them.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.orm import registry, relationship

from services.dispatch.domain.candidate import Candidate
from services.dispatch.domain.plan import Plan
from services.dispatch.domain.rule import PlanningRule
from services.dispatch.domain.run import PlanningRun
from services.dispatch.domain.stop import Assignment, Stop
from shared.db.types import FREE_TEXT, Json, UtcDateTime

metadata = MetaData()
_mapper = registry(metadata=metadata)


def _names() -> tuple[Column[str], Column[str]]:
    return Column("name", String(80), nullable=False), Column("name_en", String(80), nullable=False)


township = Table(
    "township",
    metadata,
    Column("code", String(12), primary_key=True),
    *_names(),
    Column("lat", Float, nullable=False),
    Column("lon", Float, nullable=False),
)
team = Table(
    "team",
    metadata,
    Column("code", String(40), primary_key=True),
    *_names(),
    Column("members", Integer, nullable=False),
    Column("state", String(10), nullable=False, server_default="active"),
)
item = Table(
    "item",
    metadata,
    Column("code", String(40), primary_key=True),
    *_names(),
    Column("teams", Json, nullable=False),
    Column("minutes_per_resident", Integer, nullable=True),
)
campaign = Table(
    "campaign",
    metadata,
    Column("code", String(40), primary_key=True),
    *_names(),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("state", String(10), nullable=False),
    Column("themes", Json, nullable=False),
    Column("revision", Integer, nullable=False),
)
demand_line = Table(
    "demand_line",
    metadata,
    Column("line_id", String(36), primary_key=True),
    Column("order_id", String(36), nullable=False, index=True),
    Column("campaign_id", String(80), nullable=False),
    Column("township_code", String(12), nullable=False),
    Column("place", String(200), nullable=False),
    Column("lat", Float, nullable=True),
    Column("lon", Float, nullable=True),
    Column("item_code", String(40), nullable=False),
    Column("item_name", String(80), nullable=False),
    Column("item_name_en", String(80), nullable=False),
    Column("volunteers", Integer, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("wished_on", Json, nullable=False),
    Column("ruled_out_on", Json, nullable=False),
    Column("state", String(20), nullable=False),
    Column("told_reason", String(60), nullable=True),
    Index("ix_demand_line_campaign", "campaign_id", "state", "line_id"),
)
"""``state``: open, planned, served or cancelled. ``told_reason``: why an open line is unserved, as the township
was told last; none once it has a place."""

booking = Table(
    "booking",
    metadata,
    Column("team_code", String(40), primary_key=True),
    Column("on", Date, primary_key=True),
    Column("part", String(10), primary_key=True),
    Column("stop_id", String(36), nullable=False, index=True),
)
"""Where a team is on a half-day. The primary key is the rule: never in two places."""

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
stop = Table(
    "stop",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("plan_id", String(36), ForeignKey("plan.id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("township_code", String(12), nullable=False, index=True),
    Column("place", String(200), nullable=False),
    Column("lat", Float, nullable=False),
    Column("lon", Float, nullable=False),
    Column("on", Date, nullable=False),
    Column("part", String(10), nullable=False),
    Column("state", String(20), nullable=False, index=True),
    Column("reason_code", String(40), nullable=True),
    Column("reason", Text, nullable=True, info=FREE_TEXT),
    Column("off_day_reason", Text, nullable=True, info=FREE_TEXT),
    Column("postponed_from", Json, nullable=True, info=FREE_TEXT),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)
assignment = Table(
    "assignment",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("stop_id", String(36), ForeignKey("stop.id"), nullable=False, index=True),
    Column("order_id", String(36), nullable=False, index=True),
    Column("line_id", String(36), nullable=False, index=True),
    Column("item_code", String(40), nullable=False),
    Column("item_name", String(80), nullable=False),
    Column("item_name_en", String(80), nullable=False),
    Column("team_code", String(40), nullable=False),
    Column("volunteers", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("reason_code", String(40), nullable=True),
    Column("reason", Text, nullable=True, info=FREE_TEXT),
    Column("served", Integer, nullable=True),
    Column("leaflets", Integer, nullable=True),
    Column("follow_ups", Integer, nullable=True),
    Column("offered_at", UtcDateTime, nullable=True),
    Column("told_at", UtcDateTime, nullable=True),
    Column("told_problem", String(80), nullable=True),
    Index("ix_assignment_team", "team_code", "state", "id"),
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
    Column("due_at", UtcDateTime, nullable=True, index=True),
    Column("state", String(20), nullable=False),
    Column("candidate_id", String(36), nullable=True),
    Column("holder", String(36), nullable=True),
    Column("attempts", Integer, nullable=False),
    Column("spent_seconds", Float, nullable=False),
    Column("objective", BigInteger, nullable=True),
    Column("bound", BigInteger, nullable=True),
    Column("error", String(80), nullable=True),
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

_mapper.map_imperatively(PlanningRun, planning_run, version_id_col=planning_run.c.version)
_mapper.map_imperatively(Candidate, candidate, version_id_col=candidate.c.version)
_mapper.map_imperatively(PlanningRule, planning_rule, version_id_col=planning_rule.c.version)
_mapper.map_imperatively(Plan, plan, version_id_col=plan.c.version)
_mapper.map_imperatively(Assignment, assignment)
_mapper.map_imperatively(
    Stop,
    stop,
    version_id_col=stop.c.version,
    properties={"assignments": relationship(Assignment, lazy="selectin", order_by=assignment.c.id)},
)
