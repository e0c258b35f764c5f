"""Tables, and the imperative mapping of the domain classes onto them."""

from sqlalchemy import Column, Float, Integer, String

from services.catalog.database import entry_table, mapper, spelling
from services.catalog.directory.domain import Agency, Category, Team, Township

agency = entry_table("agency", spelling())

category = entry_table("category", spelling())

township = entry_table(
    "township",
    Column("lat", Float, nullable=False),
    Column("lon", Float, nullable=False),
    spelling(),
)

team = entry_table(
    "team",
    Column("agency_code", String(40), nullable=False, index=True),
    Column("members", Integer, nullable=False),
    Column("state", String(10), nullable=False, server_default="active"),
    spelling(),
)

mapper.map_imperatively(Agency, agency, version_id_col=agency.c.version)
mapper.map_imperatively(Category, category, version_id_col=category.c.version)
mapper.map_imperatively(Township, township, version_id_col=township.c.version)
mapper.map_imperatively(Team, team, version_id_col=team.c.version)
