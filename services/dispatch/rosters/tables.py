"""Rosters, duties and substitutions, and the mapping of the domain's classes onto them."""

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table, text
from sqlalchemy.orm import relationship

from services.dispatch.database import mapper, metadata
from services.dispatch.rosters.domain.roster import Roster
from services.dispatch.rosters.domain.substitution import Offer, Substitution
from shared.db.types import Json, UtcDateTime

roster = Table(
    "roster",
    metadata,
    Column("assignment_id", String(36), primary_key=True),
    Column("stop_id", String(36), nullable=False, index=True),
    Column("team_code", String(40), nullable=False),
    Column("on", Date, nullable=False),
    Column("part", String(10), nullable=False),
    Column("volunteers", Json, nullable=False),
    Column("standby", Json, nullable=False, server_default="[]"),
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

_PENDING = text("state IN ('open', 'with_leader')")

substitution = Table(
    "substitution",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("assignment_id", String(36), nullable=False),
    Column("stop_id", String(36), nullable=False),
    Column("team_code", String(40), nullable=False),
    Column("volunteer_no", String(20), nullable=False),
    Column("on", Date, nullable=False),
    Column("part", String(10), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("state", String(20), nullable=False),
    Column("by_no", String(20), nullable=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_substitution_booth", "assignment_id"),
    Index("ix_substitution_team", "team_code", "on"),
    # The few that somebody has to see to.
    Index("ix_substitution_pending", "until", postgresql_where=_PENDING, sqlite_where=_PENDING),
)

offer = Table(
    "substitution_offer",
    metadata,
    Column("substitution_id", String(36), ForeignKey("substitution.id"), primary_key=True),
    Column("volunteer_no", String(20), primary_key=True),
    Column("place", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Index("ix_substitution_offer_of", "volunteer_no", "state"),
)

mapper.map_imperatively(Offer, offer)
mapper.map_imperatively(
    Substitution,
    substitution,
    version_id_col=substitution.c.version,
    properties={"offers": relationship(Offer, lazy="selectin", order_by=offer.c.place)},
)
mapper.map_imperatively(Roster, roster, version_id_col=roster.c.version)
