"""Tables, and the imperative mapping of the domain classes onto them."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from services.catalog.activities.domain import Activity, Photo, Registration
from services.catalog.database import mapper, metadata
from shared.db.types import FREE_TEXT, Json, JsonOrNull, UtcDateTime

activity = Table(
    "activity",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("name_en", String(80), nullable=False),
    Column("activity_kind", String(20), nullable=False),
    Column("on", Date, nullable=False, index=True),
    Column("starts_at", String(5), nullable=False),
    Column("ends_at", String(5), nullable=False),
    Column("place", String(80), nullable=False),
    Column("team_code", String(40), nullable=True, index=True),
    Column("parts", Json, nullable=False),
    Column("capacity", Integer, nullable=True),
    Column("register_until", Date, nullable=False),
    Column("state", String(12), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("participants", Integer, nullable=True),
    Column("was_on", Date, nullable=True),
    Column("was_place", String(80), nullable=True),
    Column("held_on", Date, nullable=True),
    Column("reason_code", String(40), nullable=True),
    Column("reason", String(500), nullable=True, info=FREE_TEXT),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_activity_state_on", "state", "on"),
)

registration = Table(
    "registration",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("activity_id", String(36), ForeignKey("activity.id"), nullable=False),
    Column("volunteer_no", String(20), nullable=False, index=True),
    Column("team_code", String(40), nullable=False, index=True),
    Column("place_no", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("by", String(10), nullable=False),
    Column("entered_at", UtcDateTime, nullable=False),
    Column("attended", Boolean, nullable=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("activity_id", "volunteer_no", name="uq_registration_once"),
    Index("ix_registration_place", "activity_id", "state", "place_no"),
)

photo = Table(
    "activity_photo",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("activity_id", String(36), ForeignKey("activity.id"), nullable=False, unique=True),
    Column("media_type", String(20), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("people", JsonOrNull, nullable=True),
    Column("state", String(10), nullable=False),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)

mapper.map_imperatively(Activity, activity, version_id_col=activity.c.version)
mapper.map_imperatively(Registration, registration, version_id_col=registration.c.version)
mapper.map_imperatively(Photo, photo, version_id_col=photo.c.version)
