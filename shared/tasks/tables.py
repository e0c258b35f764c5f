"""What every service with tasks of coordinators has in its store."""

from sqlalchemy import Boolean, Column, Date, Integer, MetaData, String, Table
from sqlalchemy.orm import registry

from shared.db.types import UtcDateTime
from shared.tasks.holding import Holding

metadata = MetaData()

task_holding = Table(
    "task_holding",
    metadata,
    Column("id", String(120), primary_key=True),
    Column("code", String(40), nullable=False, index=True),
    Column("object_id", String(40), nullable=False),
    Column("holder", String(120), nullable=True, index=True),
    Column("given_by", String(120), nullable=True),
    Column("since", UtcDateTime, nullable=False, index=True),
    Column("until_on", Date, nullable=True),
    Column("returns_to", String(120), nullable=True, index=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)

coordinator = Table(
    "coordinator",
    metadata,
    Column("subject", String(120), primary_key=True),
    Column("active", Boolean, nullable=False),
)
"""What catalog announced of accounts with the role: one that was closed stays, so that nothing that comes late gives
it a task."""

registry(metadata=metadata).map_imperatively(
    Holding, task_holding, version_id_col=task_holding.c.version
)
