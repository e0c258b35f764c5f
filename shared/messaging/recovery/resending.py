"""The publisher's side of recovery: publishes how much of its log was sent, and sends parts of it
again.
"""

import asyncio
from contextlib import suppress

from sqlalchemy import select

from shared.contracts import PUBLISHERS
from shared.db.engine import Database
from shared.eventlog.envelope import Envelope
from shared.eventlog.position import Position, ResendReply, ResendRequest
from shared.eventlog.reader import IN_ENVELOPE, to_envelopes
from shared.eventlog.tables import event_log
from shared.kernel.clock import Clock
from shared.messaging.broker import Broker, BrokerUnavailable
from shared.messaging.shards import ShardLease
from shared.messaging.tables import relay_cursor
from shared.telemetry import metrics
from shared.telemetry.logs import logger

ROUND_SECONDS = 2.0
"""How often the counts are read."""

REST_SECONDS = 20.0
"""How often unchanged counts are published too.

Events that the broker lost while every connection stayed up are noticed this late, plus a round.
Even if the resent events are lost as well, they arrive within a minute."""

NEW_SECONDS = 60.0
"""How long after a connect every round publishes all counts.

Listeners may not have their queues yet, and their requests may be lost as well."""

STRETCH = 500
"""The most events that are resent at once; the next follow when these are stored."""

log = logger(__name__)


class PositionPublisher:
    """Publishes how many events were sent of the shards that this process has leased.

    Changed counts are published every ``round_seconds``. All counts are published as often for
    ``NEW_SECONDS`` after a connection was made, and every ``REST_SECONDS`` after that.
    """

    def __init__(
        self,
        publisher: str,
        database: Database,
        broker: Broker,
        lease: ShardLease,
        clock: Clock,
        *,
        round_seconds: float = ROUND_SECONDS,
    ) -> None:
        self._publisher = publisher
        self._database = database
        self._broker = broker
        self._lease = lease
        self._clock = clock
        self._round_seconds = round_seconds
        self._published: dict[int, int] = {}
        self._connection = 0
        self._connected_at = 0.0
        self._all_due = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Publishes due positions again and again until ``stop``."""
        while not stop.is_set():
            try:
                await self.publish_due(asyncio.get_running_loop().time())
            except BrokerUnavailable as error:
                log.info("positions wait for the broker", error=repr(error))
            except Exception as error:
                # Whatever it was: without positions nobody would notice what got lost.
                log.warning("positions not published, trying again", error=repr(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._round_seconds)

    async def publish_due(self, now: float) -> None:
        """Publishes the positions that are due at ``now``, in seconds of the event loop's clock.

        :raises BrokerUnavailable: some listeners may have missed them; all are published again in
        the next round.
        """
        connection = self._broker.connections
        if not connection:
            return
        if connection != self._connection:
            self._connection, self._connected_at, self._all_due = connection, now, now
        counts = await self._counts()
        if now >= self._all_due:
            self._published.clear()
            is_new = now - self._connected_at < NEW_SECONDS
            self._all_due = now + (self._round_seconds if is_new else REST_SECONDS)
        due = {
            shard: count for shard, count in counts.items() if self._published.get(shard) != count
        }
        if not due:
            return
        at = self._clock()
        await self._broker.publish_positions(
            [
                Position(publisher=self._publisher, shard=shard, sent_count=count, at=at)
                for shard, count in due.items()
            ]
        )
        self._published |= due

    async def _counts(self) -> dict[int, int]:
        query = select(relay_cursor.c.shard, relay_cursor.c.sent_count)
        async with self._database.reading() as session:
            rows = await session.execute(
                query.where(relay_cursor.c.shard.in_(sorted(self._lease.held)))
            )
            return {row.shard: row.sent_count for row in rows}


class Resender:
    """Sends a service again what it lacks, one stretch of the log at a time."""

    def __init__(self, publisher: str, database: Database, broker: Broker, clock: Clock) -> None:
        self._publisher = publisher
        self._database = database
        self._broker = broker
        self._clock = clock

    async def resend(self, request: ResendRequest) -> None:
        """Sends the stretch, and behind it a position that says where to continue.

        :raises BrokerUnavailable: it did not arrive; the service will request it again.
        :raises ValueError: there is no such service.
        """
        if request.service not in PUBLISHERS:
            raise ValueError(
                f"service: {request.service!r} takes no events; one of {', '.join(PUBLISHERS)} does"
            )
        sent_count, first, events = await self._read(request)
        if not all(await self._broker.publish(events, to=request.service)):
            raise BrokerUnavailable("not every event was confirmed")
        metrics.EVENTS_RESENT.labels(self._publisher, request.service).inc(len(events))
        next_after = events[-1].position if len(events) == STRETCH else None
        answer = Position(
            publisher=self._publisher,
            shard=request.shard,
            sent_count=sent_count,
            at=self._clock(),
            answer=ResendReply(ask=request.id, first=first, next_after=next_after),
        )
        await self._broker.publish_positions([answer], to=request.service)
        log.info(
            "sent again",
            to=request.service,
            shard=request.shard,
            events=len(events),
            after=request.after,
        )

    async def _read(self, request: ResendRequest) -> tuple[int, int, list[Envelope]]:
        """Returns the shard's count, the position where the stretch begins, and its events."""
        below = select(event_log.c.id).where(event_log.c.shard == request.shard)
        if request.before is not None:
            below = below.where(event_log.c.id < request.before)
        query = (
            select(*IN_ENVELOPE)
            .where(event_log.c.shard == request.shard)
            .order_by(event_log.c.id)
            .limit(STRETCH)
        )
        if request.before is not None:
            query = query.where(event_log.c.id < request.before)
        async with self._database.reading() as session:
            sent_count = await session.scalar(
                select(relay_cursor.c.sent_count).where(relay_cursor.c.shard == request.shard)
            )
            first = request.after
            if first is None:
                first = (
                    await session.scalar(
                        below.order_by(event_log.c.id.desc()).offset(request.last).limit(1)
                    )
                    or 0
                )
            rows = (await session.execute(query.where(event_log.c.id > first))).all()
        return sent_count or 0, first, to_envelopes(self._publisher, rows)
