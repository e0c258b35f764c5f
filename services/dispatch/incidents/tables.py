"""Incidents, and the mapping of the domain's class onto them."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, text

from services.dispatch.database import mapper, metadata
from services.dispatch.incidents.domain import Incident
from shared.db.types import FREE_TEXT, UtcDateTime

_OPEN = text("state = 'open'")

incident = Table(
    "incident",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("stop_id", String(36), ForeignKey("stop.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("what", String(20), nullable=False),
    Column("text", String(500), nullable=False, info=FREE_TEXT),
    Column("noted_at", UtcDateTime, nullable=False),
    Column("by", String(20), nullable=False),
    Column("team_code", String(40), nullable=True),
    Column("state", String(10), nullable=False),
    Column("closed_at", UtcDateTime, nullable=True),
    Column("words", String(500), nullable=True, info=FREE_TEXT),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_incident_stop", "stop_id", "number", unique=True),
    Index("ix_incident_open", "stop_id", postgresql_where=_OPEN, sqlite_where=_OPEN),
)

mapper.map_imperatively(Incident, incident, version_id_col=incident.c.version)
