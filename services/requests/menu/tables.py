"""Tables, and the imperative mapping of the domain classes onto them."""

from sqlalchemy import Column, Date, ForeignKey, Integer, String, Table

from services.requests.database import mapper, metadata
from services.requests.menu.domain import Campaign, Edition, Township
from shared.db.types import Json

edition = Table(
    "edition",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("title", String(80), nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("retires_on", Date, nullable=False),
    Column("items", Json, nullable=False),
    Column("state", String(10), nullable=False, server_default="open"),
    Column("event_seq", Integer, nullable=False, server_default="0"),
    Column("version", Integer, nullable=False, server_default="1"),
)
open_edition = Table(
    "open_edition", metadata, Column("id", String(40), ForeignKey("edition.id"), primary_key=True)
)
"""Editions from which orders may be handed in. An order that is handed in refers to its row, so the store itself sees
to it that an edition is withdrawn before its first order or not at all, whatever processes have cached."""

campaign = Table(
    "campaign",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("name_en", String(80), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("state", String(10), nullable=False),
    Column("revision", Integer, nullable=False),
)
township = Table(
    "township",
    metadata,
    Column("code", String(12), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("name_en", String(80), nullable=False),
    Column("population", Integer, nullable=True),
    Column("valid_from", Date, nullable=True),
    Column("valid_to", Date, nullable=True),
)

mapper.map_imperatively(Edition, edition, version_id_col=edition.c.version)
mapper.map_imperatively(Campaign, campaign)
mapper.map_imperatively(Township, township)
