"""Tables, and the imperative mapping of the domain classes onto them."""

from datetime import datetime, timedelta

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.database import mapper, metadata
from services.requests.recurrence.domain.series import Occurrence, Series
from shared.db.engine import forget
from shared.db.types import FREE_TEXT, Json, UtcDateTime
from shared.privacy.retention import BATCH

_CONTACT_OF_ENDED = text("contact IS NOT NULL AND state = 'ended'")
_BLOCKED = text("state = 'blocked'")

series = Table(
    "series",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("township_code", String(12), nullable=False),
    Column("place", String(80), nullable=False),
    Column("lat", Float, nullable=True),
    Column("lon", Float, nullable=True),
    Column("items", Json, nullable=False, info=FREE_TEXT),
    Column("rrule", String(120), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("days_around", SmallInteger, nullable=False),
    Column("on_holiday", String(12), nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("contact", String(80), nullable=True, info=FREE_TEXT),
    Column("phone_sealed", String(200), nullable=True),
    Column("phone_masked", String(20), nullable=True, info=FREE_TEXT),
    Column("state", String(10), nullable=False),
    Column("reason_code", String(40), nullable=True),
    Column("reason", String(500), nullable=True, info=FREE_TEXT),
    Column("changed", Json, nullable=False),
    Column("extra_on", Json, nullable=False),
    Column("first_on", Date, nullable=True),
    Column("last_on", Date, nullable=True),
    Column("seen_to", Date, nullable=True),
    Column("due_on", Date, nullable=True),
    Column("ordered_to", Date, nullable=True),
    Column("origin", String(40), nullable=True),
    Column("follows", String(36), nullable=True, index=True),
    Column("revision", Integer, nullable=False),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    # Finds those for which orders are to be made today, however many there are.
    Index("ix_series_due", "state", "due_on", "id"),
    Index("ix_series_state", "state", "id"),
    Index("ix_series_township", "township_code", "id"),
    Index(
        "ix_series_persons",
        "made_at",
        postgresql_where=_CONTACT_OF_ENDED,
        sqlite_where=_CONTACT_OF_ENDED,
    ),
)
SEALED_PHONE = series.c.phone_sealed

occurrence = Table(
    "occurrence",
    metadata,
    # The recurring order and the rule's day: what is due then is there once, whoever makes it.
    Column("id", String(40), primary_key=True),
    Column("series_id", String(36), ForeignKey("series.id"), nullable=False),
    Column("township_code", String(12), nullable=False),
    Column("on", Date, nullable=False),
    Column("day", Date, nullable=False),
    Column("is_by_hand", Boolean, nullable=False),
    Column("state", String(10), nullable=False),
    Column("fault", String(40), nullable=True),
    Column("item_code", String(40), nullable=True),
    Column("doubts", Json, nullable=False),
    Column("order_id", String(36), nullable=True, index=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_occurrence_series", "series_id", "on"),
    Index("ix_occurrence_blocked", "id", postgresql_where=_BLOCKED, sqlite_where=_BLOCKED),
)

PERSONS_KEPT = timedelta(days=2 * 365)
"""So long after it was made one that has ended says who may be asked."""


async def forget_contacts(session: AsyncSession, now: datetime) -> int:
    """Takes the persons out of some old ones; see :data:`shared.privacy.retention.Prune`."""
    old = series.c.made_at < now - PERSONS_KEPT
    found = select(series.c.id).where(_CONTACT_OF_ENDED, old).order_by(series.c.made_at)
    ids = (await session.scalars(found.limit(BATCH))).all()
    if ids:
        nothing = dict.fromkeys(("contact", "phone_sealed", "phone_masked"))
        await session.execute(update(series).where(series.c.id.in_(ids)).values(nothing))
        await forget(session)
    return len(ids)


mapper.map_imperatively(Series, series, version_id_col=series.c.version)
mapper.map_imperatively(Occurrence, occurrence, version_id_col=occurrence.c.version)
