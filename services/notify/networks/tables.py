"""The table of allowed networks, and its mapping."""

from sqlalchemy import Boolean, Column, Integer, String, Table

from services.notify.database import mapper, metadata
from services.notify.networks.domain import AllowedNetwork
from shared.db.types import UtcDateTime

allowed_network = Table(
    "allowed_network",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("network", String(50), nullable=False, unique=True),
    Column("in_clear", Boolean, nullable=False),
    Column("note", String(80), nullable=False),
    Column("entered_at", UtcDateTime, nullable=False),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)

mapper.map_imperatively(AllowedNetwork, allowed_network, version_id_col=allowed_network.c.version)
