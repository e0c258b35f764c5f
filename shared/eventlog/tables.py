"""The table of the event log; every service has it in its own store."""

from sqlalchemy import (
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
)

from shared.db.bulk_insert import STORED_AS
from shared.db.types import BigId, CurrentTransactionId, Json, TransactionId, UtcDateTime

metadata = MetaData()

# A transaction may get its number long before it changes an aggregate, after one with a higher
# number has changed it. An event is therefore never numbered below those before it in its stream.
# Otherwise the relay's watermark could lie between two of them, and the later one would be sent
# first. On SQLite, which has one writer at a time, transaction numbers are in order anyway.
_NOT_BELOW_THE_LAST = """greatest(pg_current_xact_id(), (
    SELECT last.txid FROM event_log AS last
    WHERE last.aggregate_id = filled.aggregate_id ORDER BY last.aggregate_seq DESC LIMIT 1
))"""

event_log = Table(
    "event_log",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column(
        "txid",
        TransactionId,
        nullable=False,
        default=CurrentTransactionId(),
        info={STORED_AS: _NOT_BELOW_THE_LAST},
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
"""Outbox and history in one. Rows are only ever added.

``txid`` is the transaction's number, or that of the event before it in its stream if that is
greater."""
