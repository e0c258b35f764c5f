"""Tables, and the imperative mapping of the domain's classes onto them."""

from sqlalchemy import Boolean, Column, Date, Index, Integer, String, Table, Text, text

from services.notify.database import mapper, metadata
from services.notify.inbox.domain.acknowledgement import Acknowledgement
from services.notify.inbox.domain.delivery import KINDS, Delivery
from services.notify.inbox.domain.message import Message
from services.notify.inbox.domain.recipient import Recipient
from services.notify.inbox.domain.summary import MailHour, Summary
from shared.db.types import BigId, Json, UtcDateTime
from shared.jobs.queue import lease_columns

_UNENDED, _FAILED = text("due_at IS NOT NULL"), text("failed_at IS NOT NULL")
_GATHERED = text("summary_id IS NOT NULL")

recipient = Table(
    "recipient",
    metadata,
    Column("id", String(60), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("name_en", String(80), nullable=False),
    Column("language", String(10), nullable=False),
    Column("email_sealed", Text, nullable=True),
    Column("mobile_sealed", Text, nullable=True),
    Column("stand_in_id", String(60), nullable=True),
    Column("stand_in_until_on", Date, nullable=True),
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
    Column("target", String(20), nullable=True),
    Column("failed_at", UtcDateTime, nullable=True),
    Column("summary_id", String(36), nullable=True),
    *lease_columns("delivery"),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index(
        "ix_delivery_channel_due",
        "channel",
        "due_at",
        postgresql_where=_UNENDED,
        sqlite_where=_UNENDED,
    ),
    Index("ix_delivery_failed", "failed_at", postgresql_where=_FAILED, sqlite_where=_FAILED),
    Index("ix_delivery_summary", "summary_id", postgresql_where=_GATHERED, sqlite_where=_GATHERED),
)

summary = Table(
    "summary",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("recipient_id", String(60), nullable=False, index=True),
    *lease_columns("summary"),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)

mail_hour = Table(
    "mail_hour",
    metadata,
    Column("recipient_id", String(60), primary_key=True),
    Column("began_at", UtcDateTime, nullable=False),
    Column("mails", Integer, nullable=False),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)

_UNANSWERED = text("escalated_at IS NOT NULL AND acknowledged_at IS NULL")

acknowledgement = Table(
    "acknowledgement",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("code", String(60), nullable=False),
    Column("recipient_id", String(60), nullable=False),
    Column("about", String(120), nullable=False, index=True),
    Column("reminders", Integer, nullable=False),
    Column("escalated_at", UtcDateTime, nullable=True),
    Column("acknowledged_at", UtcDateTime, nullable=True),
    Column("by_id", String(36), nullable=True),
    Column("by_corps", Boolean, nullable=False),
    *lease_columns("acknowledgement"),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index(
        "ix_acknowledgement_unanswered",
        "escalated_at",
        postgresql_where=_UNANSWERED,
        sqlite_where=_UNANSWERED,
    ),
)
"""Of the messages that ask for acknowledgement, by their ids."""

mapper.map_imperatively(Recipient, recipient, version_id_col=recipient.c.version)
mapper.map_imperatively(Summary, summary, version_id_col=summary.c.version)
mapper.map_imperatively(MailHour, mail_hour, version_id_col=mail_hour.c.version)
mapper.map_imperatively(Acknowledgement, acknowledgement, version_id_col=acknowledgement.c.version)
mapper.map_imperatively(
    Delivery, delivery, version_id_col=delivery.c.version, polymorphic_on=delivery.c.channel
)
for _channel, _kind in KINDS.items():
    mapper.map_imperatively(_kind, inherits=Delivery, polymorphic_identity=_channel)
# Use cases know a message by its id; the store numbers it by position.
mapper.map_imperatively(
    Message, message, version_id_col=message.c.version, primary_key=[message.c.id]
)
