"""Tables, and the imperative mapping of the domain class onto them."""

from datetime import timedelta

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, false

from services.catalog.database import mapper, metadata
from services.catalog.imports.domain.directory_import import DirectoryImport
from shared.db.types import DERIVED, FREE_TEXT, Json, UtcDateTime
from shared.jobs.queue import lease_columns
from shared.privacy.retention import older_than

directory_import = Table(
    "directory_import",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("about", String(20), nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("made_at", UtcDateTime, nullable=False, index=True),
    Column("sheet", Text, nullable=False, info=FREE_TEXT),
    Column("sheets", Json, nullable=False, info=FREE_TEXT),
    Column("headings", Json, nullable=False, info=FREE_TEXT),
    Column("columns", Json, nullable=False),
    Column("counts", Json, nullable=False),
    Column("checked", Integer, nullable=False, info=DERIVED),
    Column("sent_by", String(80), nullable=True),
    Column("team_code", String(40), nullable=True, index=True),
    Column("by_leader", Boolean, nullable=False, server_default=false()),
    *lease_columns("directory_import"),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)

import_row = Table(
    "import_row",
    metadata,
    Column("id", String(50), primary_key=True),
    Column("import_id", String(36), nullable=False),
    Column("row_no", Integer, nullable=False),
    Column("outcome", String(10), nullable=False),
    Column("content_sealed", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False, index=True),
    Index("ix_import_row_outcome", "import_id", "outcome", "row_no"),
)
"""A row of the file with what is wrong with it or what it changes, as JSON. It is sealed, for nobody knows what a file
holds besides. Rows about volunteers are deleted once the import is applied or given up."""

KEPT = timedelta(days=30)

OLD_IMPORTS = (older_than(import_row.c.made_at, KEPT), older_than(directory_import.c.made_at, KEPT))

SEALED = (import_row.c.content_sealed,)

mapper.map_imperatively(
    DirectoryImport, directory_import, version_id_col=directory_import.c.version
)
