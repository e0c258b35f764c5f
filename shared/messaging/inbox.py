"""The inbox in a service's store: performs what :mod:`shared.messaging.core.inbox` decides."""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Row,
    and_,
    bindparam,
    delete,
    func,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.engine import dialect_of
from shared.eventlog.envelope import SHARDS, Envelope, shard_of
from shared.kernel.errors import NotFound
from shared.messaging.core import Core, drive
from shared.messaging.core import inbox as core
from shared.messaging.core.inbox import Key, Source, StreamProgress
from shared.messaging.tables import inbox, inbox_count, parked

Effects = Callable[[Envelope], Awaitable[None]]
"""Applies an event inside the open transaction."""

T = TypeVar("T")

_CHUNK = 200
"""Keys per statement; SQLite takes at most 999 parameters in old builds."""


class Inbox:
    """The inbox during one transaction.

    ``run`` takes any of the cores of :mod:`shared.messaging.core.inbox`; ``effects`` is needed only
    where events are applied.
    """

    def __init__(
        self, session: AsyncSession, now: datetime, effects: Effects | None = None
    ) -> None:
        self._session = session
        self._now = now
        self._effects = effects
        self._on_postgres = dialect_of(session) == "postgresql"
        self._made: set[Key] = set()
        """Aggregates whose first event is in this batch."""

    async def run(self, decided: Core[core.Step, T]) -> T:
        """Runs a core and returns its outcome."""
        return await drive(decided, self._do)

    async def _do(self, step: core.Step) -> object:
        match step:
            case core.Apply(envelope):
                if self._effects is None:
                    raise TypeError("an inbox without effects applies nothing")
                await self._effects(envelope)
            case core.Open(keys):
                return await self._open(keys)
            case core.Save(last_seqs, new):
                await self._save(last_seqs, new)
            case core.Park(envelope, error):
                await self._park(envelope, error)
            case core.Fetch(key, seq):
                row = await get_parked(self._session, key, seq)
                return Envelope.from_headers(row.headers, bytes(row.body))
            case core.Unpark(key, seq):
                await self._session.execute(delete(parked).where(_place(key, seq)))
        return None

    async def _open(self, keys: Sequence[Key]) -> dict[Key, StreamProgress]:
        found: dict[Key, StreamProgress] = {}
        for start in range(0, len(keys), _CHUNK):
            chunk = keys[start : start + _CHUNK]
            found |= {key: StreamProgress(last_seq) for key, last_seq in await self._lock(chunk)}
            # A row is made before anything of its aggregate is parked.
            if known := [key for key in chunk if key not in self._made]:
                for publisher, aggregate, seq, failed in await self._session.execute(
                    _WAITING, {"keys": known}
                ):
                    found[publisher, aggregate].parked[seq] = bool(failed)
        return found

    async def _lock(self, keys: Sequence[Key]) -> list[tuple[Key, int]]:
        """Locks the rows of the aggregates, creates missing ones, and returns the last number of
        each.
        """
        if self._on_postgres:
            rows = (await self._session.execute(_LOCK_ON_POSTGRES, _columns(keys))).all()
            self._made |= {(row.publisher, row.aggregate_id) for row in rows if row.is_new}
        else:  # whose writers queue
            new = [
                {"publisher": publisher, "aggregate_id": stream, "last_seq": 0}
                for publisher, stream in keys
            ]
            await self._session.execute(sqlite.insert(inbox).on_conflict_do_nothing(), new)
            where = tuple_(inbox.c.publisher, inbox.c.aggregate_id).in_(keys)
            rows = (await self._session.execute(select(inbox).where(where))).all()
        return [((row.publisher, row.aggregate_id), row.last_seq) for row in rows]

    async def _save(self, last_seqs: Mapping[Key, int], new: Mapping[Source, int]) -> None:
        """``new``: how many events of each shard arrived, applied or parked."""
        sources = sorted(
            new
        )  # in order, so that two that count the same shards wait and don't deadlock
        if self._on_postgres:
            counted = {
                "sources": [name for name, _ in sources],
                "shards": [shard for _, shard in sources],
            }
            saved = _columns(list(last_seqs)) | {"last_seqs": list(last_seqs.values())}
            counts = counted | {"counts": [new[source] for source in sources]}
            await self._session.execute(_SAVE_ON_POSTGRES, saved | counts)
            return
        if last_seqs:
            await self._session.execute(
                update(inbox)
                .where(
                    inbox.c.publisher == bindparam("of"), inbox.c.aggregate_id == bindparam("which")
                )
                .values(last_seq=bindparam("seq")),
                [{"of": of, "which": which, "seq": seq} for (of, which), seq in last_seqs.items()],
            )
        if new:
            more = sqlite.insert(inbox_count)
            await self._session.execute(
                more.on_conflict_do_update(
                    index_elements=[inbox_count.c.publisher, inbox_count.c.shard],
                    set_={"received": inbox_count.c.received + more.excluded.received},
                ),
                [
                    {"publisher": source[0], "shard": source[1], "received": new[source]}
                    for source in sources
                ],
            )

    async def _park(self, envelope: Envelope, error: str | None) -> None:
        insert = postgresql.insert if self._on_postgres else sqlite.insert
        new = insert(parked).values(
            publisher=envelope.publisher,
            aggregate_id=envelope.aggregate_id,
            aggregate_seq=envelope.aggregate_seq,
            type=envelope.type,
            headers=envelope.headers(),
            body=envelope.body,
            parked_at=self._now,
            error=error,
        )
        known = [parked.c.publisher, parked.c.aggregate_id, parked.c.aggregate_seq]
        await self._session.execute(
            new.on_conflict_do_update(index_elements=known, set_={"error": error})
        )


def _columns(keys: Sequence[Key]) -> dict[str, list[str]]:
    return {
        "publishers": [publisher for publisher, _ in keys],
        "streams": [stream for _, stream in keys],
    }


_WAITING = select(
    parked.c.publisher, parked.c.aggregate_id, parked.c.aggregate_seq, parked.c.error.is_not(None)
).where(tuple_(parked.c.publisher, parked.c.aggregate_id).in_(bindparam("keys", expanding=True)))

# Once a batch each, so each is one statement. An update that changes nothing locks the row and
# gives its newest state; a row that nobody has locked or changed yet (xmax) was just inserted.
_LOCK_ON_POSTGRES = text("""
    INSERT INTO inbox (publisher, aggregate_id, last_seq)
    SELECT key.publisher, key.stream, 0
    FROM unnest(CAST(:publishers AS varchar[]), CAST(:streams AS varchar[])) AS key (publisher, stream)
    ORDER BY 1, 2
    ON CONFLICT (publisher, aggregate_id) DO UPDATE SET last_seq = inbox.last_seq
    RETURNING publisher, aggregate_id, last_seq, xmax = 0 AS is_new
""")
_SAVE_ON_POSTGRES = text("""
    WITH saved AS (
        UPDATE inbox SET last_seq = key.last_seq
        FROM unnest(CAST(:publishers AS varchar[]), CAST(:streams AS varchar[]), CAST(:last_seqs AS integer[]))
            AS key (publisher, stream, last_seq)
        WHERE inbox.publisher = key.publisher AND inbox.aggregate_id = key.stream
    )
    INSERT INTO inbox_count (publisher, shard, received)
    SELECT source.publisher, source.shard, source.count
    FROM unnest(CAST(:sources AS varchar[]), CAST(:shards AS smallint[]), CAST(:counts AS integer[]))
        AS source (publisher, shard, count)
    ON CONFLICT (publisher, shard) DO UPDATE SET received = inbox_count.received + excluded.received
""")


def _place(key: Key, seq: int) -> ColumnElement[bool]:
    """The row of an event in ``parked``."""
    return and_(
        parked.c.publisher == key[0], parked.c.aggregate_id == key[1], parked.c.aggregate_seq == seq
    )


async def get_parked(session: AsyncSession, key: Key, seq: int) -> Row[Any]:
    """Returns the row of a parked event.

    :raises NotFound: it is not parked here.
    """
    row = (await session.execute(select(parked).where(_place(key, seq)))).one_or_none()
    if row is None:
        raise NotFound("parked_event", f"{key[0]}/{key[1]}#{seq}")
    return row


async def measure_parked(session: AsyncSession) -> tuple[int, int, datetime | None]:
    """Returns how many events failed, how many wait behind them, and since when the oldest failed
    one waits.
    """
    failed = parked.c.error.is_not(None)
    query = select(
        func.count(), func.count().filter(failed), func.min(parked.c.parked_at).filter(failed)
    )
    total, faults, oldest = (await session.execute(query.select_from(parked))).one()
    return faults, total - faults, oldest


async def count_received(
    session: AsyncSession, publishers: Collection[str] | None = None
) -> dict[Source, int]:
    """Returns how many different events of each shard have arrived, including parked ones."""
    query = select(inbox_count)
    if publishers is not None:
        query = query.where(inbox_count.c.publisher.in_(publishers))
    return {(row.publisher, row.shard): row.received for row in await session.execute(query)}


async def count_applied(session: AsyncSession) -> dict[str, int]:
    """Returns how many events of each publisher were applied or discarded."""
    waiting = select(parked.c.publisher, func.count().label("total")).group_by(parked.c.publisher)
    applied = Counter[str]()
    for (publisher, _), received in (await count_received(session)).items():
        applied[publisher] += received
    applied.subtract({row.publisher: row.total for row in await session.execute(waiting)})
    return dict(applied)


async def recount(session: AsyncSession, publisher: str) -> None:
    """Counts anew what has arrived of a publisher's events, from each aggregate's last number and
    the parked ones.
    """
    every = [{"publisher": publisher, "shard": shard, "received": 0} for shard in range(SHARDS)]
    insert = postgresql.insert if dialect_of(session) == "postgresql" else sqlite.insert
    await session.execute(insert(inbox_count).on_conflict_do_nothing(), every)
    of_publisher = inbox_count.c.publisher == publisher
    # Whoever counts now waits; what it took is not committed, and it adds that to what is found
    # here.
    await session.execute(
        select(inbox_count).where(of_publisher).order_by(inbox_count.c.shard).with_for_update()
    )
    found = Counter[int]()
    for query in (
        select(inbox.c.aggregate_id, inbox.c.last_seq).where(inbox.c.publisher == publisher),
        select(parked.c.aggregate_id, func.count())
        .where(parked.c.publisher == publisher)
        .group_by(parked.c.aggregate_id),
    ):
        async for aggregate_id, events in await session.stream(query):
            found[shard_of(aggregate_id)] += events
    await session.execute(
        update(inbox_count)
        .where(of_publisher, inbox_count.c.shard == bindparam("which"))
        .values(received=bindparam("events")),
        [{"which": shard, "events": found[shard]} for shard in range(SHARDS)],
    )
