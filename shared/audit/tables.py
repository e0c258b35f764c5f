"""The tables of the audit log; every service has them in its own store. Rows are only ever added."""

from sqlalchemy import Column, Index, Integer, MetaData, String, Table, Text

from shared.db.bulk_insert import STORED_AS
from shared.db.types import BigId, CurrentTransactionId, TransactionId, UtcDateTime

metadata = MetaData()

audit_log = Table(
    "audit_log",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column(
        "txid",
        TransactionId,
        nullable=False,
        default=CurrentTransactionId(),
        info={STORED_AS: "pg_current_xact_id()"},
    ),
    Column("at", UtcDateTime, nullable=False),
    Column("subject", String(120), nullable=False),
    Column("roles", String(200), nullable=False),
    Column("action", String(60), nullable=False),
    Column("address", String(60), nullable=False),
    Column("correlation_id", String(60), nullable=False),
    Column("changes", Text, nullable=False),
    Index("ix_audit_log_txid", "txid", "id"),
    Index("ix_audit_log_subject", "subject", "id"),
    Index("ix_audit_log_action", "action", "id"),
    # Times rise with the rows: ranges of pages suffice, and cost writers next to nothing.
    Index(
        "ix_audit_log_at",
        "at",
        postgresql_using="brin",
        postgresql_with={"autosummarize": True},
    ),
    sqlite_autoincrement=True,
)
"""``changes`` is canonical JSON: what was changed, with before and after, or what was looked at and
what for."""

audit_seal = Table(
    "audit_seal",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("until", BigId, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("sealed_at", UtcDateTime, nullable=False),
)
"""The chain: ``hash`` covers the seal before it, and the ``rows`` between that one's ``until`` and
this one's."""
