"""The tables that carry events; every service has them in its own store."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from shared.db.rows import STORED_AS
from shared.db.types import BigId, CurrentTransactionId, Json, TransactionId, UtcDateTime

metadata = MetaData()

# A transaction may have its number long before it changes an aggregate, and one with a higher number may have changed
# that before. So no event is numbered below those before it in its stream: else the relay's watermark could lie between
# them, and the later one would go out first. (SQLite's writers queue, and have their numbers in the right order.)
_NOT_BELOW_THE_LAST = """greatest(pg_current_xact_id(), (
    SELECT last.txid FROM event_log AS last
    WHERE last.aggregate_id = filled.aggregate_id ORDER BY last.aggregate_seq DESC LIMIT 1
))"""

event_log = Table(
    "event_log",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column(
        "txid", TransactionId, nullable=False, default=CurrentTransactionId(), info={STORED_AS: _NOT_BELOW_THE_LAST}
    ),
    Column("shard", SmallInteger, nullable=False),
    Column("type", String(80), nullable=False),
    Column("aggregate_id", String(120), nullable=False),
    Column("aggregate_seq", Integer, nullable=False),
    Column("occurred_at", UtcDateTime, nullable=False),
    Column("headers", Json, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("aggregate_id", "aggregate_seq", name="uq_event_log_aggregate"),
    Index("ix_event_log_shard_id", "shard", "id"),
    Index("ix_event_log_shard_txid", "shard", "txid"),
    sqlite_autoincrement=True,
)
"""Outbox and history in one. Rows are only ever added. ``txid`` is the transaction's number, or a greater one: that of
the event before it in its stream."""

relay_cursor = Table(
    "relay_cursor",
    metadata,
    Column("shard", SmallInteger, primary_key=True, autoincrement=False),
    Column("window_from", TransactionId, nullable=False),
    Column("window_to", TransactionId, nullable=False),
    Column("sent_id", BigId, nullable=False),
    Column("sent_count", BigInteger, nullable=False),
)
"""How far each shard is published: transactions below ``window_from`` wholly; of those from there to
below ``window_to``, the events up to ``sent_id``. ``sent_count``: how many events that is since the log began."""

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
"""How many different events of each shard have come: applied, let go, or parked. Moved in the transaction that takes
them, so that it can be set beside the publisher's ``sent_count``."""

inlet_size = Table(
    "inlet_size",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("partitions", SmallInteger, nullable=False),
    Column("is_settled", Boolean, nullable=False),
)
"""Into how many queues an operator has cut what comes in; no row: as the settings say. At most one row, with the id 1.
``is_settled``: nothing is left on the broker of the number before."""

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
