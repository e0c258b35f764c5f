"""Tables, and the imperative mapping of the domain class onto them."""

from sqlalchemy import Boolean, Column, Date, Index, Integer, String, Table

from services.catalog.badges.domain import Badge
from services.catalog.database import mapper, metadata
from shared.db.types import FREE_TEXT, UtcDateTime

badge = Table(
    "badge",
    metadata,
    Column("number", String(20), primary_key=True),
    Column("holding_id", String(36), nullable=False, index=True),
    Column("window_code", String(40), nullable=False, index=True),
    Column("volunteer_no", String(20), nullable=False, index=True),
    Column("window_name", String(80), nullable=False),
    Column("window_name_en", String(80), nullable=False),
    Column("post_name", String(80), nullable=False),
    Column("post_name_en", String(80), nullable=False),
    Column("pledge", String(80), nullable=True, info=FREE_TEXT),
    Column("is_named", Boolean, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date, nullable=False),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("state", String(10), nullable=False),
    Column("revoked_at", UtcDateTime, nullable=True),
    Column("reason_code", String(40), nullable=True),
    Column("reason", String(500), nullable=True, info=FREE_TEXT),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_badge_ending", "state", "valid_until"),
)

badge_number = Table(
    "badge_number",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)
"""The number that the newest badge of a year got."""

badge_check = Table(
    "badge_check",
    metadata,
    Column("on", Date, primary_key=True),
    Column("window_code", String(40), primary_key=True),
    Column("outcome", String(10), primary_key=True),
    Column("count", Integer, nullable=False),
)
"""How often a badge of a window was verified on a day, and with what outcome; of no window where it is not ours. Who
verified it is not kept."""

mapper.map_imperatively(Badge, badge, version_id_col=badge.c.version)
