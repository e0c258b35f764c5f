"""Where the capabilities' tables are gathered.

Each ``tables.py`` adds its own tables and maps its classes onto them.
"""

from sqlalchemy import Column, Integer, MetaData, String, Table, Text
from sqlalchemy.orm import registry

from shared.db.types import DERIVED

metadata = MetaData()
mapper = registry(metadata=metadata)


def entry_table(name: str, *columns: Column[object]) -> Table:
    """A table of entries with a code and a name in both languages, and ``columns`` besides."""
    return Table(
        name,
        metadata,
        Column("code", String(40), primary_key=True),
        Column("name", String(80), nullable=False),
        Column("name_en", String(80), nullable=False),
        *columns,
        Column("event_seq", Integer, nullable=False),
        Column("version", Integer, nullable=False),
    )


def spelling() -> Column[object]:
    """How an entry's name is typed in pinyin, by which it is found."""
    return Column("spelling", Text, nullable=False, server_default="", info=DERIVED)
