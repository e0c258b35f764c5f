"""The inbox of a service in its store: does what :mod:`shared.messaging.core.inbox` decides."""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    String,
    and_,
    bindparam,
    delete,
    func,
    literal,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeEngine

from shared.db.engine import dialect_of
from shared.kernel.errors import NotFound
from shared.messaging.core import Core, drive
from shared.messaging.core import inbox as core
from shared.messaging.core.inbox import Key, Place, Source
from shared.messaging.envelope import SHARDS, Envelope, shard_of
from shared.messaging.tables import inbox, inbox_count, parked

Effects = Callable[[Envelope], Awaitable[None]]
"""Takes an event's effects, as part of the open transaction."""

T = TypeVar("T")

_SAVED = ("publisher", "aggregate_id", "last_seq")

_CHUNK = 200
"""Keys per statement; SQLite takes at most 999 parameters in old builds."""


class Inbox:
    """The inbox for the length of one transaction. ``run`` takes any of the cores of
    :mod:`shared.messaging.core.inbox`; ``effects`` only where events are applied."""

    def __init__(self, session: AsyncSession, now: datetime, effects: Effects | None = None) -> None:
        self._session = session
        self._now = now
        self._effects = effects
        self._on_postgres = dialect_of(session) == "postgresql"

    async def run(self, decided: Core[core.Step, T]) -> T:
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
                await self._save(last_seqs)
                await self._count(new)
            case core.Park(envelope, error):
                await self._park(envelope, error)
            case core.Fetch(key, seq):
                row = await get_parked(self._session, key, seq)
                return Envelope.from_headers(row.headers, bytes(row.body))
            case core.Unpark(key, seq):
                await self._session.execute(delete(parked).where(_place(key, seq)))
        return None

    async def _open(self, keys: Sequence[Key]) -> dict[Key, Place]:
        places: dict[Key, Place] = {}
        for start in range(0, len(keys), _CHUNK):
            chunk = keys[start : start + _CHUNK]
            await self._note(chunk)
            where = tuple_(inbox.c.publisher, inbox.c.aggregate_id).in_(chunk)
            rows = await self._session.execute(
                select(inbox).where(where).order_by(inbox.c.publisher, inbox.c.aggregate_id).with_for_update()
            )
            places |= {(row.publisher, row.aggregate_id): Place(row.last_seq) for row in rows}
            waiting = await self._session.execute(
                select(
                    parked.c.publisher, parked.c.aggregate_id, parked.c.aggregate_seq, parked.c.error.is_not(None)
                ).where(tuple_(parked.c.publisher, parked.c.aggregate_id).in_(chunk))
            )
            for publisher, aggregate, seq, failed in waiting:
                places[publisher, aggregate].parked[seq] = bool(failed)
        return places

    async def _note(self, keys: Sequence[Key]) -> None:
        """Makes the rows of the aggregates that have none."""
        if self._on_postgres:  # one statement; a row at a time would cost a third of a batch
            rows = select(*_unnested(keys), literal(0))
            new = postgresql.insert(inbox).from_select(["publisher", "aggregate_id", "last_seq"], rows)
            await self._session.execute(new.on_conflict_do_nothing())
        else:
            rows_of = [{"publisher": publisher, "aggregate_id": stream, "last_seq": 0} for publisher, stream in keys]
            await self._session.execute(sqlite.insert(inbox).on_conflict_do_nothing(), rows_of)

    async def _save(self, last_seqs: dict[Key, int]) -> None:
        if not last_seqs:
            return
        if self._on_postgres:
            columns = (*_unnested(list(last_seqs)), _unnest(list(last_seqs.values()), Integer))
            new = select(*(column.label(name) for column, name in zip(columns, _SAVED, strict=True))).subquery()
            await self._session.execute(
                update(inbox)
                .where(inbox.c.publisher == new.c.publisher, inbox.c.aggregate_id == new.c.aggregate_id)
                .values(last_seq=new.c.last_seq)
            )
            return
        await self._session.execute(
            update(inbox)
            .where(inbox.c.publisher == bindparam("of"), inbox.c.aggregate_id == bindparam("which"))
            .values(last_seq=bindparam("seq")),
            [{"of": of, "which": which, "seq": seq} for (of, which), seq in last_seqs.items()],
        )

    async def _count(self, new: Mapping[Source, int]) -> None:
        if not new:
            return
        insert = postgresql.insert if self._on_postgres else sqlite.insert
        more = insert(inbox_count)
        await self._session.execute(
            more.on_conflict_do_update(
                index_elements=[inbox_count.c.publisher, inbox_count.c.shard],
                set_={"received": inbox_count.c.received + more.excluded.received},
            ).values(  # one statement; in order, so that two that count the same shards wait and don't deadlock
                [
                    {"publisher": publisher, "shard": shard, "received": count}
                    for (publisher, shard), count in sorted(new.items())
                ]
            )
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
        await self._session.execute(new.on_conflict_do_update(index_elements=known, set_={"error": error}))


def _unnested(keys: Sequence[Key]) -> list[ColumnElement[Any]]:
    """The keys as rows, whose two columns these are."""
    return [_unnest([key[part] for key in keys], String) for part in (0, 1)]


def _unnest(values: Sequence[object], kind: type[TypeEngine[Any]]) -> ColumnElement[Any]:
    return func.unnest(literal(values, postgresql.ARRAY(kind)))


def _place(key: Key, seq: int) -> ColumnElement[bool]:
    """Where an event lies in ``parked``."""
    return and_(parked.c.publisher == key[0], parked.c.aggregate_id == key[1], parked.c.aggregate_seq == seq)


async def get_parked(session: AsyncSession, key: Key, seq: int) -> Row[Any]:
    """:raises NotFound: it is not parked here."""
    row = (await session.execute(select(parked).where(_place(key, seq)))).one_or_none()
    if row is None:
        raise NotFound("parked_event", f"{key[0]}/{key[1]}#{seq}")
    return row


async def measure_parked(session: AsyncSession) -> tuple[int, int, datetime | None]:
    """How many events failed, how many wait behind these, and since when the oldest failed one does."""
    failed = parked.c.error.is_not(None)
    query = select(func.count(), func.count().filter(failed), func.min(parked.c.parked_at).filter(failed))
    total, faults, oldest = (await session.execute(query.select_from(parked))).one()
    return faults, total - faults, oldest


async def count_received(session: AsyncSession, publishers: Collection[str] | None = None) -> dict[Source, int]:
    """How many different events of each shard have come, also those that can't be applied yet."""
    query = select(inbox_count)
    if publishers is not None:
        query = query.where(inbox_count.c.publisher.in_(publishers))
    return {(row.publisher, row.shard): row.received for row in await session.execute(query)}


async def count_applied(session: AsyncSession) -> dict[str, int]:
    """How many events of each publisher have their effects in this store, or were let go."""
    waiting = select(parked.c.publisher, func.count().label("total")).group_by(parked.c.publisher)
    applied = Counter[str]()
    for (publisher, _), received in (await count_received(session)).items():
        applied[publisher] += received
    applied.subtract({row.publisher: row.total for row in await session.execute(waiting)})
    return dict(applied)


async def recount(session: AsyncSession, publisher: str) -> None:
    """Counts anew what has come of a publisher's events, from every aggregate's last and from what is parked."""
    every = [{"publisher": publisher, "shard": shard, "received": 0} for shard in range(SHARDS)]
    insert = postgresql.insert if dialect_of(session) == "postgresql" else sqlite.insert
    await session.execute(insert(inbox_count).on_conflict_do_nothing(), every)
    of_publisher = inbox_count.c.publisher == publisher
    # Whoever counts now waits; what it took is not committed, and it adds that to what is found here.
    await session.execute(select(inbox_count).where(of_publisher).order_by(inbox_count.c.shard).with_for_update())
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
