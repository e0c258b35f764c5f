"""Which entries were merged into others, and when."""

from sqlalchemy import Column, Date, Index, String, Table

from services.catalog.database import metadata

merger = Table(
    "merger",
    metadata,
    Column("kind", String(10), primary_key=True),
    Column("code", String(40), primary_key=True),
    Column("into", String(40), nullable=False),
    Column("merged_on", Date, nullable=False),
    Index("ix_merger_into", "kind", "into"),
)
"""Codes, numbers and days only. The entry that went keeps its names in its own row; a person's are erased there."""
