"""Rosters and duties, and the mapping of the domain's class onto them."""

from sqlalchemy import Column, Date, Index, Integer, String, Table

from services.dispatch.database import mapper, metadata
from services.dispatch.rosters.domain.roster import Roster
from shared.db.types import Json

roster = Table(
    "roster",
    metadata,
    Column("assignment_id", String(36), primary_key=True),
    Column("stop_id", String(36), nullable=False, index=True),
    Column("team_code", String(40), nullable=False),
    Column("on", Date, nullable=False),
    Column("part", String(10), nullable=False),
    Column("volunteers", Json, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)

duty = Table(
    "duty",
    metadata,
    Column("volunteer_no", String(20), primary_key=True),
    Column("on", Date, primary_key=True),
    Column("part", String(10), primary_key=True),
    Column("assignment_id", String(36), nullable=False),
    Column("team_code", String(40), nullable=False),
    Index("ix_duty_assignment", "assignment_id"),
    Index("ix_duty_team", "team_code", "on"),
)
"""Where a volunteer is on a half-day. The primary key is the rule: never at two booths."""

mapper.map_imperatively(Roster, roster, version_id_col=roster.c.version)
