"""The lines of accepted orders."""

from sqlalchemy import Column, Date, Float, Index, Integer, String, Table

from services.dispatch.database import metadata
from shared.db.types import Json

demand_line = Table(
    "demand_line",
    metadata,
    Column("line_id", String(36), primary_key=True),
    Column("order_id", String(36), nullable=False, index=True),
    Column("campaign_id", String(80), nullable=False),
    Column("township_code", String(12), nullable=False),
    Column("place", String(200), nullable=False),
    Column("lat", Float, nullable=True),
    Column("lon", Float, nullable=True),
    Column("item_code", String(40), nullable=False),
    Column("item_name", String(80), nullable=False),
    Column("item_name_en", String(80), nullable=False),
    Column("volunteers", Integer, nullable=False),
    Column("expected_attendance", Integer, nullable=True),
    Column("priority", Integer, nullable=False),
    Column("wished_on", Json, nullable=False),
    Column("ruled_out_on", Json, nullable=False),
    Column("earliest_on", Date, nullable=True),
    Column("state", String(20), nullable=False),
    Column("told_reason", String(60), nullable=True),
    Column("amended", Integer, nullable=True),
    Column("sized", Integer, nullable=True),
    Index("ix_demand_line_campaign", "campaign_id", "state", "line_id"),
)
"""``state`` is open, planned, served or cancelled. ``told_reason`` is the reason that the township was told last for an
unserved line; null once the line has a place. ``expected_attendance``, in residents, is null where the order was
accepted under a release that did not keep it. ``earliest_on`` is the first day on which the notice that the item asks
for has been given; null where it asks for none. ``amended`` is the number of the order's amendment that no published
plan takes into account yet, as far as this line is concerned; null where there is none. ``sized`` is how many
volunteers the queues at earlier booths ask for, where that is more than the item needs; null where it is not."""
