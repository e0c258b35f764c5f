"""Archiving what the consumer applies, in the transaction that applies it."""

from typing import Any

from services.notify.archive.tables import archived_event
from shared.cache.port import Cache
from shared.db.bulk_insert import insert_rows
from shared.unit_of_work import Transaction

ARCHIVE_TOPIC = "archive"
"""Signalled when events were archived."""

_ARRIVED = "archive.arrived"


def archive(tx: Transaction, cache: Cache) -> None:
    """Archives the event that the transaction applies: at its end, with all others of the batch in one statement.

    :raises RuntimeError: it applies none.
    """
    if tx.cause is None:
        raise RuntimeError("only events are archived: this transaction applies none")
    row = {
        "publisher": tx.cause.publisher,
        "type": tx.cause.type,
        "aggregate_id": tx.cause.aggregate_id,
        "aggregate_seq": tx.cause.aggregate_seq,
        "occurred_at": tx.cause.occurred_at,
        "archived_at": tx.now,
        "body": tx.cause.body,
    }
    tx.session.info.setdefault(_ARRIVED, []).append(row)
    tx.at_end(_write, "")
    tx.after_commit(cache.signal, ARCHIVE_TOPIC)


async def _write(tx: Transaction, _key: str) -> None:
    rows: list[dict[str, Any]] = tx.session.info.pop(_ARRIVED, [])
    if rows:
        await tx.session.run_sync(
            lambda session: insert_rows(session.connection(), {archived_event: rows})
        )
