"""Tables, and the imperative mapping of the domain's classes onto them."""

from sqlalchemy import Column, Index, Integer, String, Table, Text

from services.notify.database import mapper, metadata
from services.notify.inbox.domain.delivery import Delivery
from services.notify.inbox.domain.message import Message
from services.notify.inbox.domain.recipient import Recipient
from shared.db.types import BigId, Json, UtcDateTime
from shared.jobs.queue import lease_columns

recipient = Table(
    "recipient",
    metadata,
    Column("id", String(60), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("name_en", String(80), nullable=False),
    Column("language", String(10), nullable=False),
    Column("email_sealed", Text, nullable=True),
    Column("entered_at", UtcDateTime, nullable=True),
    Column("messages", Integer, nullable=False),
    Column("unread", Integer, nullable=False),
    Column("mails", Integer, nullable=False),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)
campaign = Table(
    "campaign",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("name_en", String(80), nullable=False),
    Column("revision", Integer, nullable=False),
)
message = Table(
    "message",
    metadata,
    Column("position", BigId, primary_key=True, autoincrement=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("recipient_id", String(60), nullable=False),
    Column("code", String(60), nullable=False),
    Column("params", Json, nullable=False),
    Column("about", String(120), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("read_at", UtcDateTime, nullable=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_message_recipient_position", "recipient_id", "position"),
    sqlite_autoincrement=True,
)
"""``position`` rises per recipient in the order of commits, for whoever writes a message holds its
recipient's row until the commit; so a reader who goes on behind the last position misses nothing."""

delivery = Table(
    "delivery",
    metadata,
    Column("id", String(60), primary_key=True),
    Column("message_id", String(36), nullable=False),
    Column("recipient_id", String(60), nullable=False),
    Column("channel", String(10), nullable=False),
    *lease_columns("delivery"),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)

mapper.map_imperatively(Recipient, recipient, version_id_col=recipient.c.version)
mapper.map_imperatively(Delivery, delivery, version_id_col=delivery.c.version)
# Use cases know a message by its id; the store numbers it by position.
mapper.map_imperatively(
    Message, message, version_id_col=message.c.version, primary_key=[message.c.id]
)
