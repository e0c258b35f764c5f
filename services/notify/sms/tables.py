"""The gateway, and what was sent by it each day."""

from sqlalchemy import Boolean, Column, Date, Integer, String, Table, Text

from services.notify.database import mapper, metadata
from services.notify.sms.domain.gateway import Gateway
from shared.db.types import Json

sms_gateway = Table(
    "sms_gateway",
    metadata,
    Column("id", String(10), primary_key=True),
    Column("is_active", Boolean, nullable=False),
    Column("method", String(10), nullable=False),
    Column("url", String(500), nullable=False),
    Column("headers", Json, nullable=False),
    Column("body_kind", String(10), nullable=False),
    Column("body", String(2000), nullable=False),
    Column("ok_field", String(80), nullable=False),
    Column("ok_value", String(80), nullable=False),
    Column("signature", String(80), nullable=False),
    Column("most_segments", Integer, nullable=False),
    Column("daily_segments", Integer, nullable=False),
    Column("quiet_from", String(5), nullable=True),
    Column("quiet_until", String(5), nullable=True),
    Column("secret_sealed", Text, nullable=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)

sms_usage = Table(
    "sms_usage",
    metadata,
    Column("on_day", Date, primary_key=True),
    Column("segments", Integer, nullable=False),
)
"""Segments that were given to the gateway, by days of China. They count before they are sent."""

mapper.map_imperatively(Gateway, sms_gateway, version_id_col=sms_gateway.c.version)
