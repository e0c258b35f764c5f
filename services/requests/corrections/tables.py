"""Corrections of orders, and the mapping of the domain's class onto them."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from services.requests.corrections.domain import OrderCorrection
from services.requests.database import mapper, metadata
from shared.db.types import DERIVED, FREE_TEXT, Json, UtcDateTime

order_correction = Table(
    "order_correction",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("order_id", String(36), ForeignKey("service_order.id"), nullable=False),
    # Empty where the release before stored it while both ran.
    Column("township_code", String(12), nullable=False, server_default=""),
    Column("number", Integer, nullable=False),
    Column("before", Json, nullable=False, info=DERIVED),
    Column("after", Json, nullable=False, info=DERIVED),
    Column("reason_code", String(40), nullable=False),
    Column("reason", String(500), nullable=True, info=FREE_TEXT),
    Column("made_at", UtcDateTime, nullable=False),
    Column("by", String(20), nullable=True),
    Index("ix_order_correction_order", "order_id", "number", unique=True),
    Index("ix_order_correction_township", "township_code", "made_at"),
)

mapper.map_imperatively(OrderCorrection, order_correction)
