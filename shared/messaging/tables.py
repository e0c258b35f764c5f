"""The tables by which events are sent and received; every service has them in its own store."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
)

from shared.db.types import BigId, Json, TransactionId, UtcDateTime
from shared.eventlog import tables as eventlog

metadata = eventlog.metadata
"""With the table of the event log: a service has all of them, or none."""

relay_cursor = Table(
    "relay_cursor",
    metadata,
    Column("shard", SmallInteger, primary_key=True, autoincrement=False),
    Column("window_from", TransactionId, nullable=False),
    Column("window_to", TransactionId, nullable=False),
    Column("sent_id", BigId, nullable=False),
    Column("sent_count", BigInteger, nullable=False),
)
"""How far each shard is published: transactions below ``window_from`` wholly; of those from there
to below ``window_to``, the events up to ``sent_id``. ``sent_count``: how many events that is since
the log began."""

inbox = Table(
    "inbox",
    metadata,
    Column("publisher", String(20), primary_key=True),
    Column("aggregate_id", String(120), primary_key=True),
    Column("last_seq", Integer, nullable=False),
)
"""Per foreign aggregate the number of the last event whose effects are in this store. One row an
aggregate, not one an event: it recognises a duplicate for ever, and a gap as well."""

inbox_count = Table(
    "inbox_count",
    metadata,
    Column("publisher", String(20), primary_key=True),
    Column("shard", SmallInteger, primary_key=True, autoincrement=False),
    Column("received", BigInteger, nullable=False),
)
"""How many different events of each shard have come: applied, let go, or parked. Moved in the
transaction that takes them, so that it can be set beside the publisher's ``sent_count``."""

consumer_partitions = Table(
    "consumer_partitions",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("partitions", SmallInteger, nullable=False),
    Column("is_settled", Boolean, nullable=False),
)
"""Into how many queues an operator split the service's events. No row: as the settings say. At most
one row, with the id 1. ``is_settled``: no queues of an earlier number are left on the broker."""

parked = Table(
    "parked",
    metadata,
    Column("publisher", String(20), primary_key=True),
    Column("aggregate_id", String(120), primary_key=True),
    Column("aggregate_seq", Integer, primary_key=True, autoincrement=False),
    Column("type", String(80), nullable=False),
    Column("headers", Json, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("parked_at", UtcDateTime, nullable=False),
    Column("error", Text, nullable=True),
)
"""Events that can't be applied yet: those that failed (``error`` says how), and those that wait
behind such a one or behind one that has not arrived."""
