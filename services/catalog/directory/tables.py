"""Tables, and the imperative mapping of the domain classes onto them."""

from sqlalchemy import Boolean, Column, Date, Float, Integer, String, false

from services.catalog.database import entry_table, mapper, spelling
from services.catalog.directory.domain import Agency, Category, Team, Township
from shared.db.types import Json

agency = entry_table(
    "agency",
    Column("credit_code", String(18), nullable=True, index=True),
    Column("merged_into", String(40), nullable=True),
    spelling(),
)

category = entry_table("category", spelling())

township = entry_table(
    "township",
    Column("lat", Float, nullable=False),
    Column("lon", Float, nullable=False),
    Column("population", Integer, nullable=True),
    Column("area_km2", Float, nullable=True),
    Column("valid_from", Date, nullable=True),
    Column("valid_to", Date, nullable=True),
    Column("former_code", String(12), nullable=True),
    Column("new_code", String(12), nullable=True),
    Column("is_former", Boolean, nullable=False, server_default=false()),
    spelling(),
)

team = entry_table(
    "team",
    Column("agency_code", String(40), nullable=False, index=True),
    Column("members", Integer, nullable=False),
    Column("area", Json, nullable=False, server_default="[]"),
    Column("state", String(10), nullable=False, server_default="active"),
    Column("merged_into", String(40), nullable=True),
    spelling(),
)

mapper.map_imperatively(Agency, agency, version_id_col=agency.c.version)
mapper.map_imperatively(Category, category, version_id_col=category.c.version)
mapper.map_imperatively(Township, township, version_id_col=township.c.version)
mapper.map_imperatively(Team, team, version_id_col=team.c.version)
