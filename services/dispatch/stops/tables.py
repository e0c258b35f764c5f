"""Stops, the assignments to their booths and the teams' bookings, and the mapping of the domain's classes onto them."""

from sqlalchemy import Column, Date, Float, ForeignKey, Index, Integer, String, Table, Text, text
from sqlalchemy.orm import relationship

from services.dispatch.database import mapper, metadata
from services.dispatch.stops.domain.stop import Assignment, Stop
from shared.db.types import DERIVED, FREE_TEXT, Json, JsonOrNull, UtcDateTime

_DOUBTED = text("figures_state = 'doubted'")

booking = Table(
    "booking",
    metadata,
    Column("team_code", String(40), primary_key=True),
    Column("on", Date, primary_key=True),
    Column("part", String(10), primary_key=True),
    Column("stop_id", String(36), nullable=False, index=True),
)
"""Where a team is on a half-day. The primary key is the rule: never in two places."""

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
    Column("confirm_by", Date, nullable=True),
    Column("township_answer", String(20), nullable=True),
    Column("answered_on", Date, nullable=True),
    Column("reminded_for", Date, nullable=True),
    Column("overdue_for", Date, nullable=True),
    Column("other_days", JsonOrNull, nullable=True, info=FREE_TEXT),
    Column("day_kept", JsonOrNull, nullable=True, info=FREE_TEXT),
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
    Column("township_code", String(12), nullable=True),
    Column("volunteers", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("reason_code", String(40), nullable=True),
    Column("reason", Text, nullable=True, info=FREE_TEXT),
    Column("served", Integer, nullable=True),
    Column("leaflets", Integer, nullable=True),
    Column("follow_ups", Integer, nullable=True),
    Column("arrived", Integer, nullable=True),
    Column("longest_queue", Integer, nullable=True),
    Column("mean_wait_minutes", Integer, nullable=True),
    Column("queue_state", String(10), nullable=True),
    Column("ticketed", Integer, nullable=True),
    Column("doubts", JsonOrNull, nullable=True, info=DERIVED),
    Column("figures_state", String(10), nullable=True),
    Column("offered_at", UtcDateTime, nullable=True),
    Column("told_at", UtcDateTime, nullable=True),
    Column("told_problem", String(80), nullable=True),
    Column("answer_by", Date, nullable=True),
    Column("reminded_for", Date, nullable=True),
    Column("overdue_for", Date, nullable=True),
    Index("ix_assignment_team", "team_code", "state", "id"),
    # The few whose figures the corps has still to look at.
    Index("ix_assignment_doubted", "stop_id", postgresql_where=_DOUBTED, sqlite_where=_DOUBTED),
    # Few booths count for another township than their stop's.
    Index(
        "ix_assignment_township",
        "township_code",
        "item_code",
        postgresql_where=text("township_code IS NOT NULL"),
        sqlite_where=text("township_code IS NOT NULL"),
    ),
)
last_served = Table(
    "last_served",
    metadata,
    Column("township_code", String(12), primary_key=True),
    Column("item_code", String(40), primary_key=True),
    Column("on", Date, nullable=False),
)
"""When each township last had each item, by the reports of booths."""

IN_TIME = (stop.c.on, stop.c.part.desc())
"""Stops in the order of time: mornings come before afternoons."""

mapper.map_imperatively(Assignment, assignment)
mapper.map_imperatively(
    Stop,
    stop,
    version_id_col=stop.c.version,
    properties={"assignments": relationship(Assignment, lazy="selectin", order_by=assignment.c.id)},
)
