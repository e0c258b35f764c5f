"""Copies of what catalog announces of volunteers, and the days on which somebody can't come."""

from sqlalchemy import Boolean, Column, Date, Index, Integer, String, Table

from services.dispatch.availability.domain import Unavailable
from services.dispatch.database import mapper, metadata
from shared.db.types import UtcDateTime

volunteer = Table(
    "volunteer",
    metadata,
    Column("no", String(20), primary_key=True),
    Column("team_code", String(40), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("minor", Boolean, nullable=False),
    Column("novice", Boolean, nullable=False),
    Column("agreement_until", Date, nullable=True),
    Index("ix_volunteer_team", "team_code", "active", "no"),
)
"""A volunteer by the public number; who it is stays in catalog."""

held = Table(
    "held_qualification",
    metadata,
    Column("volunteer_no", String(20), primary_key=True),
    Column("qualification", String(80), primary_key=True),
    Column("expires_on", Date, nullable=True),
)
"""What volunteers may do, by what is compared of its name."""

unavailable = Table(
    "unavailable",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("party", String(10), nullable=False),
    Column("code", String(40), nullable=False),
    Column("first_on", Date, nullable=False),
    Column("last_on", Date, nullable=False),
    Column("part", String(10), nullable=True),
    Column("entered_at", UtcDateTime, nullable=False),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_unavailable_of", "party", "code", "last_on"),
    Index("ix_unavailable_last", "last_on"),
)

mapper.map_imperatively(Unavailable, unavailable, version_id_col=unavailable.c.version)
