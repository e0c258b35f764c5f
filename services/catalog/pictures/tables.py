"""The table, and the imperative mapping of the domain class onto it."""

from sqlalchemy import Column, Integer, String, Table

from services.catalog.database import mapper, metadata
from services.catalog.pictures.domain import Picture
from shared.db.types import UtcDateTime

picture = Table(
    "picture",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("media_type", String(20), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)

mapper.map_imperatively(Picture, picture, version_id_col=picture.c.version)
