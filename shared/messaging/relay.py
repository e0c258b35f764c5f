"""Publishes a service's event log, in order, forgetting nothing."""

import asyncio
from collections.abc import Sequence

from sqlalchemy import and_, bindparam, func, literal, or_, select, union_all, update

from shared.db.engine import Database
from shared.db.types import TransactionsEndedBelow
from shared.messaging.backoff import backoff_seconds
from shared.messaging.broker import Broker, BrokerUnavailable
from shared.messaging.core import drive
from shared.messaging.core import relay as core
from shared.messaging.core.relay import Standing, Window
from shared.messaging.doorbell import Doorbell
from shared.messaging.envelope import Envelope
from shared.messaging.outbox import IN_ENVELOPE, to_envelopes
from shared.messaging.shards import ShardLease
from shared.messaging.tables import event_log, relay_cursor
from shared.telemetry import metrics
from shared.telemetry.logs import logger

POLL_SECONDS = 1.0
HELD_BACK_SECONDS = 0.005
"""How soon to look again when an event is committed, but an earlier transaction (of anyone on the
database server) is still open: its end rings no bell."""

BUSY_GROW_SECONDS = 0.01
"""How long a round waits for company when the one before has just ended: a round for many events costs little more
than one for a single event."""

BUSY_SECONDS = 0.03

_BEGUN = and_(
    event_log.c.txid >= relay_cursor.c.window_from,
    event_log.c.txid < relay_cursor.c.window_to,
    event_log.c.id > relay_cursor.c.sent_id,
)
"""What a cursor's window still has to send."""

_PASSED = or_(
    event_log.c.txid < relay_cursor.c.window_from,
    and_(event_log.c.txid < relay_cursor.c.window_to, event_log.c.id <= relay_cursor.c.sent_id),
)
"""What a cursor has passed."""

log = logger(__name__)


class Relay:
    """Publishes what the event log holds below the watermark, for the shards it has the lease of."""

    def __init__(
        self,
        publisher: str,
        database: Database,
        broker: Broker,
        doorbell: Doorbell,
        lease: ShardLease,
        *,
        poll_seconds: float = POLL_SECONDS,
        linger_seconds: float = 0.0,
    ) -> None:
        """``linger_seconds``: how long events wait for company that nobody waits for."""
        self.publisher = publisher
        self._database = database
        self._broker = broker
        self._doorbell = doorbell
        self._lease = lease
        self._poll_seconds = poll_seconds
        self._linger_seconds = linger_seconds
        self._held_back = False
        self._goes_on = False
        self._counted: frozenset[int] = frozenset()

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``: publish, wait for the doorbell, and again."""
        failures = 0
        while not stop.is_set():
            try:
                await self._count_taken_over()
                await self.publish_due()
                failures = 0
                if not self._goes_on:  # whatever is committed from now on rings
                    await self._next_ring()
            except Exception as error:
                failures += 1
                level = log.info if isinstance(error, BrokerUnavailable) else log.warning
                level("events wait for the broker or the store", error=repr(error), failures=failures)
                await self._doorbell_or(stop, backoff_seconds(failures))

    async def _next_ring(self) -> None:
        ended = asyncio.get_running_loop().time()
        await self._doorbell.wait(HELD_BACK_SECONDS if self._held_back else self._poll_seconds)
        is_busy = asyncio.get_running_loop().time() - ended < BUSY_SECONDS
        await asyncio.sleep(max(self._linger_seconds, BUSY_GROW_SECONDS if is_busy else 0.0))

    async def publish_due(self) -> int:
        """One round; gives how many events the broker took over.

        :raises BrokerUnavailable: the broker takes nothing now; the log keeps everything.
        """
        done = await drive(core.publish_due(), self._do)
        self._goes_on = done.goes_on
        if done.sent < done.due:
            metrics.PUBLISH_FAILURES.labels(self.publisher).inc()
            raise BrokerUnavailable("not every event was confirmed")
        return done.sent

    async def _do(self, step: core.Step) -> object:
        match step:
            case core.Look():
                return await self._look()
            case core.Read(windows, limit):
                return await self._read(windows, limit)
            case core.Publish(wave):  # no transaction is open here: the broker may take its time
                outcome = await self._broker.publish(wave)
                metrics.EVENTS_PUBLISHED.labels(self.publisher).inc(sum(outcome))
                return outcome
            case core.Advance(moves):
                await self._advance(moves)
        return None

    async def _look(self) -> list[Standing]:
        watermark = TransactionsEndedBelow()
        fresh = and_(event_log.c.txid >= relay_cursor.c.window_to, event_log.c.txid < watermark)
        unfinished = select(event_log.c.id).where(event_log.c.shard == relay_cursor.c.shard, _BEGUN).exists()
        first_fresh = (
            select(func.min(event_log.c.id + 0))  # + 0: else PostgreSQL walks the whole log by id to find none
            .where(event_log.c.shard == relay_cursor.c.shard, fresh)
            .scalar_subquery()
        )
        above = (
            select(event_log.c.id)
            .where(event_log.c.shard == relay_cursor.c.shard, event_log.c.txid >= watermark)
            .exists()
        )
        query = select(
            relay_cursor,
            unfinished.label("unfinished"),
            first_fresh.label("first"),
            watermark.label("watermark"),
            above.label("above"),
        ).where(relay_cursor.c.shard.in_(sorted(self._lease.held)))
        async with self._database.reading() as session:
            rows = (await session.execute(query)).all()
        self._held_back = any(row.above for row in rows)
        return [
            Standing(
                row.shard,
                row.window_from,
                row.window_to,
                row.sent_id,
                row.sent_count,
                row.unfinished,
                row.first,
                row.watermark,
            )
            for row in rows
        ]

    async def _read(self, windows: Sequence[Window], limit: int) -> list[list[Envelope]]:
        parts = [
            select(
                select(literal(number).label("page"), *IN_ENVELOPE)
                .where(
                    event_log.c.shard == window.shard,
                    event_log.c.id > window.sent_id,
                    event_log.c.txid >= window.from_txid,
                    event_log.c.txid < window.to_txid,
                )
                .order_by(event_log.c.id)
                .limit(limit)
                .subquery()
            )
            for number, window in enumerate(windows)
        ]
        async with self._database.reading() as session:
            rows = (await session.execute(union_all(*parts))).all()
        pages: list[list[Envelope]] = [[] for _ in windows]
        for row, envelope in zip(rows, to_envelopes(self.publisher, rows), strict=True):
            pages[row.page].append(envelope)
        return pages

    async def _advance(self, moves: Sequence[Window]) -> None:
        onwards = or_(
            and_(relay_cursor.c.window_to == bindparam("to"), relay_cursor.c.sent_id < bindparam("sent")),
            relay_cursor.c.window_to == bindparam("from"),
        )
        move = (
            update(relay_cursor)
            .where(relay_cursor.c.shard == bindparam("of"), onwards)
            .values(
                window_from=bindparam("from"),
                window_to=bindparam("to"),
                sent_id=bindparam("sent"),
                sent_count=bindparam("count"),
            )
        )
        async with self._database.writing() as session:
            await session.execute(
                move,
                [
                    {
                        "of": window.shard,
                        "from": window.from_txid,
                        "to": window.to_txid,
                        "sent": window.sent_id,
                        "count": window.sent_count,
                    }
                    for window in moves
                ],
            )

    async def _count_taken_over(self) -> None:
        """Counts once what was sent of the shards that are new here: a release that did not count may have had them."""
        new = self._lease.held - self._counted
        if new:
            counted = select(func.count()).where(event_log.c.shard == relay_cursor.c.shard, _PASSED).scalar_subquery()
            sent_count = relay_cursor.c.sent_count
            of_new = relay_cursor.c.shard.in_(sorted(new))
            async with self._database.writing() as session:
                await session.execute(
                    select(relay_cursor).where(of_new).order_by(relay_cursor.c.shard).with_for_update()
                )
                await session.execute(
                    update(relay_cursor).where(of_new, counted > sent_count).values(sent_count=counted)
                )
        self._counted = self._lease.held

    async def _doorbell_or(self, stop: asyncio.Event, seconds: float) -> None:
        waiting = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({waiting}, timeout=seconds)
        finally:
            waiting.cancel()


async def outbox_depth(database: Database) -> int:
    """How many events wait to be published."""
    # Counted apart, shard by shard: so PostgreSQL sees how little there is to read. As one condition, or as a join, it
    # expects a third of the log, and reads it or compiles the query first.
    of_shard = select(func.count()).where(event_log.c.shard == relay_cursor.c.shard)
    new = of_shard.where(event_log.c.txid >= relay_cursor.c.window_to).scalar_subquery()
    query = select(func.sum(of_shard.where(_BEGUN).scalar_subquery() + new)).select_from(relay_cursor)
    async with database.reading() as session:
        return int((await session.execute(query)).scalar_one() or 0)
