"""The table of preferences, and its mapping."""

from sqlalchemy import Column, Integer, String, Table

from services.notify.database import mapper, metadata
from services.notify.preferences.domain.preference import Preference
from shared.db.types import Json

preference = Table(
    "preference",
    metadata,
    Column("recipient_id", String(60), primary_key=True),
    Column("channels", Json, nullable=False),
    Column("quiet_from", String(5), nullable=True),
    Column("quiet_until", String(5), nullable=True),
    Column("rhythm", String(10), nullable=False, server_default="at_once"),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)

mapper.map_imperatively(Preference, preference, version_id_col=preference.c.version)
