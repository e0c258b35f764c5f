"""Calendars with their entries, and the mapping of the domain's classes onto them."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, String, Table
from sqlalchemy.orm import relationship

from services.dispatch.calendars.domain import Calendar, Entry
from services.dispatch.database import mapper, metadata
from shared.db.types import Json, UtcDateTime

calendar = Table(
    "calendar",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("account_id", String(120), nullable=False),
    Column("party", String(10), nullable=False),
    Column("code", String(40), nullable=False),
    Column("secret_hash", String(64), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    # One address of each calendar for an account: another one ends it.
    Index("uq_calendar_of", "account_id", "party", "code", unique=True),
    Index("uq_calendar_secret", "secret_hash", unique=True),
    Index("ix_calendar_party", "party", "code"),
)
entry = Table(
    "calendar_entry",
    metadata,
    Column("calendar_id", String(36), ForeignKey("calendar.id"), primary_key=True),
    Column("uid", String(40), primary_key=True),
    Column("on", Date, nullable=False),
    Column("part", String(10), nullable=False),
    Column("says", Json, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("is_cancelled", Boolean, nullable=False),
    Index("ix_calendar_entry_on", "on"),
)
"""What a subscriber was shown, and so has on the phone."""

mapper.map_imperatively(Entry, entry)
mapper.map_imperatively(
    Calendar,
    calendar,
    version_id_col=calendar.c.version,
    properties={
        "entries": relationship(
            Entry, lazy="selectin", order_by=(entry.c.on, entry.c.part.desc(), entry.c.uid)
        )
    },
)
