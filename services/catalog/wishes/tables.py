"""Tables, and the imperative mapping of the domain classes onto them."""

from sqlalchemy import Boolean, Column, Date, Integer, String, Table

from services.catalog.database import mapper, metadata
from services.catalog.wishes.domain import WishedItem, WishedOffer
from shared.db.types import FREE_TEXT

wished_item = Table(
    "wished_item",
    metadata,
    Column("id", String(36), primary_key=True),
    # No foreign key: requests names the edition, which may have gone meanwhile.
    Column("edition_code", String(40), nullable=False, index=True),
    Column("name", String(80), nullable=False),
    Column("name_en", String(80), nullable=False),
    Column("wishes", Integer, nullable=False),
    Column("residents", Integer, nullable=False),
    Column("item_code", String(40), nullable=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)
wished_offer = Table(
    "wished_offer",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("wished_id", String(36), nullable=False, index=True),
    Column("team_code", String(40), nullable=False, index=True),
    Column("can_offer", Boolean, nullable=False),
    Column("remark", String(500), nullable=True, info=FREE_TEXT),
    Column("said_on", Date, nullable=False),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)

mapper.map_imperatively(WishedItem, wished_item, version_id_col=wished_item.c.version)
mapper.map_imperatively(WishedOffer, wished_offer, version_id_col=wished_offer.c.version)
