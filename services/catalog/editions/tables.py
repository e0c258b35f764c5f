"""Tables, and the imperative mapping of the domain classes onto them."""

from sqlalchemy import Boolean, Column, Date, Integer, String, Table, false

from services.catalog.database import mapper, metadata
from services.catalog.editions.domain import Edition
from shared.db.types import Json

edition = Table(
    "edition",
    metadata,
    Column("code", String(40), primary_key=True),
    Column("title", String(80), nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("retires_on", Date, nullable=False),
    Column("item_codes", Json, nullable=False),
    Column("based_on", String(40), nullable=True),
    Column("state", String(20), nullable=False),
    Column("survey_opened_on", Date, nullable=True),
    Column("survey_until", Date, nullable=True),
    Column("consultation_opened_on", Date, nullable=True),
    Column("consultation_until", Date, nullable=True),
    Column("residents_may_speak", Boolean, nullable=False, server_default=false()),
    Column("published_on", Date, nullable=True),
    Column("menu", Json, nullable=False),
    Column("orders_against_withdrawal", Integer, nullable=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)

mapper.map_imperatively(Edition, edition, version_id_col=edition.c.version)
