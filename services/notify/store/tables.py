"""Tables, and the imperative mapping of the domain's classes onto them."""

from sqlalchemy import Column, Date, Index, Integer, MetaData, String, Table, Text, text
from sqlalchemy.orm import registry

from services.notify.domain.delivery import Delivery
from services.notify.domain.digest import Digest
from services.notify.domain.edition import Edition
from services.notify.domain.message import Message
from services.notify.domain.recipient import Recipient
from services.notify.domain.stop import Stop
from shared.db.types import BigId, Json, UtcDateTime

metadata = MetaData()
_mapper = registry(metadata=metadata)


def _aggregate(name: str, *columns: Column[object] | Index, numbered: bool = False) -> Table:
    return Table(
        name,
        metadata,
        *columns,
        Column("event_seq", Integer, nullable=False),
        Column("version", Integer, nullable=False),
        sqlite_autoincrement=numbered,
    )


recipient = _aggregate(
    "recipient",
    Column("id", String(60), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("name_en", String(80), nullable=False),
    Column("language", String(10), nullable=False),
    Column("email_sealed", Text, nullable=True),
    Column("entered_at", UtcDateTime, nullable=True),
    Column("messages", Integer, nullable=False),
    Column("unread", Integer, nullable=False),
    Column("mails", Integer, nullable=False),
)
campaign = Table(
    "campaign",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("name_en", String(80), nullable=False),
    Column("revision", Integer, nullable=False),
)
message = _aggregate(
    "message",
    Column("position", BigId, primary_key=True, autoincrement=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("recipient_id", String(60), nullable=False),
    Column("code", String(60), nullable=False),
    Column("params", Json, nullable=False),
    Column("about", String(120), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("read_at", UtcDateTime, nullable=True),
    Index("ix_message_recipient_position", "recipient_id", "position"),
    numbered=True,
)
"""``position`` rises per recipient in the order of commits, for whoever writes a message holds its
recipient's row until the commit; so a reader who goes on behind the last position misses nothing."""

_PENDING = text("state = 'pending'")
delivery = _aggregate(
    "delivery",
    Column("id", String(60), primary_key=True),
    Column("message_id", String(36), nullable=False),
    Column("recipient_id", String(60), nullable=False),
    Column("channel", String(10), nullable=False),
    Column("state", String(10), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_try_at", UtcDateTime, nullable=False),
    Index("ix_delivery_due", "next_try_at", postgresql_where=_PENDING, sqlite_where=_PENDING),
)
edition = _aggregate(
    "edition",
    Column("id", String(60), primary_key=True),
    Column("title", String(80), nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("retires_on", Date, nullable=False),
    Column("items", Integer, nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
    Column("withdrawn_at", UtcDateTime, nullable=True),
)
stop = _aggregate(
    "stop",
    Column("id", String(60), primary_key=True),
    Column("plan_id", String(60), nullable=False),
    Column("state", String(20), nullable=False),
    Column("booths", Json, nullable=False),
)
digest = _aggregate(
    "digest",
    Column("id", String(80), primary_key=True),
    Column("plan_id", String(60), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("happened_at", UtcDateTime, nullable=False),
    Column("state", String(10), nullable=False),
    Column("stops", Integer, nullable=False),
    Column("assignments", Integer, nullable=False),
    Column("unserved", Integer, nullable=False),
    Column("announced", Json, nullable=True),
)
digest_entry = Table(
    "digest_entry",
    metadata,
    Column("event_id", String(140), primary_key=True),
    Column("digest_id", String(80), nullable=False, index=True),
    Column("kind", String(10), nullable=False),
    Column("data", Json, nullable=False),
)
"""The events that a digest has gathered, until it is written. One row an event, whatever comes twice."""

for _class, _table in (
    (Recipient, recipient),
    (Delivery, delivery),
    (Edition, edition),
    (Stop, stop),
    (Digest, digest),
):
    _mapper.map_imperatively(_class, _table, version_id_col=_table.c.version)
# Use cases know a message by its id; the store numbers it by position.
_mapper.map_imperatively(Message, message, version_id_col=message.c.version, primary_key=[message.c.id])
