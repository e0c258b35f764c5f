"""The archive's table."""

from sqlalchemy import Column, Integer, LargeBinary, String, Table

from services.notify.database import metadata
from shared.db.types import BigId, UtcDateTime

archived_event = Table(
    "archived_event",
    metadata,
    Column("position", BigId, primary_key=True, autoincrement=True),
    Column("publisher", String(20), nullable=False),
    Column("type", String(80), nullable=False),
    Column("aggregate_id", String(120), nullable=False),
    Column("aggregate_seq", Integer, nullable=False),
    Column("occurred_at", UtcDateTime, nullable=False),
    Column("archived_at", UtcDateTime, nullable=False),
    Column("body", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)
"""Rows are only ever added, and pruned from the beginning. The inbox lets each event come once, so that no index has
to: every index would be paid for by every event."""
