"""Tables, and the imperative mapping of the domain classes onto them."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text, false

from services.catalog.consultation.domain import Opinion
from services.catalog.database import mapper, metadata
from shared.db.types import FREE_TEXT, UtcDateTime

opinion = Table(
    "opinion",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("edition_code", String(40), ForeignKey("edition.code"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("speaker", String(10), nullable=False),
    Column("township_code", String(12), nullable=True),
    Column("team_code", String(40), nullable=True),
    Column("item_code", String(40), nullable=True),
    Column("stance", String(10), nullable=False),
    Column("text", String(500), nullable=False, info=FREE_TEXT),
    Column("said_at", UtcDateTime, nullable=False),
    Column("said_on", Date, nullable=True),
    Column("came_by", String(10), nullable=True),
    Column("state", String(10), nullable=False),
    Column("place", String(160), nullable=True, unique=True),
    Column("receipt_digest", String(64), nullable=True, unique=True),
    Column("answer", Text, nullable=True, info=FREE_TEXT),
    Column("is_outdated", Boolean, nullable=False, server_default=false()),
    Column("answered_at", UtcDateTime, nullable=True),
    Column("answered_on", Date, nullable=True),
    Column("note", String(500), nullable=True, info=FREE_TEXT),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_opinion_edition_number", "edition_code", "number", unique=True),
    Index("ix_opinion_edition_state", "edition_code", "state"),
)

mapper.map_imperatively(Opinion, opinion, version_id_col=opinion.c.version)
