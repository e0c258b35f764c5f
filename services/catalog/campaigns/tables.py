"""Tables, and the imperative mapping of the domain classes onto them."""

from sqlalchemy import Column, Date, Integer, String

from services.catalog.campaigns.domain import Campaign
from services.catalog.database import entry_table, mapper
from shared.db.types import Json

campaign = entry_table(
    "campaign",
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("themes", Json, nullable=False),
    Column("state", String(10), nullable=False),
    Column("revision", Integer, nullable=False),
)

mapper.map_imperatively(Campaign, campaign, version_id_col=campaign.c.version)
