"""Publishes a service's event log, in order, forgetting nothing."""

import asyncio
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.engine import Database
from shared.db.types import TransactionsEndedBelow
from shared.messaging.broker import Broker, BrokerUnavailable
from shared.messaging.doorbell import Doorbell
from shared.messaging.envelope import Envelope
from shared.messaging.outbox import to_envelopes
from shared.messaging.shards import ShardLease
from shared.messaging.tables import event_log, relay_cursor
from shared.telemetry import metrics
from shared.telemetry.logs import logger

IN_FLIGHT = 400
"""The most events that wait for their confirms at once."""

POLL_SECONDS = 1.0
HELD_BACK_SECONDS = 0.005
"""How soon to look again when an event is committed, but an earlier transaction (of anyone on the
database server) is still open: its end rings no bell."""

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class _Window:
    """A span of transactions, all ended, of one shard: [from_txid, to_txid), sent up to ``sent_id``.

    The span ends at the watermark and is never cut by a row limit. Inside it events go out by id,
    not by transaction: a transaction may begin (its inbox row numbers it) before another and yet
    change an aggregate after it. Ids follow the aggregate's lock, transaction numbers don't.
    """

    shard: int
    from_txid: int
    to_txid: int
    sent_id: int


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
    ) -> None:
        self.publisher = publisher
        self._database = database
        self._broker = broker
        self._doorbell = doorbell
        self._lease = lease
        self._poll_seconds = poll_seconds
        self._held_back = False

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``: publish, wait for the doorbell, and again."""
        failures = 0
        while not stop.is_set():
            try:
                sent = await self.publish_due()
                failures = 0
                if sent == 0:
                    await self._doorbell.wait(HELD_BACK_SECONDS if self._held_back else self._poll_seconds)
            except Exception as error:
                failures += 1
                level = log.info if isinstance(error, BrokerUnavailable) else log.warning
                level("events wait for the broker or the store", error=repr(error), failures=failures)
                backoff = min(2.0, 0.1 * 2 ** min(failures, 8)) * random.uniform(0.5, 1.5)  # noqa: S311 - jitter
                await self._doorbell_or(stop, backoff)

    async def publish_due(self) -> int:
        """One round; gives how many events the broker took over.

        :raises BrokerUnavailable: the broker takes nothing now; the log keeps everything.
        """
        async with self._database.reading() as session:
            windows = await self._due_windows(session, self._lease.held)
            pages = await self._read_pages(session, windows)
        if not windows:
            return 0
        # No transaction is open here: the broker may take its time.
        confirmed = await self._publish([envelope for page in pages for envelope in page])
        await self._advance(windows, pages, confirmed)
        if len(confirmed) < sum(map(len, pages)):
            metrics.PUBLISH_FAILURES.labels(self.publisher).inc()
            raise BrokerUnavailable("not every event was confirmed")
        return len(confirmed)

    async def _due_windows(self, session: AsyncSession, shards: frozenset[int]) -> list[_Window]:
        """The open windows of shards in which there is something to send."""
        watermark = TransactionsEndedBelow()
        begun = and_(  # a window that a restart or a full page left half sent
            event_log.c.txid >= relay_cursor.c.window_from,
            event_log.c.txid < relay_cursor.c.window_to,
            event_log.c.id > relay_cursor.c.sent_id,
        )
        fresh = and_(event_log.c.txid >= relay_cursor.c.window_to, event_log.c.txid < watermark)
        unfinished = select(event_log.c.id).where(event_log.c.shard == relay_cursor.c.shard, begun).exists()
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
        rows = await session.execute(
            select(
                relay_cursor,
                unfinished.label("unfinished"),
                first_fresh.label("first"),
                watermark.label("watermark"),
                above.label("above"),
            ).where(relay_cursor.c.shard.in_(sorted(shards)))
        )
        windows = []
        self._held_back = False
        for row in rows:
            self._held_back |= row.above
            if row.unfinished:
                windows.append(_Window(row.shard, row.window_from, row.window_to, row.sent_id))
            elif row.first is not None:
                windows.append(_Window(row.shard, row.window_to, row.watermark, row.first - 1))
        return windows

    async def _read_pages(self, session: AsyncSession, windows: list[_Window]) -> list[list[Envelope]]:
        limit = max(1, IN_FLIGHT // max(1, len(windows)))
        pages = []
        for window in windows:
            rows = await session.execute(
                select(event_log)
                .where(
                    event_log.c.shard == window.shard,
                    event_log.c.id > window.sent_id,
                    event_log.c.txid >= window.from_txid,
                    event_log.c.txid < window.to_txid,
                )
                .order_by(event_log.c.id)
                .limit(limit)
            )
            pages.append(to_envelopes(self.publisher, rows.all()))
        return pages

    async def _publish(self, envelopes: Sequence[Envelope]) -> set[int]:
        """Gives the log positions of the events that are safe with the broker."""
        confirmed: set[int] = set()
        for wave in _waves(envelopes):
            outcome = await self._broker.publish(wave)
            confirmed |= {envelope.position for envelope, safe in zip(wave, outcome, strict=True) if safe}
            metrics.EVENTS_PUBLISHED.labels(self.publisher).inc(sum(outcome))
            if not all(outcome):
                break  # a later event of the same aggregate must not overtake the lost one
        return confirmed

    async def _advance(self, windows: list[_Window], pages: list[list[Envelope]], confirmed: set[int]) -> None:
        """Moves each cursor over the confirmed events at the head of its page, and not beyond."""
        async with self._database.writing() as session:
            for window, page in zip(windows, pages, strict=True):
                sent_id = window.sent_id
                for envelope in page:
                    if envelope.position not in confirmed:
                        break
                    sent_id = envelope.position
                if sent_id == window.sent_id:
                    continue
                await session.execute(
                    update(relay_cursor)
                    .where(
                        relay_cursor.c.shard == window.shard,
                        # A relay that lost its lease without noticing must not move the cursor back:
                        # only onwards in the same window, or into the one that follows.
                        or_(
                            and_(relay_cursor.c.window_to == window.to_txid, relay_cursor.c.sent_id < sent_id),
                            relay_cursor.c.window_to == window.from_txid,
                        ),
                    )
                    .values(window_from=window.from_txid, window_to=window.to_txid, sent_id=sent_id)
                )

    async def _doorbell_or(self, stop: asyncio.Event, seconds: float) -> None:
        waiting = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({waiting}, timeout=seconds)
        finally:
            waiting.cancel()


async def outbox_depth(database: Database) -> int:
    """How many events wait to be published."""
    behind = and_(  # the first condition follows from the second, and lets an index find the few rows
        event_log.c.txid >= relay_cursor.c.window_from,
        or_(event_log.c.txid >= relay_cursor.c.window_to, event_log.c.id > relay_cursor.c.sent_id),
    )
    query = (
        select(func.count())
        .select_from(event_log)
        .join(relay_cursor, relay_cursor.c.shard == event_log.c.shard)
        .where(behind)
    )
    async with database.reading() as session:
        return (await session.execute(query)).scalar_one()


def _waves(envelopes: Sequence[Envelope]) -> Iterator[list[Envelope]]:
    """Cuts a page into runs in which no aggregate appears twice. A run is in flight as a whole; were
    two events of one aggregate in flight together, a refusal of the first would let the second pass."""
    rest = list(envelopes)
    while rest:
        seen: set[str] = set()
        wave: list[Envelope] = []
        later: list[Envelope] = []
        for envelope in rest:
            (later if envelope.aggregate_id in seen else wave).append(envelope)
            seen.add(envelope.aggregate_id)
        yield wave
        rest = later
