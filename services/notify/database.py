"""Where the capabilities' tables are gathered: each ``tables.py`` adds its own and maps its classes onto them."""

from sqlalchemy import MetaData
from sqlalchemy.orm import registry

metadata = MetaData()
mapper = registry(metadata=metadata)
