"""Tables, and the mapping of the domain's classes onto them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    text,
)

from services.notify.database import mapper, metadata
from services.notify.subscribers.domain.lane import Lane
from services.notify.subscribers.domain.subscription import Subscription
from shared.db.types import BigId, Json, UtcDateTime
from shared.jobs.queue import lease_columns

subscription = Table(
    "subscription",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("account_id", String(120), nullable=False, index=True),
    Column("channel", String(10), nullable=False),
    Column("url", String(500), nullable=True),
    Column("types", Json, nullable=False),
    Column("state", String(10), nullable=False),
    Column("reason_code", String(40), nullable=True),
    Column("townships", Json, nullable=False),
    Column("person_numbers", Boolean, nullable=False),
    Column("wants_person_numbers", Boolean, nullable=False),
    Column("secret_sealed", Text, nullable=True),
    Column("former_secret_sealed", Text, nullable=True),
    Column("former_until", UtcDateTime, nullable=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)

lane = Table(
    "webhook_lane",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("subscription_id", String(36), nullable=False, index=True),
    Column("lane_kind", String(10), nullable=False),
    Column("cursor", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=True),
    Column("pending", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("failing_since", UtcDateTime, nullable=True),
    Column("made_at", UtcDateTime, nullable=False),
    *lease_columns("webhook_lane"),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)

_PENDING = text("state = 'pending'")
_FAILED = text("state = 'failed'")

delivery = Table(
    "webhook_delivery",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("lane_id", String(36), nullable=False),
    Column("subscription_id", String(36), nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("webhook_id", String(170), nullable=False),
    Column("type", String(80), nullable=False),
    Column("stream", String(145), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", UtcDateTime, nullable=True),
    Column("status", Integer, nullable=True),
    Column("error", String(40), nullable=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("tried_at", UtcDateTime, nullable=True),
    Index(
        "ix_webhook_delivery_pending",
        "lane_id",
        "id",
        postgresql_where=_PENDING,
        sqlite_where=_PENDING,
    ),
    Index("ix_webhook_delivery_log", "subscription_id", "id"),
    Index(
        "ix_webhook_delivery_failed",
        "subscription_id",
        "id",
        postgresql_where=_FAILED,
        sqlite_where=_FAILED,
    ),
    sqlite_autoincrement=True,
)
"""What is to be sent, and the log of what was: ``pending``, ``delivered`` or ``failed``. ``id`` rises in each lane in
the order of the archive, for whoever writes deliveries holds their lane. ``position`` is 0 for a test event."""

mapper.map_imperatively(Subscription, subscription, version_id_col=subscription.c.version)
mapper.map_imperatively(Lane, lane, version_id_col=lane.c.version)
