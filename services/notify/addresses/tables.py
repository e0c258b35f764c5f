"""Addresses that wait to be confirmed, and when codes were asked for."""

from sqlalchemy import Column, Index, Integer, String, Table, Text

from services.notify.addresses.domain import DAY, AddressClaim
from services.notify.database import mapper, metadata
from shared.db.types import UtcDateTime
from shared.privacy.retention import older_than

address_claim = Table(
    "address_claim",
    metadata,
    Column("id", String(70), primary_key=True),
    Column("recipient_id", String(60), nullable=False, index=True),
    Column("channel", String(10), nullable=False),
    Column("address_sealed", Text, nullable=False),
    Column("code_hash", String(64), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)

code_request = Table(
    "code_request",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("recipient_id", String(60), nullable=False),
    Column("channel", String(10), nullable=False),
    Column("address_index", String(64), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Index("ix_code_request_recipient", "recipient_id", "asked_at"),
    Index("ix_code_request_address", "address_index", "asked_at"),
    Index("ix_code_request_asked", "asked_at"),
)
"""For a day, so that nobody is flooded with codes."""

OLD_CLAIMS = older_than(address_claim.c.expires_at, DAY)
OLD_REQUESTS = older_than(code_request.c.asked_at, DAY)

mapper.map_imperatively(AddressClaim, address_claim, version_id_col=address_claim.c.version)
