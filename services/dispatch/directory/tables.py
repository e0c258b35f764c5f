"""Copies of what catalog announced: townships, teams, service items and campaigns."""

from sqlalchemy import Boolean, Column, Date, Float, Integer, String, Table, false

from services.dispatch.database import metadata
from shared.db.types import Json


def _names() -> tuple[Column[str], Column[str]]:
    return Column("name", String(80), nullable=False), Column("name_en", String(80), nullable=False)


township = Table(
    "township",
    metadata,
    Column("code", String(12), primary_key=True),
    *_names(),
    Column("lat", Float, nullable=False),
    Column("lon", Float, nullable=False),
)
team = Table(
    "team",
    metadata,
    Column("code", String(40), primary_key=True),
    *_names(),
    Column("members", Integer, nullable=False),
    Column("area", Json, nullable=False, server_default="[]"),
    Column("state", String(10), nullable=False, server_default="active"),
)
item = Table(
    "item",
    metadata,
    Column("code", String(40), primary_key=True),
    *_names(),
    Column("teams", Json, nullable=False),
    Column("minutes_per_resident", Integer, nullable=True),
    Column("weekly_capacity", Integer, nullable=True),
    Column("qualification", String(80), nullable=True),
    Column("adults_only", Boolean, nullable=False, server_default=false()),
    Column("agreement_needed", Boolean, nullable=False, server_default=false()),
    Column("township_provides", Json, nullable=False, server_default="[]"),
    Column("picture", String(36), nullable=True),
)
campaign = Table(
    "campaign",
    metadata,
    Column("code", String(40), primary_key=True),
    *_names(),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("state", String(10), nullable=False),
    Column("themes", Json, nullable=False),
    Column("revision", Integer, nullable=False),
)
