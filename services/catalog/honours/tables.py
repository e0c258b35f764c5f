"""Tables, and the imperative mapping of the domain classes onto them."""

from sqlalchemy import Boolean, Column, Date, Index, Integer, String, Table

from services.catalog.database import mapper, metadata
from services.catalog.honours.domain import Honour, Objection
from shared.db.types import FREE_TEXT, Json, UtcDateTime

honour = Table(
    "honour",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("award", String(20), nullable=False),
    Column("window_code", String(40), nullable=False, index=True),
    Column("post_id", String(36), nullable=True),
    Column("volunteer_no", String(20), nullable=True, index=True),
    Column("citation", String(500), nullable=False, info=FREE_TEXT),
    Column("grounds", String(500), nullable=True, info=FREE_TEXT),
    Column("links", Json, nullable=False, info=FREE_TEXT),
    Column("nominated_at", UtcDateTime, nullable=False),
    Column("state", String(12), nullable=False),
    Column("public_from", Date, nullable=True),
    Column("public_until", Date, nullable=True),
    Column("awarded_on", Date, nullable=True),
    Column("expires_on", Date, nullable=True),
    Column("awarding_body", String(80), nullable=True),
    Column("ended_on", Date, nullable=True),
    Column("reason_code", String(40), nullable=True),
    Column("reason", String(500), nullable=True, info=FREE_TEXT),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_honour_state", "state", "public_until"),
)

objection = Table(
    "honour_objection",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("honour_id", String(36), nullable=False, index=True),
    Column("township_code", String(12), nullable=True),
    Column("team_code", String(40), nullable=True),
    Column("came_by", String(10), nullable=True),
    Column("text", String(500), nullable=True, info=FREE_TEXT),
    Column("made_at", UtcDateTime, nullable=False),
    Column("answer", String(500), nullable=True, info=FREE_TEXT),
    Column("answered_at", UtcDateTime, nullable=True),
    Column("is_upheld", Boolean, nullable=False),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)

mapper.map_imperatively(Honour, honour, version_id_col=honour.c.version)
mapper.map_imperatively(Objection, objection, version_id_col=objection.c.version)
