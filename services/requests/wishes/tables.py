"""Tables, and the imperative mapping of the domain classes onto them."""

from sqlalchemy import Boolean, Column, Index, Integer, SmallInteger, String, Table

from services.requests.database import mapper, metadata
from services.requests.wishes.domain.wish import Wish, WishGroup
from shared.db.types import FREE_TEXT, UtcDateTime

wish = Table(
    "wish",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("township_code", String(12), nullable=False),
    Column("came_by", String(10), nullable=False),
    Column("what", String(500), nullable=False, info=FREE_TEXT),
    Column("residents", Integer, nullable=False),
    Column("timing", String(500), nullable=True, info=FREE_TEXT),
    Column("purpose", String(500), nullable=True, info=FREE_TEXT),
    Column("said_at", UtcDateTime, nullable=False),
    Column("group_id", String(36), nullable=False, index=True),
    Column("likeness", SmallInteger, nullable=True),
    Column("is_confirmed", Boolean, nullable=False),
    Column("state", String(10), nullable=False),
    Column("edits", Integer, nullable=False, server_default="0"),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_wish_state", "state", "id"),
    Index("ix_wish_township", "township_code", "id"),
)
wish_group = Table(
    "wish_group",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("state", String(10), nullable=False),
    Column("answer", String(500), nullable=True, info=FREE_TEXT),
    Column("edition_id", String(40), nullable=True),
    Column("item_code", String(40), nullable=True),
    Column("item_name", String(80), nullable=True),
    Column("item_name_en", String(80), nullable=True),
    Column("reason_code", String(40), nullable=True),
    Column("answered_at", UtcDateTime, nullable=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_wish_group_state", "state", "id"),
    # What was adopted for an edition is looked for when that is published.
    Index("ix_wish_group_edition", "edition_id", "state"),
)

mapper.map_imperatively(Wish, wish, version_id_col=wish.c.version)
mapper.map_imperatively(WishGroup, wish_group, version_id_col=wish_group.c.version)
