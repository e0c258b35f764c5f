"""Tables, and the imperative mapping of the domain classes onto them."""

from sqlalchemy import Boolean, Column, Integer, String, false

from services.catalog.database import entry_table, mapper, spelling
from services.catalog.items.domain import ServiceItem
from shared.db.types import Json

service_item = entry_table(
    "service_item",
    Column("category_code", String(40), nullable=False, index=True),
    Column("teams", Json, nullable=False),
    Column("volunteers_needed", Integer, nullable=False),
    Column("minutes_per_resident", Integer, nullable=False),
    Column("mode", String(10), nullable=False, server_default="booth"),
    Column("residents_per_volunteer", Integer, nullable=True),
    Column("notice_days", Integer, nullable=False, server_default="0"),
    Column("weekly_capacity", Integer, nullable=True),
    Column("township_provides", Json, nullable=False, server_default="[]"),
    Column("qualification", String(80), nullable=True),
    Column("risks", String(500), nullable=True),
    Column("adults_only", Boolean, nullable=False, server_default=false()),
    Column("agreement_needed", Boolean, nullable=False, server_default=false()),
    Column("picture", String(36), nullable=True),
    spelling(),
)

mapper.map_imperatively(ServiceItem, service_item, version_id_col=service_item.c.version)
