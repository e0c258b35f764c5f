"""The messaging tables as migrations make them. A function here is history: add the next, don't
edit.
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import BigId, Json, TransactionId, UtcDateTime


def create_messaging_tables_v1() -> None:
    op.create_table(
        "event_log",
        sa.Column("id", BigId, primary_key=True, autoincrement=True),
        sa.Column("txid", TransactionId(), nullable=False),
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        sa.Column("type", sa.String(80), nullable=False),
        sa.Column("aggregate_id", sa.String(120), nullable=False),
        sa.Column("aggregate_seq", sa.Integer(), nullable=False),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.Column("headers", Json, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("aggregate_id", "aggregate_seq", name="uq_event_log_aggregate"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_log_shard_id", "event_log", ["shard", "id"])
    op.create_index("ix_event_log_shard_txid", "event_log", ["shard", "txid"])
    cursors = op.create_table(
        "relay_cursor",
        sa.Column("shard", sa.SmallInteger(), primary_key=True, autoincrement=False),
        sa.Column("window_from", TransactionId(), nullable=False),
        sa.Column("window_to", TransactionId(), nullable=False),
        sa.Column("sent_id", BigId, nullable=False),
        sa.Column("sent_count", sa.BigInteger(), nullable=False),
    )
    unsent = {"window_from": 0, "window_to": 0, "sent_id": 0, "sent_count": 0}
    op.bulk_insert(cursors, [{"shard": shard} | unsent for shard in range(16)])
    op.create_table(
        "inbox",
        sa.Column("publisher", sa.String(20), primary_key=True),
        sa.Column("aggregate_id", sa.String(120), primary_key=True),
        sa.Column("last_seq", sa.Integer(), nullable=False),
    )
    op.create_table(
        "parked",
        sa.Column("publisher", sa.String(20), primary_key=True),
        sa.Column("aggregate_id", sa.String(120), primary_key=True),
        sa.Column("aggregate_seq", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("type", sa.String(80), nullable=False),
        sa.Column("headers", Json, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("parked_at", UtcDateTime(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
    )
    op.create_table(
        "inbox_count",
        sa.Column("publisher", sa.String(20), primary_key=True),
        sa.Column("shard", sa.SmallInteger(), primary_key=True, autoincrement=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "consumer_partitions",
        sa.Column("id", sa.SmallInteger(), primary_key=True, autoincrement=False),
        sa.Column("partitions", sa.SmallInteger(), nullable=False),
        sa.Column("is_settled", sa.Boolean(), nullable=False),
    )


def drop_messaging_tables_v1() -> None:
    for table in (
        "consumer_partitions",
        "inbox_count",
        "parked",
        "inbox",
        "relay_cursor",
        "event_log",
    ):
        op.drop_table(table)
