"""Which likely doubles are two, as somebody has said."""

from sqlalchemy import Column, Date, String, Table

from services.catalog.database import metadata

dismissed_double = Table(
    "dismissed_double",
    metadata,
    Column("kind", String(10), primary_key=True),
    Column("code", String(40), primary_key=True),
    Column("other", String(40), primary_key=True),
    Column("basis", String(16), nullable=False),
    Column("dismissed_on", Date, nullable=False),
    Column("dismissed_by", String(120), nullable=False),
)
"""Codes, numbers, days and accounts only. A row says nothing any more once its two have something else in common."""
