"""Reads the event log of a service, for its relay, for replays and for those who follow it over
HTTP.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Row, Select, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import Label

from shared.db.engine import dialect_of
from shared.eventlog.envelope import Envelope
from shared.eventlog.tables import event_log
from shared.kernel.errors import DomainError

SETTLE_SECONDS = 2.0
CLOCKS_DIFFER = timedelta(hours=1)

IN_ENVELOPE = tuple(
    event_log.c[name]
    for name in ("id", "type", "aggregate_id", "aggregate_seq", "occurred_at", "headers", "body")
)
"""The columns that :func:`to_envelopes` reads."""


class Unsettled(DomainError):
    """A transaction has been open too long that may still add an event before those that were
    requested.
    """

    status = 503

    def __init__(self) -> None:
        super().__init__("log_unsettled")


async def read_log(
    session: AsyncSession,
    publisher: str,
    *,
    after: int,
    limit: int,
    aggregate_id: str | None = None,
) -> list[Envelope]:
    """Returns up to ``limit`` events with a position above ``after``, in the order of their
    positions.
    """
    query = select(*IN_ENVELOPE).where(event_log.c.id > after).order_by(event_log.c.id).limit(limit)
    if aggregate_id is not None:
        query = query.where(event_log.c.aggregate_id == aggregate_id)
    return to_envelopes(publisher, (await session.execute(query)).all())


async def read_settled_log(
    session: AsyncSession,
    publisher: str,
    *,
    after: int,
    limit: int,
    patience_seconds: float = SETTLE_SECONDS,
) -> list[Envelope]:
    """Returns events as :func:`read_log` does, once no event before them can appear any more.

    Readers that continue from the last position use it. A position is assigned when a row is
    written, not when it is committed. A page is therefore returned only when every transaction has
    ended that was open when it was first read. A transaction has its number before it has a
    position, because an event is written after the change it is about. The numbers are compared
    with one drawn after the page was read: a snapshot's own upper end (``pg_snapshot_xmax``) lies
    behind the newest transaction that has *ended*, and tells nothing of those that have begun
    since. Usually no transaction is open, and one statement is enough.

    :raises Unsettled: a transaction stays open for longer than ``patience_seconds``.
    """
    page = select(*IN_ENVELOPE).where(event_log.c.id > after).order_by(event_log.c.id).limit(limit)
    rows = await read_settled(session, page, event_log.c.id, patience_seconds=patience_seconds)
    return to_envelopes(publisher, rows)


async def read_settled(
    session: AsyncSession,
    page: Select[*tuple[Any, ...]],
    position: Column[Any],
    *,
    patience_seconds: float = SETTLE_SECONDS,
) -> Sequence[Row[Any]]:
    """Returns the rows of ``page``, once no row before the last of them can appear any more; see
    :func:`read_settled_log`.

    ``page`` selects ``position``, which the store assigns, and is in its order.

    :raises Unsettled: a transaction stays open for longer than ``patience_seconds``.
    """
    if dialect_of(session) == "sqlite":  # writers queue: positions have the order of the commits
        return (await session.execute(page)).all()
    rows = (await session.execute(page.add_columns(*_SNAPSHOT))).all()
    if not rows or rows[0].oldest == rows[0].next == rows[0].drawn:
        return rows
    await _ended_below(session, rows[0].drawn, patience_seconds)
    last = getattr(rows[-1], position.key)
    return (await session.execute(page.where(position <= last))).all()


async def _ended_below(session: AsyncSession, txid: int, patience_seconds: float) -> None:
    """:raises Unsettled:"""
    try:
        async with asyncio.timeout(patience_seconds):
            while (await session.execute(_OLDEST)).scalar_one() < txid:  # noqa: ASYNC110 - nothing announces its end
                await asyncio.sleep(0.005)
    except TimeoutError as error:
        raise Unsettled from error


async def find_position(
    session: AsyncSession,
    since: datetime,
    *,
    position: Column[Any] = event_log.c.id,
    moment: Column[Any] = event_log.c.occurred_at,
    patience_seconds: float = SETTLE_SECONDS,
) -> int:
    """Returns the position behind which all events lie that happened at ``since`` or later.

    No event before it happened later, as long as the writers' clocks differ by less than
    ``CLOCKS_DIFFER``. It is a binary search over the primary key: it needs no index of its own and
    reads some twenty rows in a million. ``position`` and ``moment`` are the columns of another log.

    :raises Unsettled: as :func:`read_settled_log`.
    """
    newest = (await session.execute(select(func.max(position)))).scalar_one() or 0
    if (
        dialect_of(session) == "postgresql"
    ):  # what is still to be committed up to there must be seen
        drawn = (await session.execute(select(_SNAPSHOT[2]))).scalar_one()
        await _ended_below(session, drawn, patience_seconds)
    at = select(position.label("position"), moment.label("at")).order_by(position).limit(1)
    low, high = 0, newest  # the first that is late enough lies in (low, high + 1]
    while low < high:
        middle = (low + high) // 2
        row = (await session.execute(at.where(position > middle))).first()
        if row is not None and row.at < since - CLOCKS_DIFFER:
            low = row.position
        else:
            high = middle
    first = await session.scalar(
        select(position)
        .where(position > low, position <= newest, moment >= since)
        .order_by(position)
        .limit(1)
    )
    return newest if first is None else int(first) - 1


_SNAPSHOT: tuple[Label[int], Label[int], Label[int]] = (
    literal_column("pg_snapshot_xmin(pg_current_snapshot())::text::bigint").label("oldest"),
    literal_column("pg_snapshot_xmax(pg_current_snapshot())::text::bigint").label("next"),
    literal_column("(SELECT pg_current_xact_id()::text::bigint)").label("drawn"),
)
_OLDEST = select(_SNAPSHOT[0])


async def count_log(session: AsyncSession) -> dict[str, int]:
    """Returns the number of events in the log, by type."""
    rows = await session.execute(
        select(event_log.c.type, func.count().label("total")).group_by(event_log.c.type)
    )
    return {row.type: row.total for row in rows}


def to_envelopes(publisher: str, rows: Iterable[Any]) -> list[Envelope]:
    """Converts rows with the columns ``IN_ENVELOPE``."""
    return [
        Envelope(
            publisher=publisher,
            type=row.type,
            aggregate_id=row.aggregate_id,
            aggregate_seq=row.aggregate_seq,
            occurred_at=row.occurred_at,
            body=bytes(row.body),
            traceparent=row.headers["traceparent"],
            correlation_id=row.headers["correlationid"],
            causation_id=row.headers["causationid"],
            position=row.id,
        )
        for row in rows
    ]
