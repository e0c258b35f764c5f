"""What is ready for stops, and the mapping of the domain's class onto it."""

from sqlalchemy import Column, Date, ForeignKey, Integer, String, Table

from services.dispatch.database import mapper, metadata
from services.dispatch.preparation.domain import Preparation
from shared.db.types import Json

preparation = Table(
    "preparation",
    metadata,
    Column("stop_id", String(36), ForeignKey("stop.id"), primary_key=True),
    Column("on", Date, nullable=False),
    Column("part", String(10), nullable=False),
    Column("ready", Json, nullable=False),
    Column("said_on", Date, nullable=True),
    Column("reminded_for", Date, nullable=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)

mapper.map_imperatively(Preparation, preparation, version_id_col=preparation.c.version)
